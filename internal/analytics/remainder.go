package analytics

import (
	"context"
	"fmt"
	"math/big"
	"slices"
)

// NotInAds is the member for what a platform reports by campaign and not by ad: what it withholds
// of deleted ads, and what it rounds. With it, rows by ad or ad set add up to their campaign.
const NotInAds = "(not in ads)"

// remaining is a question by a finer model's dimensions, with the same question by those
// dimensions that the coarser model has too.
type remaining struct {
	fine, coarse *plan
	kept         []int // positions of the coarse dimensions
}

// remaining returns nil if no dimension of the groups is a finer model's alone. Below a filter
// on such a dimension nothing coarser is known.
func (p *plan) remaining() (*remaining, error) {
	r, q := &remaining{fine: p}, p.q
	q.By, q.Top, q.Totals, q.Compare = nil, nil, false, NoCompare
	for i, dim := range p.q.By {
		if !p.onlyFiner(dim) {
			r.kept, q.By = append(r.kept, i), append(q.By, dim)
		}
	}
	finer := func(f Filter) bool { return p.onlyFiner(f.Dimension) }
	if len(r.kept) == len(p.q.By) || slices.ContainsFunc(p.filters(), finer) {
		return nil, nil
	}
	q.Metrics = slices.DeleteFunc(slices.Clone(q.Metrics), func(name string) bool { return !p.remains(p.defs.Metrics[name]) })
	if len(q.Metrics) == 0 {
		return nil, nil
	}
	var err error
	r.coarse, err = newPlan(p.defs, p.settings, q)
	if err == nil && slices.Contains(r.kept, 0) {
		r.coarse.keep = p.keep
	}
	return r, err
}

// onlyFiner reports whether a dimension is that of a finer model, and not of the one that it
// refines.
func (p *plan) onlyFiner(dim string) bool {
	for _, m := range p.defs.Models {
		finer := p.defs.Models[m.Finer]
		if finer == nil {
			continue
		}
		_, fine := p.defs.find(finer, dim)
		if _, coarse := p.defs.find(m, dim); fine && !coarse {
			return true
		}
	}
	return false
}

// remains reports whether a metric of some rows and the remainder add up to that of all: sums,
// what is added or subtracted of them, and their shares of the whole question.
func (p *plan) remains(m *Metric) bool {
	if m.calc == nil {
		return p.defs.Models[m.Model] != nil && p.defs.Models[m.Model].Finer != "" && m.Scope == OfCell && (m.Agg == "sum" || m.Agg == "count")
	}
	sum := m.calc
	if sum.op == '/' && p.ofWhole(sum.right) {
		sum = sum.left
	}
	all := sum.linear()
	sum.names(func(part string) { all = all && p.remains(p.defs.Metrics[part]) })
	return all
}

// ofWhole reports whether an expression is one figure of the whole question.
func (p *plan) ofWhole(e *expr) bool {
	return e.op == 'n' && p.defs.Metrics[e.name].calc == nil && p.defs.Metrics[e.name].Scope == OfQuestion
}

// remainders computes the rows of what the rows of a period do not have of the coarser level.
func (a *asking) remainders(ctx context.Context, p *plan, rows []exactRow) ([]exactRow, error) {
	r, err := p.remaining()
	if r == nil || err != nil {
		return nil, err
	}
	above, err := a.rows(ctx, r.coarse)
	if err != nil {
		return nil, err
	}
	if firstRefusal(above) != nil { // several currencies together: no single row is right
		return nil, nil
	}
	within := map[string]map[string]*big.Rat{}
	for _, row := range rows {
		key := r.key(row.cell)
		if within[key] == nil {
			within[key] = map[string]*big.Rat{}
		}
		for id, v := range row.values {
			if v.value != nil && p.leaves[id].metric.Scope == OfCell {
				within[key][id] = plus(within[key][id], v.value)
			}
		}
	}
	var rest []exactRow
	for _, row := range above {
		if one := r.row(row.cell, within[fmt.Sprint(row.bucket, row.members)]); one.shown(p) {
			rest = append(rest, one)
		}
	}
	return rest, nil
}

func plus(a, b *big.Rat) *big.Rat {
	if a == nil {
		return b
	}
	return new(big.Rat).Add(a, b)
}

// key is the coarse row that a fine one belongs to.
func (r *remaining) key(c cell) string {
	members := make([]string, 0, len(r.kept))
	for _, i := range r.kept {
		members = append(members, c.members[i])
	}
	if len(members) == 0 {
		members = nil
	}
	return fmt.Sprint(c.bucket, members)
}

// row is what a coarse row has beyond the fine ones. What is not known of it stays empty.
func (r *remaining) row(above cell, within map[string]*big.Rat) exactRow {
	rest := cell{bucket: above.bucket, members: make([]string, len(r.fine.q.By)), values: map[string]leafValue{}, asOf: above.asOf}
	for i := range rest.members {
		rest.members[i] = NotInAds
	}
	for i, at := range r.kept {
		rest.members[at] = above.members[i]
	}
	for id, v := range above.values {
		if v.value != nil && within[id] != nil {
			v.value = new(big.Rat).Sub(v.value, within[id])
		}
		rest.values[id] = v
	}
	out := exactRow{cell: rest}
	for _, name := range r.fine.q.Metrics {
		f := figure{}
		if slices.Contains(r.coarse.q.Metrics, name) {
			f = r.coarse.figure(r.fine.defs.Metrics[name], rest)
		}
		out.figures = append(out.figures, f)
	}
	return out
}

// shown reports whether a figure is not 0 once it is rounded.
func (r exactRow) shown(p *plan) bool {
	for i, f := range p.figures(r.figures) {
		if n, ok := new(big.Rat).SetString(f.Value); ok && n.Sign() != 0 && r.figures[i].value != nil {
			return true
		}
	}
	return false
}
