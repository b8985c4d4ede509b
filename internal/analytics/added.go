package analytics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// errNotAdded says that the rows of the one statement do not suffice.
var errNotAdded = errors.New("the question must be asked by several statements")

// added answers the question by one statement. now is nil if that is not possible.
func (a *asking) added(ctx context.Context, p *plan) (now, before *period, err error) {
	q, err := p.addingUp()
	if q == nil || err != nil {
		return nil, nil, err
	}
	if p.q.Top != nil && q.ranks == nil {
		if err := a.rank(ctx, p); err != nil {
			return nil, nil, err
		}
		q.wide.keep = p.keep
	}
	shown := len(a.out.SQL)
	now, before, err = a.addedPeriods(ctx, q)
	if errors.Is(err, errNotAdded) {
		p.keep, a.out.SQL = nil, a.out.SQL[:shown] // the figures are not from it
		return nil, nil, nil
	}
	return now, before, err
}

func (a *asking) addedPeriods(ctx context.Context, q *adding) (now, before *period, err error) {
	found, err := a.run(ctx, q.statement())
	if err != nil {
		return nil, nil, err
	}
	if q.ranks != nil && len(found) > maxAdded {
		return nil, nil, errNotAdded
	}
	parts := q.parts(found)
	if err := a.rankAdded(q, parts[0]); err != nil {
		return nil, nil, err
	}
	if now, err = a.addedPeriod(ctx, q, q.now, parts[0]); err != nil || len(parts) == 1 {
		return now, nil, err
	}
	before, err = a.addedPeriod(ctx, q, q.now.before(), parts[1])
	return now, before, err
}

// statement writes the statement. It need not bring more rows than are added up.
func (q *adding) statement() Statement {
	s := q.wide.statement()
	if q.ranks != nil {
		s.SQL += fmt.Sprintf("\nLIMIT %d", maxAdded+1)
	}
	return s
}

// addedPart is what the statement has of one period.
type addedPart struct {
	plan  *plan  // of the statement
	cells []sums // each cell
	all   sums   // all cells, added up
	whole cell   // the same, settled
}

// parts reads the rows of the statement by period. Their buckets begin with its number.
func (q *adding) parts(found [][]nullText) []*addedPart {
	all := make([]*addedPart, len(q.wide.spans))
	for i := range all {
		all[i] = &addedPart{plan: q.wide}
	}
	times := map[string]time.Time{}
	for _, row := range found {
		s := q.wide.sumsOf(&reader{row: row, times: times})
		part := all[s.bucket[0]-'0']
		s.bucket = s.bucket[1:]
		part.cells = append(part.cells, s)
	}
	for _, part := range all {
		part.all = q.wide.addUp(part.cells).withAll()
		part.whole = q.wide.settled(part.all, q.wide)
		for whole, same := range q.wide.wholes {
			part.whole.values[whole] = part.whole.values[same]
		}
	}
	return all
}

// settled decides what those leaves of a cell are that a plan needs. Those that are about the
// whole question are the same in each cell.
func (part *addedPart) settled(s sums, by *plan) cell {
	c := part.plan.settled(s, by)
	for whole, same := range part.plan.wholes {
		if by.leaves[whole] == nil {
			continue
		}
		c.values[whole] = part.whole.values[whole]
		i := slices.IndexFunc(part.plan.facts, func(f *fact) bool {
			return slices.ContainsFunc(f.leaves, func(l *leaf) bool { return l.id == same })
		})
		c.asOf = earliest(c.asOf, part.all.facts[i].read.asOf)
	}
	return c
}

// withAll is the same, of members without rows too.
func (s sums) withAll() sums {
	for i, f := range s.facts {
		s.facts[i].read = f.read.and(f.all)
	}
	return s
}

// rankAdded keeps the first members of the answer, as a ranking by a statement of its own does.
func (a *asking) rankAdded(q *adding, part *addedPart) error {
	if q.ranks == nil {
		return nil
	}
	members := part.membersOf(q.ranks)
	var cells []cell
	for _, s := range part.cells {
		if members[s.key()] {
			cells = append(cells, part.settled(s, q.ranks))
		}
	}
	a.noteAsOf(cells)
	rows := q.ranks.exact(cells, nil)
	if r := firstRefusal(rows); r != nil {
		return r
	}
	q.now.keep = topOf(rows, q.now.q.Top.N)
	return nil
}

// membersOf are the members that rows of another plan's facts have: those that its own
// statement would bring.
func (part *addedPart) membersOf(of *plan) map[string]bool {
	members := map[string]bool{}
	for i, f := range part.plan.facts {
		if !slices.ContainsFunc(f.leaves, func(l *leaf) bool { return part.plan.wholes[l.id] == "" && of.leaves[l.id] != nil }) {
			continue
		}
		for _, s := range part.cells {
			if s.facts[i].there {
				members[s.key()] = true
			}
		}
	}
	return members
}

// key tells the members of cells apart.
func (s sums) key() string {
	if len(s.members) == 1 {
		return s.members[0]
	}
	return fmt.Sprint(s.members)
}

// addedPeriod computes the rows of the answer and the total of one period.
func (a *asking) addedPeriod(ctx context.Context, q *adding, p *plan, part *addedPart) (*period, error) {
	cells, err := q.shown(part)
	if err != nil {
		return nil, err
	}
	out := &period{plan: p, rows: p.exact(cells, nil)}
	if r := firstRefusal(out.rows); r != nil {
		return nil, r
	}
	a.noteAsOf(cells)
	switch {
	case !p.q.Totals:
	case len(part.cells) == 0: // then it is not known whether something was read
		out.total, err = a.total(ctx, p.q)
	default:
		total := []cell{part.settled(part.all, q.now)}
		a.noteAsOf(total)
		out.total = p.exact(total, nil)[0].figures
	}
	return out, err
}

// shown are the cells of the answer. Members that are not kept are added up to "(others)".
func (q *adding) shown(part *addedPart) (cells []cell, err error) {
	var rest []sums
	members := part.membersOf(q.now)
	ofRest, ranked := false, q.ranks != nil && q.now.keep != nil
	for _, s := range part.cells {
		belongs := members[s.key()]
		switch {
		case ranked && s.members[0] != unmatched && !slices.Contains(q.now.keep, s.members[0]):
			rest, ofRest = append(rest, s), ofRest || belongs
		case belongs || len(s.members) == 0:
			cells = append(cells, part.settled(s, q.now))
		}
	}
	if !ofRest {
		return cells, nil
	}
	all := q.wide.addUp(rest)
	if !q.wide.told(all) {
		return nil, errNotAdded
	}
	all.members = []string{others}
	return append(cells, part.settled(all.withAll(), q.now)), nil
}

// told reports whether each leaf of some members is known. If a leaf has no rows, other
// members could have been read, which have no rows of any leaf.
func (p *plan) told(s sums) bool {
	w := &writer{plan: p}
	for i, f := range p.facts {
		of := s.facts[i]
		if of.read.covered || !of.all.covered || !w.readsAll(w.coverageOf(f)) {
			continue
		}
		for j, l := range f.leaves {
			if p.wholes[l.id] == "" && !of.leaves[j].rows {
				return false
			}
		}
	}
	return true
}
