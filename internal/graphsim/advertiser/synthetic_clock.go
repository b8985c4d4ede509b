package advertiser

import (
	"math"
	"time"
)

// graphTime is the layout of Graph's times. The offset has no colon.
const graphTime = "2006-01-02T15:04:05-0700"

// civilDay returns the calendar day in zone at t.
func civilDay(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// firstMoment returns the time at which a day begins in zone.
func firstMoment(d Date, zone *time.Location) time.Time {
	y, m, day := time.Unix(int64(d)*86400, 0).UTC().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, zone)
}

// moment describes one day as seen at one time: its traffic, and how much of it Meta has
// counted by then. All ads of the day share it.
type moment struct {
	day    Date
	busy   int64     // the day's traffic; 65536 is a normal day
	share  int64     // the part of the day that has been counted, in units of 1/wholeOf
	ripe   int64     // the part of the day's conversions that have been attributed, in units of 1/wholeOf
	hourly [25]int64 // by hour's end: the part counted so far that fell before it, in 65536ths
}

// After a day has ended, Meta restates conversions for 28 days and makes small corrections
// to the counts for about two days (docs/meta-api.md#retention).
const (
	restated  = 28 * 24 * time.Hour
	corrected = 48 * time.Hour
	// The parts of the counts and conversions that are known when the day ends. Both are
	// invented; real accounts differ.
	countedAtEnd   = 0.99
	convertedAtEnd = 0.5
)

func (s *synthetic) momentOf(day Date, now time.Time) moment {
	m := moment{day: day, busy: s.busyness(day)}
	start, end := firstMoment(day, s.zone), firstMoment(day+1, s.zone)
	passed := passedPart(now.Sub(start), end.Sub(start))
	share := countedAtEnd*byHour(passed) + (1-countedAtEnd)*passedPart(now.Sub(end), corrected)
	rest := 1 - passedPart(now.Sub(end), restated)
	m.share = int64(share * wholeOf)
	m.ripe = int64((convertedAtEnd*byHour(passed) + (1-convertedAtEnd)*(1-rest*rest)) * wholeOf)
	if now.Sub(end) >= corrected { // rounding may leave the sum above just below one
		m.share = wholeOf
	}
	if now.Sub(end) >= restated {
		m.ripe = wholeOf
	}
	for h := 1; h < len(m.hourly); h++ {
		m.hourly[h] = hourShare(float64(h)/24, passed)
	}
	return m
}

// hourShare returns the part of the traffic counted so far that fell before a point of the
// day, in 65536ths. Both arguments are parts of the day, from 0 to 1.
func hourShare(point, passed float64) int64 {
	if point >= passed {
		return 65536
	}
	return int64(byHour(point) / byHour(passed) * 65536)
}

// passedPart returns the part of a span that has passed, from 0 to 1.
func passedPart(passed, span time.Duration) float64 {
	return min(1, max(0, float64(passed)/float64(span)))
}

// byHour returns the part of a day's traffic up to a point of the day, both from 0 to 1.
// Traffic is low at the start and the end of the day and highest in the middle.
func byHour(x float64) float64 { return 0.3*x + 0.7*x*x*(3-2*x) }

// busyness returns the day's traffic; 65536 is a normal day. It depends on the weekday, the
// season, the account's growth and the shopping days of November.
func (s *synthetic) busyness(day Date) int64 {
	if s.size.Steady {
		return 65536
	}
	weekday := [7]float64{0.82, 1.05, 1.1, 1.08, 1.04, 0.96, 0.8}
	at := time.Unix(int64(day)*86400, 0).UTC()
	season := 1 + 0.2*math.Sin(2*math.Pi*float64(at.YearDay()-60)/365.25)
	growth := min(3, 1+0.25*float64(day-s.first)/365)
	busy := weekday[at.Weekday()] * season * growth
	if at.Month() == time.November && at.Day() >= 20 {
		busy *= 1.6
	}
	return int64(max(0.1, busy) * 65536)
}
