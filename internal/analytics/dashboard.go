package analytics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"adtally"
)

// DashboardSpec is a page of tiles. Its filters, days, currency and comparison apply to all
// tiles that do not set their own.
type DashboardSpec struct {
	Title       string            `json:"title" pattern:"\\S" maxLength:"200" doc:"Title for people"`
	Description string            `json:"description,omitempty" maxLength:"2000" doc:"What the dashboard is for"`
	Filters     []DashboardFilter `json:"filters,omitempty" nullable:"false" maxItems:"20" doc:"Filters of all tiles, in the order of the filter bar"`
	Range       DateRange         `json:"range" doc:"Days that the dashboard shows when it is opened"`
	Currency    string            `json:"currency,omitempty" pattern:"^[A-Z]{3}$" example:"EUR" doc:"Target currency (ISO 4217); absent = money stays in its own currency"`
	Compare     Compare           `json:"compare,omitempty" enum:"previous_period,previous_month,previous_year" doc:"Compared period; absent = none"`
	Tiles       []Tile            `json:"tiles" nullable:"false" maxItems:"40" doc:"Tiles, in reading order"`
}

// DashboardFilter is a filter that people can set above the tiles.
type DashboardFilter struct {
	Dimension string   `json:"dimension" maxLength:"100" doc:"Name of the dimension"`
	In        []string `json:"in,omitempty" nullable:"false" maxItems:"1000" doc:"IDs of the chosen members; absent or empty = all"`
}

// DateRange is a choice of days: a preset, or two days.
type DateRange struct {
	Preset Preset       `json:"preset" enum:"today,yesterday,last_7_days,last_28_days,last_30_days,last_90_days,this_month,last_month,this_quarter,last_quarter,this_year,last_12_months,custom" doc:"Preset, which moves with time; custom = the days in from and to. The last_N_days end yesterday, so that all days are complete"`
	From   *adtally.Day `json:"from,omitempty" doc:"First day of a custom range"`
	To     *adtally.Day `json:"to,omitempty" doc:"Last day of a custom range"`
}

// Kind is a kind of tile.
type Kind string

// The kinds of tiles. The last six show fixed contents that need no metrics.
const (
	MetricTile      Kind = "metric"
	LineTile        Kind = "line"
	BarTile         Kind = "bar"
	TableTile       Kind = "table"
	PieTile         Kind = "pie"
	TextTile        Kind = "text"
	PacingTile      Kind = "pacing"
	ClaimsTile      Kind = "claims"
	TieOutTile      Kind = "tie_out"
	FreshnessTile   Kind = "freshness"
	CoverageTile    Kind = "coverage"
	RestatementTile Kind = "restatement"
)

// Tile is one figure, chart, table or text of a dashboard.
type Tile struct {
	ID      string   `json:"id" pattern:"^[a-z0-9_-]{1,60}$" doc:"ID of the tile, unique within the dashboard"`
	Kind    Kind     `json:"kind" enum:"metric,line,bar,table,pie,text,pacing,claims,tie_out,freshness,coverage,restatement" doc:"What the tile shows. pacing = budgets of the month; claims = claimed against actual orders; tie_out, freshness, coverage and restatement = the state of the data"`
	Title   string   `json:"title,omitempty" maxLength:"200" doc:"Title; absent = the titles of its metrics"`
	Text    string   `json:"text,omitempty" maxLength:"10000" doc:"Text of a text tile, or a remark below the figures; plain text"`
	Metrics []string `json:"metrics,omitempty" nullable:"false" maxItems:"20" doc:"Names of the metrics"`
	By      []string `json:"by,omitempty" nullable:"false" maxItems:"3" doc:"Names of the dimensions to group by"`
	Drill   []string `json:"drill,omitempty" nullable:"false" maxItems:"5" doc:"Names of the dimensions into which a row of a table opens, one after the other"`
	Grain   Grain    `json:"grain,omitempty" enum:"day,iso_week,month,quarter,fiscal_month,fiscal_quarter" doc:"Length of a bucket of time; absent = the whole range is one, and for a line it follows from the range"`
	Top     *Top     `json:"top,omitempty" doc:"Show only the members that rank highest, and the others together"`
	Totals  bool     `json:"totals,omitempty" doc:"Also show the total"`
	Compare *Compare `json:"compare,omitempty" enum:",previous_period,previous_month,previous_year" doc:"Compared period; absent = that of the dashboard, empty = none"`
	Filters []Filter `json:"filters,omitempty" nullable:"false" maxItems:"20" doc:"Further filters of this tile; those of the dashboard hold as well"`
	At      [4]int   `json:"at" doc:"Place as x, y, width and height, on a grid of 12 columns"`
}

// Limits of a dashboard.
const (
	gridColumns = 12
	mostTiles   = 40
	mostTop     = 1000
	mostParts   = 3 // of a pie: more cannot be compared by eye
)

// fixed reports whether the tile's contents need no metrics.
func (k Kind) fixed() bool {
	return slices.Contains([]Kind{TextTile, PacingTile, ClaimsTile, TieOutTile, FreshnessTile, CoverageTile, RestatementTile}, k)
}

