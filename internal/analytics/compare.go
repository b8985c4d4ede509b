package analytics

import "fmt"

// before is the plan for the compared period.
func (p *plan) before() *plan {
	before := *p
	before.q.From, before.q.To = p.q.compared()
	before.q.Compare = NoCompare
	if p.q.AsOf != 0 {
		before.q.AsOf = before.q.To
	}
	return &before
}

// compare adds the figures of the compared period to the answer.
func (a *asking) compare(now, before *period) {
	q := before.plan.q
	a.out.Compared = &Compared{From: q.From, To: q.To, Rows: before.rounded()}
	a.beside(now.plan, now.rows, before.rows)
	if now.total != nil {
		a.out.Compared.Total, a.out.Compared.Change = now.plan.figures(before.total), changes(now.total, before.total)
	}
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
