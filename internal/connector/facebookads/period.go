package facebookads

import (
	"strconv"
	"time"

	"adtally"
)

// period is the range of days that one row of a report covers. People are counted once
// per period, so its figures cannot be computed from days. Periods do not overlap and
// follow the calendar: a month is a calendar month, and ranges of n days are counted
// from a fixed Monday. The zero period is one day.
type period struct {
	days  int // 0 or 1 = one day
	month bool
}

// firstMonday is the first Monday of the Unix epoch (1970-01-05); ranges of days are
// counted from it.
const firstMonday adtally.Day = 4

func (p period) single() bool { return !p.month && p.days <= 1 }

// increment returns the value of Meta's time_increment parameter.
func (p period) increment() string {
	if p.month {
		return "monthly"
	}
	return strconv.Itoa(max(p.days, 1))
}

// first returns the first day of d's period.
func (p period) first(d adtally.Day) adtally.Day {
	if p.month {
		return d - adtally.Day(dayOfMonth(d)-1)
	}
	n := adtally.Day(max(p.days, 1))
	return d - ((d-firstMonday)%n+n)%n
}

// last returns the last day of d's period.
func (p period) last(d adtally.Day) adtally.Day {
	first := p.first(d)
	if p.month {
		return first.AddMonths(1) - 1
	}
	return first + adtally.Day(max(p.days, 1)) - 1
}

func dayOfMonth(d adtally.Day) int { return d.Start(time.UTC).Day() }

// widen extends a window to whole periods within the days that Meta serves. A period
// that is served only in part would count too few people and is left out.
func (p period) widen(w adtally.Window, oldest, today adtally.Day) adtally.Window {
	first, last := p.first(w.From), min(p.last(w.Last()), today)
	if first < oldest {
		first = p.last(first) + 1
	}
	if last < first {
		return adtally.Window{}
	}
	return adtally.WindowOf(first, last)
}

// whole marks every day of a period as due if one of them is.
func (p period) whole(due []bool, span adtally.Window) []bool {
	if p.single() {
		return due
	}
	for i := range due {
		day := span.From + adtally.Day(i)
		for d := p.first(day); due[i] && d <= min(p.last(day), span.Last()); d++ {
			due[d-span.From] = true
		}
	}
	return due
}
