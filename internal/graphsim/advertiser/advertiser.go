// Package advertiser models ad accounts as Meta stores them, before any HTTP: their
// objects and daily figures.
//
// It does not know HTTP, tokens or anything outside graphsim. The same account always
// returns the same data for the same time.
package advertiser

import (
	"iter"
	"time"
)

// Kind is a kind of object, named by Meta's edge in the singular.
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
	Thumbnail        Kind = "thumbnail" // of a video
	// Activity is an entry of the account's log. Graph gives it no ID; the ID of such an
	// Object is its position.
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

// Date is a calendar day, counted from 1970-01-01, in the account's zone.
type Date int32

// Account is one ad account.
type Account interface {
	// Node returns the ad account itself; its ID is "act_" + digits.
	Node(now time.Time) Object
	// Location returns the time zone of the account's days.
	Location() *time.Location
	// Objects returns all objects of a kind that exist at now, including deleted and archived
	// ones, in the edge's order (roughly newest first). It returns none for a kind that the
	// account does not have.
	Objects(kind Kind, now time.Time) []Object
	// Rows yields the daily rows that match q as Meta would return them at now: days
	// ascending, with a row only for days with delivery or a late action. A row and what it
	// points to are valid until the next row.
	Rows(q Query, now time.Time) iter.Seq[*Row]
}

// Object is a campaign, ad set, ad, creative, custom conversion or account.
type Object struct {
	ID string
	// Fields holds values as Graph prints them (string, bool, int64, float64, []any,
	// map[string]any). An absent key is absent from the response.
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
	// Lists are further fields with actions, such as conversions, outbound_clicks and
	// video_play_actions.
	Lists []string
	// ActionBreakdowns split the elements of all these lists.
	ActionBreakdowns []string
}

// Metric is an additive or unique count of a row.
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
	Metrics // how many there are
)

// Row is one day of one object (or of the account).
type Row struct {
	Day                       Date
	CampaignID, AdSetID, AdID string // "" above the row's level
	// Names as Meta would print them; "" where unknown.
	CampaignName, AdSetName, AdName string
	// Has has bit m set if Values[m] is present; absent is not zero.
	Has    uint32
	Values [Metrics]int64
	// Attribution is the ad set's attribution_setting, or "multiple" if there are several.
	Attribution string
	// Text holds further fields as they are printed: rankings, breakdown keys and, in a row
	// loaded from a folder, derived metrics such as cpc.
	Text map[string]string
	// Verbatim means that derived metrics (ctr, cpc, …) are only those in Text: a loaded row
	// is returned as it is.
	Verbatim     bool
	Actions      []Action
	ActionValues []Action            // money, major units, as Graph prints it
	Lists        map[string][]Action // those that Query.Lists names, where not empty
	// Asset is the breakdown's value if that is an object; Text has its ID.
	Asset map[string]any
}

// Action is one element of an actions array.
type Action struct {
	Type    string
	Value   string
	Windows []WindowValue // in no order; a window that counted nothing is absent
	Keys    []ActionKey   // of the action breakdowns that divide this type
}

// ActionKey is an action breakdown and its value, e.g. action_reaction: love.
type ActionKey struct{ Name, Value string }

// WindowValue is what one attribution window counted, e.g. "7d_click".
type WindowValue struct{ Window, Value string }
