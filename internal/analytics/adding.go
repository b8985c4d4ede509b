package analytics

import (
	"cmp"
	"slices"

	"adtally"
)

// maxAdded is how many rows one statement may bring for a ranking. Above it, ranking by a
// statement of its own is faster, because only the first members are read then.
const maxAdded = 10_000

// span is some days, both included.
type span struct{ from, to adtally.Day }

// adding is how a question is answered by one statement: all cells of both periods are read,
// and "(others)" and totals are added up from them.
type adding struct {
	now   *plan // of the answer; its members are kept once they are ranked
	wide  *plan // of the statement
	ranks *plan // nil = nothing is ranked, or by a statement of its own
}

// addingUp returns how the question is answered by one statement; nil if a figure is not a
// sum of cells, or if that spares no statement.
func (p *plan) addingUp() (*adding, error) {
	out := &adding{now: p}
	q := p.q
	var err error
	if q.Top != nil && q.Grain == Whole && len(q.By) == 1 {
		if out.ranks, err = p.ranking(); err != nil {
			return nil, err
		}
		q.Metrics = append(slices.Clone(q.Metrics), q.Top.By)
	}
	if out.ranks == nil && !q.Totals && q.Compare == NoCompare {
		return nil, nil
	}
	if out.wide, err = newPlan(p.defs, p.settings, q); err != nil || !out.wide.addable() {
		return nil, err
	}
	q.By = nil
	whole, err := newPlan(p.defs, p.settings, q)
	if err != nil || !out.wide.sameModels(whole) {
		return nil, err
	}
	out.wide.mergeWhole()
	out.wide.spans = []span{{q.From, q.To}}
	if q.Compare != NoCompare {
		from, to := q.compared()
		out.wide.spans = append(out.wide.spans, span{from, to})
	}
	return out, nil
}

// addable reports whether every figure can be computed from the sum of cells.
func (p *plan) addable() bool {
	cells := false
	for _, f := range p.facts {
		_, c, _ := p.defs.timeColumn(p.defs.Models[f.model], f.time)
		if c.Month || f.with != "" || f.zero != "" || f.scope != OfCell && f.scope != OfQuestion {
			return false
		}
		cells = cells || f.scope == OfCell
		if slices.ContainsFunc(f.leaves, func(l *leaf) bool { return !p.addsUp(l, f) }) {
			return false
		}
	}
	payback := func(name string) bool { return p.defs.Metrics[name].Special == "payback" }
	return cells && !slices.ContainsFunc(p.q.Metrics, payback)
}

// addsUp reports whether a leaf of several cells follows from that of each.
func (p *plan) addsUp(l *leaf, f *fact) bool {
	if l.metric.Agg == "count_distinct" {
		return p.countsKey(l.metric, f.model)
	}
	return !l.metric.None
}

// sameModels reports whether both plans read the same rows. Those of ads may differ from
// those of campaigns.
func (p *plan) sameModels(other *plan) bool {
	return slices.EqualFunc(p.facts, other.facts, func(a, b *fact) bool { return a.factKey == b.factKey })
}

// mergeWhole reads what is about the whole question by cell, beside the other leaves of the
// same rows. It is added up later.
func (p *plan) mergeWhole() {
	p.wholes = map[string]string{}
	slices.SortStableFunc(p.facts, func(a, b *fact) int { return cmp.Compare(a.scope, b.scope) }) // those of cells first
	var facts []*fact
	for _, f := range p.facts {
		if f.ofQuestion() {
			for _, l := range f.leaves {
				p.wholes[l.id] = l.id
			}
			f.scope = OfCell
		}
		i := slices.IndexFunc(facts, func(o *fact) bool { return o.factKey == f.factKey })
		if i < 0 {
			facts = append(facts, f)
			continue
		}
		for _, l := range f.leaves {
			p.merge(facts[i], l)
		}
	}
	p.facts = facts
}

// merge adds a leaf about the whole question to a fact, unless a leaf of the fact is the same.
func (p *plan) merge(f *fact, l *leaf) {
	for _, same := range f.leaves {
		a, b := same.metric, l.metric
		if a.Agg == b.Agg && a.Expr == b.Expr && a.Unit == b.Unit && !same.restricted() && !l.restricted() {
			p.wholes[l.id] = same.id
			return
		}
	}
	f.leaves = append(f.leaves, l)
}
