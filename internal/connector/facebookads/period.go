package facebookads

import (
	"strconv"
	"time"

	"adtally"
)

// period is the stretch of days that one row of a report counts: people are
// counted over it once, so that its figures cannot be had from days. Periods do
// not overlap and lie where the calendar puts them: a month is a calendar month,
// and so many days are counted from a Monday, the same for everybody. The zero
// period is a day.
type period struct {
	days  int // 0 or 1 = a day
	month bool
}

// firstMonday is the first of the epoch; stretches of days are counted from it.
const firstMonday adtally.Day = 4

func (p period) single() bool { return !p.month && p.days <= 1 }

// increment is Meta's word for it.
func (p period) increment() string {
	if p.month {
		return "monthly"
	}
	return strconv.Itoa(max(p.days, 1))
}

// first is the day with which d's period begins.
func (p period) first(d adtally.Day) adtally.Day {
	if p.month {
		return d - adtally.Day(dayOfMonth(d)-1)
	}
	n := adtally.Day(max(p.days, 1))
	return d - ((d-firstMonday)%n+n)%n
}

// last is the day with which d's period ends.
func (p period) last(d adtally.Day) adtally.Day {
	first := p.first(d)
	if p.month {
		return first.AddMonths(1) - 1
	}
	return first + adtally.Day(max(p.days, 1)) - 1
}

func dayOfMonth(d adtally.Day) int { return d.Start(time.UTC).Day() }

// widen makes whole periods of the days that are wanted, as far as Meta goes: a
// period that it serves only a part of would count too few, and is left out.
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

// whole makes every day of a period due where one of them is.
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
