package mcp

import (
	"math/big"
	"slices"
	"strings"

	"adtally/internal/analytics"
)

// table turns an answer into columns and rows.
type table struct {
	question
	answer *analytics.Answer
	// several says that figures are in several currencies, so that each has its own beside it.
	several  bool
	currency string
}

func newTable(in question, a *analytics.Answer) table {
	t := table{question: in, answer: a}
	for _, r := range append([]analytics.Row{{Figures: a.Total}}, a.Rows...) {
		for _, f := range slices.Concat(r.Figures, r.Previous) {
			t.several = t.several || f.Currency != "" && t.currency != "" && f.Currency != t.currency
			if f.Currency != "" {
				t.currency = f.Currency
			}
		}
	}
	return t
}

func (t table) named() bool { return t.Names == nil || *t.Names }

// columns adds the columns and the definitions of the metrics.
func (t table) columns(e *envelope, metrics []analytics.MetricInfo) {
	if t.currency != "" && !t.several {
		e.Currency = &t.currency
	}
	if grains[t.Grain] != analytics.Whole {
		e.Columns = append(e.Columns, column{Name: t.Grain, Unit: "time"})
	}
	for _, d := range t.Dimensions {
		e.Columns = append(e.Columns, column{Name: d, Unit: "text", Content: untrusted})
		if t.named() {
			e.Columns = append(e.Columns, column{Name: d + "_name", Unit: "text", Content: untrusted})
		}
	}
	for _, col := range t.answer.Columns {
		i := slices.IndexFunc(metrics, func(m analytics.MetricInfo) bool { return m.Name == col.Metric })
		if i < 0 {
			continue // it was removed since
		}
		d := definitionOf(metrics[i])
		d.Dimensions = nil // list_metrics has them
		e.Definitions[col.Metric] = d
		e.Columns = append(e.Columns, t.figureColumns(col, d)...)
	}
}

func (t table) figureColumns(c analytics.Column, d definition) []column {
	all := []column{{Name: c.Metric, Title: c.Title, Unit: c.Unit, Definition: d.Definition}}
	if t.several && c.Unit == "money" {
		all = append(all, column{Name: c.Metric + "_currency", Unit: "currency"})
	}
	if t.compares() {
		all = append(all, column{Name: c.Metric + "_previous", Unit: c.Unit, Definition: "The same of the compared period."},
			column{Name: c.Metric + "_change", Unit: "percent", Definition: "Change against the compared period, as a share of its absolute value: 0.25 is 25 % more."})
	}
	return all
}

func (t table) compares() bool { return comparisons[t.Compare] != analytics.NoCompare }

// rows returns the rows in the order that was asked for.
func (t table) rows(e *envelope) (out [][]*string) {
	all := slices.Clone(t.answer.Rows)
	if t.OrderBy != nil {
		t.sort(all)
	}
	for _, r := range all {
		out = append(out, t.row(e, r))
	}
	return out
}

func (t table) row(e *envelope, r analytics.Row) (out []*string) {
	if grains[t.Grain] != analytics.Whole {
		out = append(out, new(r.Bucket))
	}
	for i := range t.Dimensions {
		out = append(out, new(clean(r.Members[i])))
		if t.named() {
			out = append(out, new(clean(r.Names[i])))
		}
	}
	return append(out, t.figures(e, r)...)
}

func (t table) figures(e *envelope, r analytics.Row) (out []*string) {
	for i, c := range t.answer.Columns {
		out = append(out, shown(e, r.Figures[i]))
		if t.several && c.Unit == "money" {
			out = append(out, textOrNil(r.Figures[i].Currency))
		}
		if t.compares() {
			out = append(out, figureAt(e, r.Previous, i), figureAt(e, r.Change, i))
		}
	}
	return out
}

// totals returns the total as a row of figures.
func (t table) totals(e *envelope) []*string {
	r := analytics.Row{Figures: t.answer.Total}
	if c := t.answer.Compared; c != nil {
		r.Previous, r.Change = c.Total, c.Change
	}
	if len(r.Figures) != len(t.answer.Columns) {
		return nil
	}
	return t.figures(e, r)
}

func figureAt(e *envelope, all []analytics.Figure, i int) *string {
	if i >= len(all) {
		return nil
	}
	return shown(e, all[i])
}

// shown returns a figure; nil if there is none, which is not 0. A refused one adds a warning.
func shown(e *envelope, f analytics.Figure) *string {
	if f.Refused != nil {
		e.warn(f.Refused.Code, f.Refused.Message+". "+f.Refused.Hint)
	}
	return textOrNil(f.Value)
}

func textOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// sort orders rows by a metric; rows without a figure come last, and after them what stands
// for several members.
func (t table) sort(all []analytics.Row) {
	at := slices.Index(t.Metrics, t.OrderBy.Metric)
	slices.SortStableFunc(all, func(a, b analytics.Row) int {
		if d := rank(a, at) - rank(b, at); d != 0 || rank(a, at) > 0 {
			return d
		}
		x, _ := new(big.Rat).SetString(a.Figures[at].Value)
		y, _ := new(big.Rat).SetString(b.Figures[at].Value)
		if t.OrderBy.Direction == "asc" {
			return x.Cmp(y)
		}
		return y.Cmp(x)
	})
}

func rank(r analytics.Row, at int) int {
	if len(r.Members) > 0 && strings.HasPrefix(r.Members[0], "(") {
		return 2
	}
	if _, ok := new(big.Rat).SetString(r.Figures[at].Value); !ok {
		return 1
	}
	return 0
}
