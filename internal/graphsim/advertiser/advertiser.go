// Package advertiser provides the simulator's ad accounts: their objects and their daily
// figures, as Meta would store them. An account is either generated (NewSynthetic) or loaded
// from files (LoadFolder).
//
// The package does not depend on HTTP, tokens or anything outside graphsim. The same account
// always returns the same data for the same time.
package advertiser

import (
	"iter"
	"time"
)

// Kind is a kind of object. Its value is the singular of Meta's edge name.
type Kind string

// The kinds of object with an edge under an ad account.
const (
	Campaign         Kind = "campaign"
	AdSet            Kind = "adset"
	Ad               Kind = "ad"
	Creative         Kind = "adcreative"
	CustomConversion Kind = "customconversion"
	Image            Kind = "adimage"
	Video            Kind = "advideo"
	Thumbnail        Kind = "thumbnail" // a still picture of a video
	// Activity is an entry of the account's log. Graph gives entries no ID, so Object.ID
	// holds the entry's time and position.
	Activity Kind = "activity"
)

// Level is the level of an insights row.
type Level string

// The four levels of the insights edge (AdsInsights_level in Meta's specs).
const (
	LevelAccount  Level = "account"
	LevelCampaign Level = "campaign"
	LevelAdSet    Level = "adset"
	LevelAd       Level = "ad"
)

// Date is a calendar day in the account's time zone, as the number of days since 1970-01-01.
type Date int32

// Account is one ad account.
type Account interface {
	// Node returns the ad account itself; its ID is "act_" + digits.
	Node(now time.Time) Object
	// Location returns the time zone of the account's days.
	Location() *time.Location
	// Objects returns all objects of a kind that exist at now, including deleted and archived
	// ones, in the edge's order (roughly newest first). It returns nil if the account has no
	// objects of that kind.
	Objects(kind Kind, now time.Time) []Object
	// Rows yields the daily rows that match q as Meta would return them at now. Days ascend.
	// A day has a row only if there was delivery or a late action. A row, and everything it
	// points to, is valid only until the next row is yielded.
	Rows(q Query, now time.Time) iter.Seq[*Row]
}

// Object is an account or any object of one of the kinds above.
type Object struct {
	ID string
	// Fields holds values as Graph prints them (string, bool, int64, float64, []any,
	// map[string]any). A key that is not in the map is not in the response either.
	Fields map[string]any
}

// Query selects daily rows.
type Query struct {
	Level      Level
	From, To   Date // inclusive
	Breakdowns []string
	// WantActions asks for Actions and ActionValues. They are the most expensive part of a
	// row, and most queries do not need them.
	WantActions bool
	// Lists names further fields that hold actions, such as conversions, outbound_clicks and
	// video_play_actions.
	Lists []string
	// ActionBreakdowns split the elements of Actions, ActionValues and all Lists.
	ActionBreakdowns []string
}

// Metric identifies a number of a row: an additive count, a count of people, or the spend.
type Metric int

// The metrics of a row. Spend is in millionths of the account's currency; all others are counts.
const (
	Impressions Metric = iota
	Reach
	Clicks
	UniqueClicks
	InlineLinkClicks
	UniqueInlineLinkClicks
	InlinePostEngagement
	FullViewImpressions
	FullViewReach
	Spend
	Metrics // the number of metrics
)

// Row holds the figures of one object, or of the account, on one day.
type Row struct {
	Day                       Date
	CampaignID, AdSetID, AdID string // "" for levels below the row's own
	// The names as Meta would print them; "" if unknown.
	CampaignName, AdSetName, AdName string
	// Has has bit m set if Values[m] is present. An absent value is not the same as zero.
	Has    uint32
	Values [Metrics]int64
	// Attribution is the attribution_setting of the row's ad sets, or "multiple" if they differ.
	Attribution string
	// Text holds further fields as Graph prints them: rankings, breakdown keys and, in a row
	// loaded from a folder, derived metrics such as cpc.
	Text map[string]string
	// Verbatim means that the row is returned unchanged: derived metrics (ctr, cpc, …) come
	// only from Text and are not computed. It is set on rows loaded from a folder.
	Verbatim     bool
	Actions      []Action
	ActionValues []Action            // money in major units, as Graph prints it
	Lists        map[string][]Action // the non-empty lists that Query.Lists asked for
	// Asset is the breakdown's value if Graph prints an object there; Text holds its ID.
	Asset map[string]any
}

// Action is one element of an actions array.
type Action struct {
	Type    string
	Value   string
	Windows []WindowValue // unordered; a window with a count of zero is absent
	Keys    []ActionKey   // the action breakdowns that apply to this type
}

// ActionKey is an action breakdown and its value, such as action_reaction and love.
type ActionKey struct{ Name, Value string }

// WindowValue is the count or amount of one attribution window, such as "7d_click".
type WindowValue struct{ Window, Value string }
