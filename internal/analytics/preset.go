package analytics

import (
	"time"

	"adtally"
)

// Preset names a range of days that moves with time.
type Preset string

// The presets. Those that begin with last end with a day, month or quarter that is over.
const (
	Today         Preset = "today"
	Yesterday     Preset = "yesterday"
	Last7Days     Preset = "last_7_days"
	Last28Days    Preset = "last_28_days"
	Last30Days    Preset = "last_30_days"
	Last90Days    Preset = "last_90_days"
	ThisMonth     Preset = "this_month"
	LastMonth     Preset = "last_month"
	ThisQuarter   Preset = "this_quarter"
	LastQuarter   Preset = "last_quarter"
	ThisYear      Preset = "this_year"
	Last12Months  Preset = "last_12_months"
	CustomRange   Preset = "custom"
	quarterMonths        = 3
	yearMonths           = 12
)

// Presets returns all presets.
func Presets() []Preset {
	return []Preset{Today, Yesterday, Last7Days, Last28Days, Last30Days, Last90Days, ThisMonth, LastMonth, ThisQuarter, LastQuarter, ThisYear, Last12Months, CustomRange}
}

// Days returns the first and the last day of a preset, both included. A month, quarter or
// year that has begun ends today.
func (p Preset) Days(today adtally.Day) (from, to adtally.Day) {
	days := map[Preset]adtally.Day{Yesterday: 1, Last7Days: 7, Last28Days: 28, Last30Days: 30, Last90Days: 90}
	date := today.Start(time.UTC)
	month := func(back int) adtally.Day { return firstOfMonth(date.Year(), int(date.Month())-back) }
	inQuarter, inYear := (int(date.Month())-1)%quarterMonths, int(date.Month())-1
	switch p {
	case Yesterday, Last7Days, Last28Days, Last30Days, Last90Days:
		return today - days[p], today - 1
	case ThisMonth:
		return month(0), today
	case LastMonth:
		return month(1), month(0) - 1
	case ThisQuarter:
		return month(inQuarter), today
	case LastQuarter:
		return month(inQuarter + quarterMonths), month(inQuarter) - 1
	case ThisYear:
		return month(inYear), today
	case Last12Months:
		return month(yearMonths), month(0) - 1
	}
	return today, today
}

// firstOfMonth returns the first day of a month; months below 1 are in earlier years.
func firstOfMonth(year, month int) adtally.Day {
	return adtally.DayOf(time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC), time.UTC)
}

// Resolved returns the days of the range.
func (r DateRange) Resolved(today adtally.Day) (from, to adtally.Day) {
	if r.Preset == CustomRange && r.From != nil && r.To != nil {
		return *r.From, *r.To
	}
	return r.Preset.Days(today)
}
