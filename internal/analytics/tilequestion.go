package analytics

import (
	"cmp"
	"slices"

	"adtally"
)

// View is what the reader of a dashboard has chosen for all tiles.
type View struct {
	From, To adtally.Day
	AsOf     adtally.Day // day on which budgets are judged
	Compare  Compare
	Currency string
	Filters  []Filter
	Opened   []string // IDs of the opened rows of a table, from the outside in
}

// usual is what a kind of tile shows if it names no metrics.
var usual = map[Kind]Tile{
	ClaimsTile: {Metrics: []string{"platform_conversions", "orders", "over_claim"}, By: []string{"channel"}},
	PacingTile: {Metrics: []string{"spend_to_date", "projected_spend", "pacing"}, By: []string{"account"}},
}

// Complete fills in what the kind of the tile implies.
func (t Tile) Complete() Tile {
	if len(t.Metrics) == 0 {
		t.Metrics = usual[t.Kind].Metrics
	}
	if len(t.By) == 0 {
		t.By = usual[t.Kind].By
	}
	return t
}

// Asks reports whether the tile asks for metrics.
func (t Tile) Asks() bool {
	return slices.Contains([]Kind{MetricTile, LineTile, BarTile, TableTile, PieTile, PacingTile, ClaimsTile}, t.Kind) && len(t.Complete().Metrics) > 0
}

// Days of a range up to which a line without a grain is drawn by day and by week.
const (
	mostDays  = 92
	mostWeeks = 400
)

// grain is the length of a bucket of a line that does not name one.
func (t Tile) grain(v View) Grain {
	switch days := v.To - v.From + 1; {
	case t.Grain != Whole || t.Kind != LineTile:
		return t.Grain
	case days <= mostDays:
		return ByDay
	case days <= mostWeeks:
		return ByISOWeek
	}
	return ByMonth
}

// Members of a chart besides the others: more colors cannot be told apart.
const (
	partsOfPie  = mostParts - 1
	linesOfTime = 3
	bars        = 9
)

// top is the ranking of the tile; a chart has few members.
func (t Tile) top(grain Grain) *Top {
	if len(t.By) == 0 || len(t.Metrics) == 0 {
		return nil
	}
	by, n := t.Metrics[0], 0
	if t.Top != nil {
		by, n = cmp.Or(t.Top.By, by), t.Top.N
	}
	most := map[bool]int{true: n}[t.Top != nil]
	switch {
	case t.Kind == PieTile:
		most = min(cmp.Or(n, partsOfPie), partsOfPie)
	case (t.Kind == LineTile || t.Kind == BarTile) && grain != Whole:
		most = min(cmp.Or(n, linesOfTime), linesOfTime)
	case t.Kind == BarTile:
		most = cmp.Or(n, bars)
	}
	if most == 0 {
		return nil
	}
	return &Top{N: most, By: by}
}

// Question is the tile's question. It is a refusal if there are no rows below the opened ones.
func (t Tile) Question(v View) (Query, error) {
	t = t.Complete()
	q := Query{Metrics: t.Metrics, From: v.From, To: v.To, AsOf: v.AsOf, Grain: t.grain(v), By: t.By, Filters: slices.Concat(t.Filters, v.Filters), Currency: v.Currency,
		Compare: v.Compare, Totals: t.Totals || slices.Contains([]Kind{MetricTile, TableTile, BarTile, PieTile, ClaimsTile}, t.Kind)}
	if t.Compare != nil {
		q.Compare = *t.Compare
	}
	q.Top = t.top(q.Grain)
	if len(v.Opened) == 0 {
		return q, nil
	}
	return t.below(q, v.Opened)
}

// below is the question for the rows below opened ones.
func (t Tile) below(q Query, opened []string) (Query, error) {
	if t.Kind != TableTile || len(t.By) != 1 || len(opened) > len(t.Drill) {
		return q, &Refusal{Code: "bad_query", Message: "There are no rows below these", Hint: "Open fewer rows."}
	}
	levels := append(slices.Clone(t.By), t.Drill...)
	for i, id := range opened {
		q.Filters = append(q.Filters, Filter{Dimension: levels[i], In: []string{id}})
	}
	q.By, q.Top, q.Totals = []string{levels[len(opened)]}, nil, false
	return q, nil
}

// drills are the dimensions whose rows can be opened, from the outside in.
var drills = []string{"campaign", "ad_set", "ad"}

// Drilled names the dimensions into which the tile's rows open, if it does not name them
// itself: those that all of its metrics have.
func (t Tile) Drilled(has func(metric, dimension string) bool) Tile {
	if t.Kind != TableTile || len(t.By) != 1 || t.Grain != Whole || len(t.Drill) > 0 {
		return t
	}
	at := slices.Index(drills, t.By[0])
	if at < 0 {
		return t
	}
	for _, dim := range drills[at+1:] {
		if !slices.ContainsFunc(t.Metrics, func(m string) bool { return !has(m, dim) }) {
			t.Drill = append(t.Drill, dim)
		}
	}
	return t
}
