package adtally

import (
	"slices"
)

// CoverageFilter picks ranges of days that are in a warehouse.
type CoverageFilter struct {
	Source  string
	Account string           // empty = all
	Table   string           // empty = all
	After   CoveragePosition // zero = from the beginning
	Limit   int              // 0 = all that are read at once
}

// CoveragePosition is where a range stands in their list.
type CoveragePosition struct {
	Account string `json:"account"`
	Table   string `json:"table"`
	From    Day    `json:"from"`
}

// Extremes are the first and the last day of a table.
type Extremes struct {
	Table  string
	Window Window // zero = the table has no days
}

// Ranges joins what lies next to each other: the days of a table and account
// that are there, and of which either all was given or some was not. Where days
// were read more than once, the newest reading counts. All of a table and account
// must stand together.
func Ranges(all []Checkpoint) (out []Checkpoint) {
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(c Checkpoint) bool { return c.Table != all[0].Table || c.Account != all[0].Account })
		if n < 0 {
			n = len(all)
		}
		out = append(out, joined(all[:n])...)
		all = all[n:]
	}
	return out
}

// joined walks along the days of one table and account. Between two neighbouring
// ends of windows the same readings are there.
func joined(parts []Checkpoint) (out []Checkpoint) {
	parts = slices.Clone(parts)
	slices.SortStableFunc(parts, func(a, b Checkpoint) int { return a.Asked.Compare(b.Asked) })
	var ends []Day
	for _, c := range parts {
		if c.Window.IsZero() {
			out = []Checkpoint{c} // a table without days
			continue
		}
		ends = append(ends, c.Window.From, c.Window.To)
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	w := newReadings(parts)
	for i := 0; i+1 < len(ends); i++ {
		if c, read := w.newest(ends[i]); read {
			c.Window = Window{From: ends[i], To: ends[i+1]}
			out = add(out, c)
		}
	}
	return out
}

// add appends a range, or makes the last one longer.
func add(out []Checkpoint, c Checkpoint) []Checkpoint {
	n := len(out) - 1
	if n < 0 || out[n].Window.IsZero() || out[n].Window.To != c.Window.From || out[n].Partial != c.Partial {
		return append(out, c)
	}
	out[n].Window.To = c.Window.To
	if c.Asked.Before(out[n].Asked) {
		out[n].Asked = c.Asked
	}
	return out
}

// readings are those of one table and account, the oldest first, while somebody
// walks along its days.
type readings struct {
	all  []Checkpoint
	from []int // places in all, by first day; those behind were not reached yet
	open []int // those that were reached and have not ended
}

func newReadings(all []Checkpoint) *readings {
	r := &readings{all: all}
	for i, c := range all {
		if !c.Window.IsZero() {
			r.from = append(r.from, i)
		}
	}
	slices.SortFunc(r.from, func(a, b int) int { return int(all[a].Window.From - all[b].Window.From) })
	return r
}

// newest is the newest reading of a day. It is asked for one day after the other.
func (r *readings) newest(day Day) (Checkpoint, bool) {
	for len(r.from) > 0 && r.all[r.from[0]].Window.From <= day {
		r.open, r.from = append(r.open, r.from[0]), r.from[1:]
	}
	r.open = slices.DeleteFunc(r.open, func(i int) bool { return r.all[i].Window.To <= day })
	if len(r.open) == 0 {
		return Checkpoint{}, false
	}
	return r.all[slices.Max(r.open)], true
}
