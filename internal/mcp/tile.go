package mcp

import (
	"cmp"
	"slices"

	"adtally"
	"adtally/internal/analytics"
)

// tile is a tile of a dashboard with its question.
type tile struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Title    string    `json:"title,omitempty"`
	Text     string    `json:"text,omitempty"`
	Question *question `json:"question"` // nil = the tile asks for no metrics
}

// tile returns a tile with the question that the UI asks for it (web/src/lib/tile.ts), so that
// the answers are equal.
func (s spec) tile(t analytics.Tile, from, to adtally.Day) tile {
	out := tile{ID: t.ID, Kind: string(t.Kind), Title: clean(t.Title), Text: clean(t.Text)}
	metrics, by := usual(t)
	if len(metrics) == 0 || slices.Contains([]analytics.Kind{analytics.TextTile, analytics.TieOutTile, analytics.FreshnessTile, analytics.CoverageTile, analytics.RestatementTile}, t.Kind) {
		return out
	}
	grain := grainOf(t, from, to)
	q := &question{Metrics: metrics, Dimensions: by, From: from, To: to, Grain: wordOf(grains, grain), Compare: wordOf(comparisons, s.Compare), Currency: s.Currency, Top: topOf(t, grain)}
	if t.Compare != nil && *t.Compare != analytics.NoCompare {
		q.Compare = wordOf(comparisons, *t.Compare)
	}
	q.Totals = t.Totals || slices.Contains([]analytics.Kind{analytics.MetricTile, analytics.TableTile, analytics.BarTile, analytics.PieTile, analytics.ClaimsTile}, t.Kind)
	for _, f := range t.Filters {
		q.Filters = append(q.Filters, filtersOf(f)...)
	}
	for _, f := range s.Filters {
		if len(f.In) > 0 {
			q.Filters = append(q.Filters, filter{f.Dimension, "in", f.In})
		}
	}
	out.Question = q
	return out
}

// filtersOf returns a filter in the words of query_metrics.
func filtersOf(f analytics.Filter) (all []filter) {
	if len(f.In) > 0 {
		all = append(all, filter{f.Dimension, "in", f.In})
	}
	if len(f.NotIn) > 0 {
		all = append(all, filter{f.Dimension, "not_in", f.NotIn})
	}
	return all
}

// usual returns the metrics and dimensions of a tile, also of kinds that need not name any.
func usual(t analytics.Tile) (metrics, by []string) {
	metrics, by = t.Metrics, t.By
	switch {
	case t.Kind == analytics.ClaimsTile && len(metrics) == 0:
		metrics = []string{"platform_conversions", "orders", "over_claim"}
	case t.Kind == analytics.PacingTile && len(metrics) == 0:
		metrics = []string{"spend_to_date", "projected_spend", "pacing"}
	}
	switch {
	case t.Kind == analytics.ClaimsTile && len(by) == 0:
		by = []string{"channel"}
	case t.Kind == analytics.PacingTile && len(by) == 0:
		by = []string{"account"}
	}
	return metrics, by
}

// Longest periods of a line by day and by week, in days.
const (
	longestByDay  = 92
	longestByWeek = 400
)

func grainOf(t analytics.Tile, from, to adtally.Day) analytics.Grain {
	days := to - from + 1
	switch {
	case t.Grain != analytics.Whole || t.Kind != analytics.LineTile:
		return t.Grain
	case days <= longestByDay:
		return analytics.ByDay
	case days <= longestByWeek:
		return analytics.ByISOWeek
	}
	return analytics.ByMonth
}

// Members that charts have room for.
const (
	pieMembers  = 2
	lineMembers = 3
	barMembers  = 9
)

func topOf(t analytics.Tile, grain analytics.Grain) *top {
	if len(t.By) == 0 || len(t.Metrics) == 0 {
		return nil
	}
	by, n := t.Metrics[0], 0
	if t.Top != nil {
		by, n = cmp.Or(t.Top.By, by), t.Top.N
	}
	chart := (t.Kind == analytics.LineTile || t.Kind == analytics.BarTile) && grain != analytics.Whole
	switch {
	case t.Kind == analytics.PieTile:
		return &top{min(pieMembers, cmp.Or(n, pieMembers)), by}
	case chart:
		return &top{min(lineMembers, cmp.Or(n, lineMembers)), by}
	case t.Top != nil:
		return &top{n, by}
	case t.Kind == analytics.BarTile:
		return &top{barMembers, by}
	}
	return nil
}

// wordOf returns the word of query_metrics for a value of the semantic layer; empty = none.
func wordOf[T comparable](words map[string]T, value T) string {
	var none T
	for word, v := range words {
		if v == value && v != none {
			return word
		}
	}
	return ""
}
