package analytics

import (
	"context"
	"slices"
)

// rank ranks the members of the first dimension over the whole range by a statement of its
// own, and keeps the first in the plan.
func (a *asking) rank(ctx context.Context, p *plan) error {
	by, err := p.ranking()
	if err != nil {
		return err
	}
	rows, err := a.rows(ctx, by)
	if err != nil {
		return err
	}
	if r := firstRefusal(rows); r != nil {
		return r
	}
	p.keep = topOf(rows, p.q.Top.N)
	if p.keep == nil {
		return nil
	}
	return p.keptAllowed()
}

// ranking is the plan by whose figures members are ranked.
func (p *plan) ranking() (*plan, error) {
	by := p.q
	by.Metrics, by.By, by.Grain, by.Top, by.Totals, by.Compare = []string{p.q.Top.By}, p.q.By[:1], Whole, nil, false, NoCompare
	return newPlan(p.defs, p.settings, by)
}

// topOf returns the members with the n largest figures; nil if there are no others.
func topOf(rows []exactRow, n int) []string {
	rows = slices.DeleteFunc(rows, func(r exactRow) bool { return r.members[0] == unmatched })
	slices.SortStableFunc(rows, func(x, y exactRow) int { return compareFigures(y.figures[0], x.figures[0]) })
	if len(rows) <= n {
		return nil
	}
	keep := []string{}
	for _, r := range rows[:n] {
		keep = append(keep, r.members[0])
	}
	return keep
}

// keptAllowed refuses what cannot be told of "(others)".
func (p *plan) keptAllowed() error {
	for _, name := range p.q.Metrics {
		if m := p.defs.Metrics[name]; m.None {
			if _, err := p.held(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// compareFigures orders figures by value, the empty ones first.
func compareFigures(x, y figure) int {
	switch {
	case x.value == nil && y.value == nil:
		return 0
	case x.value == nil:
		return -1
	case y.value == nil:
		return 1
	}
	return x.value.Cmp(y.value)
}
