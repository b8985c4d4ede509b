package analytics

import (
	"context"
	"fmt"
)

// compare answers the question for the compared period.
func (a *asking) compare(ctx context.Context, p *plan, rows []exactRow) error {
	q := p.q
	from, to := q.compared()
	before := *p
	before.q.From, before.q.To, before.q.Compare = from, to, NoCompare
	if q.AsOf != 0 {
		before.q.AsOf = to
	}
	previous, err := a.rows(ctx, &before)
	if err != nil {
		return err
	}
	if r := firstRefusal(previous); r != nil {
		return r
	}
	a.out.Compared = &Compared{From: from, To: to}
	for _, r := range previous {
		a.out.Compared.Rows = append(a.out.Compared.Rows, r.row(p))
	}
	a.beside(p, rows, previous)
	if !q.Totals {
		return nil
	}
	total, err := a.total(ctx, before.q)
	if err != nil {
		return err
	}
	a.out.Compared.Total, a.out.Compared.Change = p.figures(total), changes(a.totals, total)
	return nil
}

// beside puts the figures of the compared period beside those of the same members, in the
// bucket at the same place.
func (a *asking) beside(p *plan, rows, previous []exactRow) {
	places := func(all []exactRow) map[string]int {
		out := map[string]int{}
		for _, r := range all {
			if _, there := out[r.bucket]; !there {
				out[r.bucket] = len(out)
			}
		}
		return out
	}
	key := func(place int, r exactRow) string { return fmt.Sprint(place, r.members) }
	earlier, there := map[string]exactRow{}, places(previous)
	for _, r := range previous {
		earlier[key(there[r.bucket], r)] = r
	}
	here := places(rows)
	for i, r := range rows {
		past, ok := earlier[key(here[r.bucket], r)]
		if !ok {
			past.figures = make([]figure, len(r.figures))
		}
		a.out.Rows[i].Previous, a.out.Rows[i].Change = p.figures(past.figures), changes(r.figures, past.figures)
	}
}

// changes returns the change of each figure, from exact values.
func changes(now, before []figure) []Figure {
	out := make([]Figure, len(now))
	for i := range now {
		if c := change(now[i].value, before[i].value); c != nil {
			out[i].Value = round(c, 6)
		}
	}
	return out
}
