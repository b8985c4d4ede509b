package analytics

import (
	"fmt"
	"slices"
	"time"

	"adtally"
)

// locked are the filters of the lock whose dimension is not one of scopeColumns.
func (p *plan) locked() (all []Filter) {
	for _, f := range p.q.Lock {
		if scopeColumns[f.Dimension] == "" {
			all = append(all, f)
		}
	}
	return all
}

// lockable refuses a lock by a dimension that does not tell accounts apart, where coverage is
// known by account only: what was read of other accounts would show.
func (p *plan) lockable(f *fact) error {
	if !p.defs.Models[f.model].CoverageByAccount {
		return nil
	}
	for _, lock := range p.locked() {
		m := p.defs.Models["campaigns"]
		if m != nil {
			if _, ok := p.defs.find(m, lock.Dimension); ok {
				continue
			}
		}
		return &Refusal{Code: "lock_unsupported", Message: fmt.Sprintf("%s cannot be locked to some members of %s", f.leaves[0].metric.Title, lock.Dimension),
			Hint: "Lock to accounts, channels, campaigns, or parts of campaigns' names."}
	}
	return nil
}

// campaignsWithin selects a column of the campaigns that pass the filters of a question: those of the
// lock, and those by campaign. It is empty if there is none.
func (w *writer) campaignsWithin(column string) string {
	named := w.locked()
	for _, f := range w.filters() {
		if f.Dimension == "campaign" {
			named = append(named, f)
		}
	}
	if len(named) == 0 {
		return ""
	}
	r := w.rowsOf(w.defs.Models["campaigns"])
	for _, f := range named {
		if f.Dimension == "campaign" {
			r.where = append(r.where, r.plainFilter("m."+quote(r.model.PrimaryColumn), f))
		} else {
			r.where = append(r.where, r.filter(f))
		}
	}
	return "SELECT m." + quote(column) + " " + r.from() + r.whereText()
}

// accounts writes the conditions for the accounts that a question is about, with the table
// accounts as a.
func (w *writer) accounts() (where []string) {
	for _, f := range w.filters() {
		if column := scopeColumns[f.Dimension]; column != "" && f.Dimension != "campaign" {
			where = append(where, w.plainFilter(column, f))
		}
	}
	if campaigns := w.campaignsWithin("account_id"); campaigns != "" {
		where = append(where, "a.account_id IN ("+campaigns+")")
	}
	return where
}

// within writes the condition that a day is within the lock's days.
func (w *writer) within(day string) (all []string) {
	if w.q.LockFrom != 0 {
		all = append(all, day+" >= CAST("+w.arg(w.q.LockFrom.String())+" AS DATE)")
	}
	if w.q.LockTo != 0 {
		all = append(all, day+" <= CAST("+w.arg(w.q.LockTo.String())+" AS DATE)")
	}
	return all
}

// coveredWithin writes the first and the last day of a range of coverage that are within the
// lock's days, and the condition that there are such days.
func (w *writer) coveredWithin() (first, last, condition string) {
	first, last = "v.from_date", "v.through_date"
	nearer := func(bound, sign, day string) string { // unlike GREATEST, empty if there is no range
		return "CASE WHEN " + bound + " " + sign + " " + day + " THEN " + day + " ELSE " + bound + " END"
	}
	if w.q.LockFrom != 0 {
		day := "CAST(" + w.arg(w.q.LockFrom.String()) + " AS DATE)"
		first, condition = nearer(first, "<", day), " AND v.through_date >= "+day
	}
	if w.q.LockTo != 0 {
		day := "CAST(" + w.arg(w.q.LockTo.String()) + " AS DATE)"
		last, condition = nearer(last, ">", day), condition+" AND v.from_date <= "+day
	}
	return first, last, condition
}

// withinLock returns those of some days that are within the lock.
func (q Query) withinLock(days []adtally.Day) []adtally.Day {
	return slices.DeleteFunc(days, func(d adtally.Day) bool { return d < q.LockFrom || q.LockTo != 0 && d > q.LockTo })
}

// lockDays keeps the rows whose day is within the lock: the day by which the fact is asked,
// and the usual day of its model. Of months, only whole ones count.
func (r *rows) lockDays(names ...string) {
	if r.q.LockFrom == 0 && r.q.LockTo == 0 {
		return
	}
	if r.model.Time != "" {
		names = append(names, "")
	}
	for _, name := range slices.Compact(names) {
		day, month := r.day(name)
		if !month {
			r.where = append(r.where, r.within(day)...)
			continue
		}
		if r.q.LockFrom != 0 {
			r.where = append(r.where, day+" >= "+r.arg(firstWholeMonth(r.q.LockFrom)))
		}
		if r.q.LockTo != 0 {
			r.where = append(r.where, day+" <= "+r.arg(lastWholeMonth(r.q.LockTo)))
		}
	}
}

// firstWholeMonth is the first month that begins on or after a day.
func firstWholeMonth(d adtally.Day) string {
	first, last := monthOf(d)
	if d > first {
		first = last + 1
	}
	return first.Start(time.UTC).Format("2006-01")
}

// lastWholeMonth is the last month that ends on or before a day.
func lastWholeMonth(d adtally.Day) string {
	first, last := monthOf(d)
	if d < last {
		first--
	}
	return first.Start(time.UTC).Format("2006-01")
}

// lock keeps the rows of a model within the lock. It reports whether the model has all of the
// lock's dimensions; the rows must not be used otherwise.
func (r *rows) lock() bool {
	for _, f := range r.q.Lock {
		_, ok := r.defs.find(r.model, f.Dimension)
		switch {
		case r.model.PrimaryColumn != "" && r.model.Primary == f.Dimension:
			r.where = append(r.where, r.plainFilter("CAST(m."+quote(r.model.PrimaryColumn)+" AS VARCHAR)", f))
		case ok:
			r.where = append(r.where, r.filter(f))
		default:
			return false
		}
	}
	return true
}
