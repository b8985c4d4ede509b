package adtally

import (
	"fmt"
	"strings"
	"time"
)

// Day is a civil day, counted from 1970-01-01. It has no zone of its own: it is
// a day of the ad account it belongs to. The zero Day means "not given"; no ad
// ever ran on it.
type Day int32

const dayLayout = "2006-01-02"

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(dayLayout, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a day; write it as YYYY-MM-DD", s)
	}
	return DayOf(t, time.UTC), nil
}

// DayOf is the day that a clock in zone shows at t.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String prints YYYY-MM-DD.
func (d Day) String() string { return d.utc().Format(dayLayout) }

// Start is the first moment of the day in zone.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, dd := d.utc().Date()
	return time.Date(y, m, dd, 0, 0, 0, 0, zone)
}

// AddMonths moves by n months and keeps the day of the month; where the month
// is too short for it, the result runs over into the next: of two answers to how
// far back a platform serves, the later is the safe one.
func (d Day) AddMonths(n int) Day { return DayOf(d.utc().AddDate(0, n, 0), time.UTC) }

// MarshalText prints YYYY-MM-DD; a day that was not given is empty.
func (d Day) MarshalText() ([]byte, error) {
	if d == 0 {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDay(string(b))
	*d = v
	return err
}

// Window is a half-open range of days: From is in it, To is not. The zero
// Window stands for "as it is now" and belongs to entities.
type Window struct {
	From Day `json:"from"`
	To   Day `json:"to"`
}

// WindowOf is the window from the first day to the last, both in it.
func WindowOf(first, last Day) Window { return Window{From: first, To: last + 1} }

// ParseWindow reads what String printed of a range of days.
func ParseWindow(s string) (Window, error) {
	first, last, _ := strings.Cut(s, "..")
	from, err := ParseDay(first)
	if err != nil {
		return Window{}, err
	}
	to, err := ParseDay(last)
	return WindowOf(from, to), err
}

// IsZero says that no range of days is meant.
func (w Window) IsZero() bool { return w == Window{} }

// Last is the last day in the window.
func (w Window) Last() Day { return w.To - 1 }

// Days is how many days are in the window.
func (w Window) Days() int { return int(max(w.To-w.From, 0)) }

// Contains says whether d is in the window.
func (w Window) Contains(d Day) bool { return d >= w.From && d < w.To }

// Covers says whether all days of v are in the window.
func (w Window) Covers(v Window) bool { return w.From <= v.From && v.To <= w.To }

// String prints both ends as people say them, the last day included.
func (w Window) String() string {
	if w.IsZero() {
		return "now"
	}
	return w.From.String() + ".." + w.Last().String()
}
