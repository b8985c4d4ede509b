package analytics

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"adtally"
)

// CalendarDay is a row of the table day.
type CalendarDay struct {
	Date                                                adtally.Day
	ISOWeek, Month, Quarter, FiscalMonth, FiscalQuarter string
}

// Calendar returns the days from first to last. It is the only calendar of the semantic
// layer: the warehouse never computes a week or a month.
func Calendar(first, last adtally.Day, s Settings) []CalendarDay {
	all := make([]CalendarDay, 0, last-first+1)
	for d := first; d <= last; d++ {
		all = append(all, s.calendarDay(d))
	}
	return all
}

func (s Settings) calendarDay(d adtally.Day) CalendarDay {
	t := d.Start(time.UTC)
	year, week := t.ISOWeek()
	fiscal, month := s.fiscalMonth(t)
	return CalendarDay{Date: d,
		ISOWeek:       fmt.Sprintf("%04d-W%02d", year, week),
		Month:         t.Format("2006-01"),
		Quarter:       fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3),
		FiscalMonth:   fmt.Sprintf("FY%04d-M%02d", fiscal, month),
		FiscalQuarter: fmt.Sprintf("FY%04d-Q%d", fiscal, (month+2)/3)}
}

// fiscalMonth returns the fiscal year of a day and its month, 1 to 12. A fiscal month begins
// on the day of the month on which the fiscal year begins.
func (s Settings) fiscalMonth(t time.Time) (year, month int) {
	startMonth, startDay := s.fiscalStart()
	months := t.Year()*12 + int(t.Month()) - startMonth
	if t.Day() < startDay {
		months--
	}
	year, month = months/12, months%12+1
	if s.FiscalNamedBy == "end" && (startMonth > 1 || startDay > 1) {
		year++
	}
	return year, month
}

func (s Settings) fiscalStart() (month, day int) {
	m, d, _ := strings.Cut(s.FiscalStart, "-")
	month, errMonth := strconv.Atoi(m)
	day, errDay := strconv.Atoi(d)
	if errMonth != nil || errDay != nil {
		return 1, 1
	}
	return month, day
}

// compared returns the compared period of a query.
func (q Query) compared() (from, to adtally.Day) {
	start, end := q.From.Start(time.UTC), q.To.Start(time.UTC)
	switch q.Compare {
	case PreviousMonth:
		first := time.Date(start.Year(), start.Month()-1, 1, 0, 0, 0, 0, time.UTC)
		return adtally.DayOf(first, time.UTC), adtally.DayOf(first.AddDate(0, 1, -1), time.UTC)
	case PreviousYear:
		return yearBefore(start), yearBefore(end)
	}
	return q.From - (q.To - q.From + 1), q.From - 1
}

// yearBefore returns the same date a year earlier; 28 February for 29 February.
func yearBefore(t time.Time) adtally.Day {
	if t.Month() == time.February && t.Day() == 29 {
		t = t.AddDate(0, 0, -1)
	}
	return adtally.DayOf(t.AddDate(-1, 0, 0), time.UTC)
}

// wholeMonths reports whether a range begins and ends with whole calendar months.
func wholeMonths(from, to adtally.Day) bool {
	return from.Start(time.UTC).Day() == 1 && (to+1).Start(time.UTC).Day() == 1
}

// month returns the first and last day of a day's calendar month.
func monthOf(d adtally.Day) (first, last adtally.Day) {
	t := d.Start(time.UTC)
	begin := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	return adtally.DayOf(begin, time.UTC), adtally.DayOf(begin.AddDate(0, 1, -1), time.UTC)
}
