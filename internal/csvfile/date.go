package csvfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// DateFormat is a way of writing dates, with or without a time of day.
type DateFormat struct {
	Name   string // as people write it, for example DD.MM.YYYY
	layout string // of the date in Go's notation
	month  bool   // it has no day
}

// DateFormats are the formats that are known.
var DateFormats = []DateFormat{
	{"YYYY-MM-DD", "2006-1-2", false},
	{"DD.MM.YYYY", "2.1.2006", false},
	{"DD.MM.YY", "2.1.06", false},
	{"DD/MM/YYYY", "2/1/2006", false},
	{"MM/DD/YYYY", "1/2/2006", false},
	{"DD/MM/YY", "2/1/06", false},
	{"MM/DD/YY", "1/2/06", false},
	{"DD-MM-YYYY", "2-1-2006", false},
	{"MM-DD-YYYY", "1-2-2006", false},
	{"YYYY/MM/DD", "2006/1/2", false},
	{"YYYY.MM.DD", "2006.1.2", false},
	{"YYYYMMDD", "20060102", false},
	{"Mon D, YYYY", "Jan 2, 2006", false},
	{"Month D, YYYY", "January 2, 2006", false},
	{"D Mon YYYY", "2 Jan 2006", false},
	{"D Month YYYY", "2 January 2006", false},
	{"YYYY-MM", "2006-1", true},
	{"MM/YYYY", "1/2006", true},
	{"Mon YYYY", "Jan 2006", true},
}

var clocks = []string{"15:04:05.999999999", "15:04", "3:04:05 PM", "3:04 PM", "15:04:05PM"}

var offsets = []string{"Z07:00", " Z07:00", " -0700", "-0700", " -07", "-07"}

var errNoDate = errors.New("is not a date")

// FormatNamed returns a format by name.
func FormatNamed(name string) (DateFormat, bool) {
	i := slices.IndexFunc(DateFormats, func(f DateFormat) bool { return f.Name == name })
	if i < 0 {
		return DateFormat{}, false
	}
	return DateFormats[i], true
}

// Month reports whether dates of this format have no day.
func (f DateFormat) Month() bool { return f.month }

// Parse reads a date, with a time of day or without. zone is the zone of times that name
// none. timed reports whether there is a time of day.
func (f DateFormat) Parse(text string, zone *time.Location) (at time.Time, timed bool, err error) {
	date, clock := f.cut(strings.TrimSpace(text))
	at, err = time.ParseInLocation(f.layout, date, zone)
	if err != nil {
		return at, false, fmt.Errorf("is not a date of the form %s: %w", f.Name, errNoDate)
	}
	if clock == "" {
		return at, false, nil
	}
	offset, ok := clockOf(clock, at, zone)
	if !ok {
		return at, false, fmt.Errorf("has no valid time of day: %w", errNoDate)
	}
	return offset, true, nil
}

// cut splits a text into date and time of day. A format has as many spaces as its layout.
func (f DateFormat) cut(text string) (date, clock string) {
	spaces := strings.Count(f.layout, " ")
	for i, c := range text {
		if c == 'T' && i > 0 && text[i-1] >= '0' && text[i-1] <= '9' && spaces == 0 {
			return text[:i], text[i+1:]
		}
		if c != ' ' {
			continue
		}
		if spaces == 0 {
			return strings.TrimSuffix(text[:i], ","), strings.TrimSpace(text[i:])
		}
		spaces--
	}
	return text, ""
}

// clockOf reads a time of day on a date, with an offset or without.
func clockOf(clock string, day time.Time, zone *time.Location) (time.Time, bool) {
	for _, layout := range clocks {
		if t, err := time.Parse(layout, clock); err == nil {
			return time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone), true
		}
	}
	if utc, ok := strings.CutSuffix(clock, " UTC"); ok {
		return clockOf(utc, day, time.UTC)
	}
	for _, layout := range clocks {
		for _, offset := range offsets {
			if t, err := time.Parse(layout+offset, clock); err == nil {
				return time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location()), true
			}
		}
	}
	return time.Time{}, false
}
