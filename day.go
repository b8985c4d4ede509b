package adtally

import (
	"fmt"
	"strings"
	"time"
)

// Day is a calendar day, counted from 1970-01-01. It has no time zone: it is a day in the
// zone of the ad account that it belongs to. The zero Day means "not set"; no ad ran on
// 1970-01-01.
type Day int32

const dayLayout = "2006-01-02"

// ParseDay parses YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(dayLayout, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a date; write it as YYYY-MM-DD", s)
	}
	return DayOf(t, time.UTC), nil
}

// DayOf returns the day in zone at time t.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String returns the day as YYYY-MM-DD.
func (d Day) String() string { return d.utc().Format(dayLayout) }

// Start returns when the day begins in zone.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, dd := d.utc().Date()
	return time.Date(y, m, dd, 0, 0, 0, 0, zone)
}

// Over returns the day, or the one before it if the day was not over in zone at time t. A day
// that was read before it was over has only a part of its figures. A zero time is not known,
// and passes.
func (d Day) Over(t time.Time, zone *time.Location) Day {
	if !t.IsZero() && t.Before((d + 1).Start(zone)) {
		return d - 1
	}
	return d
}

// AddMonths adds n months and keeps the day of the month. In a month that is too short,
// the result is in the next month: when in doubt how far back a platform serves, the later
// day is safe.
func (d Day) AddMonths(n int) Day { return DayOf(d.utc().AddDate(0, n, 0), time.UTC) }

// MarshalText returns YYYY-MM-DD, or nothing for the zero Day.
func (d Day) MarshalText() ([]byte, error) {
	if d == 0 {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText parses what MarshalText returns.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDay(string(b))
	*d = v
	return err
}

// Window is a half-open range of days: From is included, To is not. The zero Window means
// "as it is now" and is used for objects such as campaigns.
type Window struct {
	From Day `json:"from"`
	To   Day `json:"to"`
}

// WindowOf returns the window from first to last, both included.
func WindowOf(first, last Day) Window { return Window{From: first, To: last + 1} }

// ParseWindow parses what String returns for a range of days.
func ParseWindow(s string) (Window, error) {
	first, last, _ := strings.Cut(s, "..")
	from, err := ParseDay(first)
	if err != nil {
		return Window{}, err
	}
	to, err := ParseDay(last)
	return WindowOf(from, to), err
}

// IsZero reports whether the window is not a range of days.
func (w Window) IsZero() bool { return w == Window{} }

// Last returns the last day in the window.
func (w Window) Last() Day { return w.To - 1 }

// Days returns the number of days in the window.
func (w Window) Days() int { return int(max(w.To-w.From, 0)) }

// Contains reports whether d is in the window.
func (w Window) Contains(d Day) bool { return d >= w.From && d < w.To }

// Covers reports whether all days of v are in the window.
func (w Window) Covers(v Window) bool { return w.From <= v.From && v.To <= w.To }

// String returns the first and the last day, both included.
func (w Window) String() string {
	if w.IsZero() {
		return "now"
	}
	return w.From.String() + ".." + w.Last().String()
}
