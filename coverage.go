package adtally

import (
	"slices"
	"time"
)

// CoverageFilter selects ranges of days in a warehouse.
type CoverageFilter struct {
	Source  string
	Account string           // empty for all
	Table   string           // empty for all
	After   CoveragePosition // zero for the beginning
	Limit   int              // 0 for no limit
}

// CoveragePosition is the place of a range in the sorted list.
type CoveragePosition struct {
	Account string `json:"account"`
	Table   string `json:"table"`
	From    Day    `json:"from"`
}

// Extremes are the first and the last day of a table.
type Extremes struct {
	Table  string
	Window Window    // zero if the table has no days
	Asked  time.Time // when the platform was last asked for it; zero if unknown
}

// Ranges merges adjacent windows of a table and account that are equally complete or
// partial. Where windows overlap, the newest reading counts. Checkpoints of one table and
// account must be adjacent in all.
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

// joined merges the windows of one table and account. The set of readings can only change
// where a window begins or ends, so it is enough to look at each interval between two such
// days.
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

// add appends a range or extends the last one.
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

// readings iterates over the days of one table and account; all is sorted oldest first.
type readings struct {
	all  []Checkpoint
	from []int // indexes into all, by first day; not reached yet
	open []int // indexes of windows that contain the current day
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

// newest returns the newest reading of a day. Days must be passed in ascending order.
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
