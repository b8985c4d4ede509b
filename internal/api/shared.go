package api

import (
	"net/http"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// shared serves the holders of share links. A request's authority is its link's: cookies and
// API keys are ignored. Only what is registered here can be reached with a link, and tiles
// and filters have numbers that mean something within the link only.
type shared struct {
	shareLinks
	limits *shareLimits
}

// sharedPage is the path of the page of a link, before its token.
const sharedPage = "/s/"

// forHolders is the access of the holders of share links.
var forHolders = Access{Share: true}

// beforePassword is the access of holders who have not given the link's password.
var beforePassword = Access{Share: true, Locked: true}

func (g shared) register() {
	const root, tile = "/s/api", "/s/api/tiles/{tile}"
	busy := []int{http.StatusServiceUnavailable}
	handle(g.shell, operation{ID: "start-shared-session", Method: http.MethodPost, Path: root + "/session", Tag: tagShared, Access: beforePassword, Summary: "Give the password of a share link",
		Text: "Attempts are counted before they are compared, and slowed down by link and address.", Refuses: busy}, g.start)
	handle(g.shell, operation{ID: "get-shared-dashboard", Method: http.MethodGet, Path: root + "/dashboard", Tag: tagShared, Access: forHolders, Summary: "Get the shared dashboard"}, g.board)
	handle(g.shell, operation{ID: "ask-shared-tile", Method: http.MethodPost, Path: tile + "/answer", Tag: tagShared, Access: forHolders, Summary: "Get the figures of a tile", Refuses: busy}, g.answer)
	handle(g.shell, operation{ID: "ask-shared-tile-csv", Method: http.MethodPost, Path: tile + "/answer.csv", Tag: tagShared, Access: forHolders, Summary: "Get the figures of a tile as a CSV file", Stream: csvText,
		Text: "The link must allow downloads.", Refuses: append(busy, http.StatusForbidden)}, g.csv)
	handle(g.shell, operation{ID: "list-shared-members", Method: http.MethodGet, Path: root + "/filters/{filter}/members", Tag: tagShared, Access: forHolders, Summary: "List the members that a filter can choose", Refuses: busy}, g.members)
	handle(g.shell, operation{ID: "stream-shared-events", Method: http.MethodGet, Path: root + "/events", Tag: tagShared, Access: forHolders, Summary: "Stream what happens to the link", Stream: "text/event-stream",
		Text: "Server-sent events. The event gone says that the link was changed, revoked or has expired: empty the page, then read the dashboard again. The stream ends with it."}, g.events)
	g.servePage()
}

// SharedDashboard is a dashboard as the holder of a link sees it.
type SharedDashboard struct {
	Title       string            `json:"title" doc:"Title of the dashboard"`
	Description string            `json:"description,omitempty" doc:"What the dashboard is for"`
	Preset      analytics.Preset  `json:"preset" doc:"Preset of the days that are shown first"`
	From        adtally.Day       `json:"from" doc:"First day that is shown first"`
	To          adtally.Day       `json:"to" doc:"Last day that is shown first"`
	Earliest    *adtally.Day      `json:"earliest,omitempty" doc:"Nothing before this day is shown; absent = no limit"`
	Latest      *adtally.Day      `json:"latest,omitempty" doc:"Nothing after this day is shown; absent = no limit"`
	Today       adtally.Day       `json:"today" doc:"Today in the reporting zone"`
	Compare     analytics.Compare `json:"compare,omitempty" enum:",previous_period,previous_month,previous_year" doc:"Period that the dashboard compares with; absent = none"`
	Currency    string            `json:"currency,omitempty" doc:"Currency that money is converted to (ISO 4217); absent = its own"`
	Locked      []SharedLock      `json:"locked" nullable:"false" doc:"Forced filters of the link"`
	Filters     []SharedFilter    `json:"filters" nullable:"false" doc:"Filters that the holder can set"`
	Tiles       []SharedTile      `json:"tiles" nullable:"false" doc:"Tiles in reading order"`
	Metrics     []SharedMetric    `json:"metrics" nullable:"false" doc:"Definitions of the metrics on the tiles"`
	Download    bool              `json:"download" doc:"Whether figures can be downloaded"`
	Expires     *time.Time        `json:"expires,omitempty" doc:"When the link expires; absent = never"`
	Version     int64             `json:"version" doc:"Another number after each change of the link"`
}

// SharedLock is a forced filter as the holder sees it.
type SharedLock struct {
	Title string   `json:"title" doc:"Title of the dimension"`
	Names []string `json:"names" nullable:"false" doc:"Names of the members that are shown"`
}

// SharedFilter is a filter that the holder can set.
type SharedFilter struct {
	Filter int      `json:"filter" doc:"Number of the filter within the link"`
	Title  string   `json:"title" doc:"Title of the dimension"`
	In     []string `json:"in" nullable:"false" doc:"Members that the dashboard chose; empty = all"`
}

// SharedTile is a tile as the holder sees it.
type SharedTile struct {
	Tile    int             `json:"tile" doc:"Number of the tile within the link"`
	Kind    analytics.Kind  `json:"kind" enum:"metric,line,bar,table,pie,text,pacing,claims,tie_out,freshness,coverage,restatement" doc:"What the tile shows"`
	Title   string          `json:"title,omitempty" doc:"Title; absent = the titles of its metrics"`
	Text    string          `json:"text,omitempty" doc:"Plain text"`
	Metrics []string        `json:"metrics" nullable:"false" doc:"Names of the metrics"`
	By      []string        `json:"by" nullable:"false" doc:"Titles of the dimensions that it is grouped by"`
	Drill   []string        `json:"drill" nullable:"false" doc:"Titles of the dimensions into which a row opens, one after the other"`
	Grain   analytics.Grain `json:"grain,omitempty" enum:",day,iso_week,month,quarter,fiscal_month,fiscal_quarter" doc:"Length of a bucket of time; absent = the whole range is one, or it follows from the range"`
	At      [4]int          `json:"at" doc:"Place as x, y, width and height, on a grid of 12 columns"`
	Asks    bool            `json:"asks" doc:"Whether the tile has figures to ask for"`
	Refused bool            `json:"refused" doc:"Whether a link never shows what the tile is about: the state of sources"`
}

// SharedMetric is the definition of a metric as the holder sees it.
type SharedMetric struct {
	Metric      string `json:"metric" doc:"Name of the metric"`
	Title       string `json:"title" doc:"Title for people"`
	Description string `json:"description" doc:"What is counted and what is not"`
	Caveat      string `json:"caveat,omitempty" doc:"What is easily misread"`
	Unit        string `json:"unit" enum:"money,count,ratio,percent,text" doc:"Unit of the figures"`
	Decimals    int    `json:"decimals" doc:"Number of decimal places"`
	Better      string `json:"better,omitempty" enum:"up,down" doc:"Which change is good; absent = neither"`
}

// SharedView is what the holder has chosen for all tiles, and which rows are open.
type SharedView struct {
	Range   *analytics.DateRange `json:"range,omitempty" doc:"Days; absent = those that are shown first"`
	Compare *analytics.Compare   `json:"compare,omitempty" enum:",previous_period,previous_month,previous_year" doc:"Compared period; empty = none, absent = that of the dashboard"`
	Filters []SharedChoice       `json:"filters,omitempty" nullable:"false" maxItems:"20" doc:"Choices of filters; a filter that is not named is as the dashboard has it"`
	Opened  []string             `json:"opened,omitempty" nullable:"false" maxItems:"5" doc:"IDs of the opened rows of a table, from the outside in: the answer has the rows below the last one"`
}

// SharedChoice chooses members of a filter: those in in, or all but those in not_in.
type SharedChoice struct {
	Filter int      `json:"filter" minimum:"1" doc:"Number of the filter within the link"`
	In     []string `json:"in,omitempty" nullable:"false" minItems:"1" maxItems:"1000" doc:"IDs of the chosen members"`
	NotIn  []string `json:"not_in,omitempty" nullable:"false" minItems:"1" maxItems:"1000" doc:"IDs of the members that are left out"`
	All    bool     `json:"all,omitempty" doc:"Choose all members"`
}

// SharedAnswer is the answer of a tile.
type SharedAnswer struct {
	Columns  []QueryColumn   `json:"columns" nullable:"false" doc:"Metrics of the tile"`
	Rows     []QueryRow      `json:"rows" nullable:"false" doc:"Buckets in order of time, members by ID, then (others), (not in ads) and (unmatched)"`
	Total    []QueryFigure   `json:"total,omitempty" nullable:"false" doc:"Total, if the tile has one"`
	Compared *QueryCompared  `json:"compared,omitempty" doc:"Compared period, if there is one"`
	Notes    []QueryNote     `json:"notes" nullable:"false" doc:"What a reader of the figures must know"`
	AsOf     *time.Time      `json:"as_of,omitempty" doc:"When the oldest of the data was requested from the platform; absent = unknown"`
	From     adtally.Day     `json:"from" doc:"First day of the answer"`
	To       adtally.Day     `json:"to" doc:"Last day of the answer"`
	By       []string        `json:"by" nullable:"false" doc:"Titles of the dimensions of the rows"`
	Grain    analytics.Grain `json:"grain,omitempty" enum:",day,iso_week,month,quarter,fiscal_month,fiscal_quarter" doc:"Length of a bucket; absent = there is one"`
	Below    bool            `json:"below" doc:"Whether the rows can be opened"`
	Cut      bool            `json:"cut" doc:"Whether rows were left out, because the link allows no download"`
}

// BySharedTile is the part of an input that names a tile of a link.
type BySharedTile struct {
	Tile int `path:"tile" minimum:"1" maximum:"40" doc:"Number of the tile within the link"`
}

// SharedSession is the session of a holder who gave the password.
type SharedSession struct {
	Session string    `json:"session" doc:"Secret to send in the header Share-Session; keep it for this page only"`
	Expires time.Time `json:"expires" doc:"When the session ends at the latest"`
}
