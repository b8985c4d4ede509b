// Package advertiser is for what stands in an advertiser's ad account: its
// objects and its daily figures, as Meta holds them, before any HTTP.
//
// It may not know of HTTP, of tokens or of anything outside graphsim. The one
// rule it keeps: the same account asked at the same moment answers the same.
package advertiser

import (
	"iter"
	"time"
)

// Kind names a sort of object by Meta's edge word in the singular.
type Kind string

// The kinds of object that have an edge under an ad account.
const (
	Campaign         Kind = "campaign"
	AdSet            Kind = "adset"
	Ad               Kind = "ad"
	Creative         Kind = "adcreative"
	CustomConversion Kind = "customconversion"
	Image            Kind = "adimage"
	Video            Kind = "advideo"
	Thumbnail        Kind = "thumbnail" // of a video
	// Activity is an entry of the account's log. It has no id of its own: the
	// ID of such an Object is only its place.
	Activity Kind = "activity"
)

// Level is the grain of an insights row.
type Level string

// The four levels of the insights edge (AdsInsights_level in Meta's specs).
const (
	LevelAccount  Level = "account"
	LevelCampaign Level = "campaign"
	LevelAdSet    Level = "adset"
	LevelAd       Level = "ad"
)

// Date is a civil day, counted from 1970-01-01. It has no zone; the account has.
type Date int32

// Account is one ad account.
type Account interface {
	// Node is the ad account itself; its ID is "act_" + digits.
	Node(now time.Time) Object
	// Location is the zone in which the account counts its days.
	Location() *time.Location
	// Objects lists all objects of a kind that exist at now, deleted and
	// archived ones too, in the edge's order (roughly newest created first). An
	// account that knows nothing of a kind has none.
	Objects(kind Kind, now time.Time) []Object
	// Rows gives the daily rows that match q as Meta would state them at now:
	// days ascending, a row only for a day with delivery or a late action.
	// Row and what it points to are valid until the next one is asked for.
	Rows(q Query, now time.Time) iter.Seq[*Row]
}

// Object is a campaign, ad set, ad, creative, custom conversion or account.
type Object struct {
	ID string
	// Fields holds values as Graph prints them (string, bool, int64, float64,
	// []any, map[string]any). An absent key is absent from the answer too.
	Fields map[string]any
}

// Query asks for daily rows.
type Query struct {
	Level      Level
	From, To   Date // inclusive
	Breakdowns []string
	// WantActions asks for Actions and ActionValues; they cost more than all
	// else in a row, and most queries have no field that shows them.
	WantActions bool
	// Lists are the further fields that hold actions: conversions,
	// outbound_clicks, video_play_actions, …
	Lists []string
	// ActionBreakdowns divide what is in all of these lists.
	ActionBreakdowns []string
}

// Metric is one additive or unique count of a row.
type Metric int

// The metrics that a row can hold. Spend is in millionths of the account's
// currency; all others are counts.
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
	// Has has bit m set where Values[m] is present; absent is not zero.
	Has    uint32
	Values [Metrics]int64
	// Attribution is the ad set's attribution_setting, "multiple" when mixed.
	Attribution string
	// Text holds further fields verbatim (rankings, breakdown keys, and for a
	// row loaded from a folder its derived metrics such as cpc).
	Text map[string]string
	// Verbatim says that derived metrics (ctr, cpc, …) are only those in Text:
	// a loaded row is served as it stood, nothing is computed for it.
	Verbatim     bool
	Actions      []Action
	ActionValues []Action            // money, major units, as Graph prints it
	Lists        map[string][]Action // those that Query.Lists names, where not empty
	// Asset is the breakdown's value where that is an object and no text; Text
	// has its id.
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