// SpecProblem is what is wrong with a field of a dashboard.
type SpecProblem struct {
	Field   string // path, for example tiles[2].metrics[0]
	Message string
}

// Check returns what is wrong with a dashboard, given the names of all metrics and
// dimensions. Nothing is wrong if the result is empty.
func (d DashboardSpec) Check(metrics, dimensions []string) (all []SpecProblem) {
	c := &specChecker{metrics: metrics, dimensions: dimensions}
	if len(d.Tiles) > mostTiles {
		c.add("tiles", "A dashboard has at most %d tiles; this one has %d", mostTiles, len(d.Tiles))
	}
	if message := d.Range.Check(); message != "" {
		c.add("range", "%s", message)
	}
	for i, f := range d.Filters {
		c.dimension(fmt.Sprintf("filters[%d].dimension", i), f.Dimension)
	}
	seen := map[string]bool{}
	for i, t := range d.Tiles {
		at := fmt.Sprintf("tiles[%d]", i)
		if seen[t.ID] {
			c.add(at+".id", "Two tiles have the ID %q", t.ID)
		}
		seen[t.ID] = true
		c.tile(at, t)
	}
	return c.found
}

// Check says what is wrong with the range; empty = nothing.
func (r DateRange) Check() string {
	custom, given := r.Preset == CustomRange, r.From != nil && r.To != nil
	switch {
	case !slices.Contains(Presets(), r.Preset):
		return fmt.Sprintf("There is no preset %q. %s", r.Preset, adtally.DidYouMean(string(r.Preset), asText(Presets())))
	case custom && !given:
		return "A custom range needs both from and to"
	case !custom && (r.From != nil || r.To != nil):
		return "Only the preset custom takes from and to"
	case custom && *r.To < *r.From:
		return "The last day is before the first day"
	}
	return ""
}

func asText[T ~string](all []T) (out []string) {
	for _, one := range all {
		out = append(out, string(one))
	}
	return out
}

// specChecker collects what is wrong with a dashboard.
type specChecker struct {
	metrics, dimensions []string
	found               []SpecProblem
}

func (c *specChecker) add(field, format string, a ...any) {
	c.found = append(c.found, SpecProblem{field, strings.TrimSpace(fmt.Sprintf(format, a...))})
}

func (c *specChecker) metric(field, name string) {
	if !slices.Contains(c.metrics, name) {
		c.add(field, "There is no metric %q. %s", name, adtally.DidYouMean(name, c.metrics))
	}
}

func (c *specChecker) dimension(field, name string) {
	if !slices.Contains(c.dimensions, name) {
		c.add(field, "There is no dimension %q. %s", name, adtally.DidYouMean(name, c.dimensions))
	}
}

func (c *specChecker) tile(at string, t Tile) {
	x, y, w, h := t.At[0], t.At[1], t.At[2], t.At[3]
	if x < 0 || y < 0 || w < 1 || h < 1 || x+w > gridColumns {
		c.add(at+".at", "The place must lie within %d columns, with a width and a height of at least 1", gridColumns)
	}
	for i, name := range t.Metrics {
		c.metric(fmt.Sprintf("%s.metrics[%d]", at, i), name)
	}
	for i, name := range t.By {
		c.dimension(fmt.Sprintf("%s.by[%d]", at, i), name)
	}
	for i, name := range t.Drill {
		c.dimension(fmt.Sprintf("%s.drill[%d]", at, i), name)
	}
	for i, f := range t.Filters {
		c.dimension(fmt.Sprintf("%s.filters[%d].dimension", at, i), f.Dimension)
	}
	if t.Top != nil {
		c.top(at, t)
	}
	c.kind(at, t)
}

func (c *specChecker) top(at string, t Tile) {
	if t.Top.N < 1 || t.Top.N > mostTop {
		c.add(at+".top.n", "A tile shows from 1 to %d members", mostTop)
	}
	if len(t.By) == 0 {
		c.add(at+".top", "A ranking needs a dimension in by")
	}
	c.metric(at+".top.by", cmp.Or(t.Top.By, first(t.Metrics)))
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// kind checks what each kind of tile needs.
func (c *specChecker) kind(at string, t Tile) {
	switch {
	case t.Kind == TextTile && strings.TrimSpace(t.Text) == "":
		c.add(at+".text", "A text tile needs a text")
	case t.Kind.fixed():
	case len(t.Metrics) == 0:
		c.add(at+".metrics", "A tile of the kind %s needs a metric", t.Kind)
	case t.Kind == PieTile && (len(t.Metrics) != 1 || len(t.By) != 1 || t.Grain != Whole):
		c.add(at, "A pie shows one metric by one dimension, without a grain")
	case t.Kind == PieTile && (t.Top == nil || t.Top.N > mostParts-1):
		c.add(at+".top", "A pie has at most %d parts: set top with n of at most %d; use bars for more", mostParts, mostParts-1)
	}
}
