package analytics

import (
	"context"
	"slices"
)

// topPlan ranks the members of the first dimension over the whole range and keeps the first.
func (a *asking) topPlan(ctx context.Context, q Query) (*plan, error) {
	full, err := newPlan(a.defs, a.settings, q)
	if err != nil {
		return nil, err
	}
	by := q
	by.Metrics, by.By, by.Grain, by.Top, by.Totals, by.Compare = []string{q.Top.By}, q.By[:1], Whole, nil, false, NoCompare
	p, err := newPlan(a.defs, a.settings, by)
	if err != nil {
		return nil, err
	}
	rows, err := a.rows(ctx, p)
	if err != nil {
		return nil, err
	}
	if r := firstRefusal(rows); r != nil {
		return nil, r
	}
	rows = slices.DeleteFunc(rows, func(r exactRow) bool { return r.members[0] == unmatched })
	slices.SortStableFunc(rows, func(x, y exactRow) int { return compareFigures(y.figures[0], x.figures[0]) })
	if len(rows) <= q.Top.N {
		return full, nil
	}
	full.keep = []string{}
	for _, r := range rows[:q.Top.N] {
		full.keep = append(full.keep, r.members[0])
	}
	return newKept(full)
}

// newKept resolves a plan again, because "(others)" may be refused.
func newKept(p *plan) (*plan, error) {
	for _, name := range p.q.Metrics {
		if m := p.defs.Metrics[name]; m.None {
			if _, err := p.held(m); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
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
