package advertiser

import (
	"math"
	"time"
)

// graphTime is how Graph prints a time: the account's offset, without a colon.
const graphTime = "2006-01-02T15:04:05-0700"

// civilDay is the day that a clock in zone shows at t.
func civilDay(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// firstMoment is the first moment of a day in zone.
func firstMoment(d Date, zone *time.Location) time.Time {
	y, m, day := time.Unix(int64(d)*86400, 0).UTC().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, zone)
}

// moment is one day as it is stated at one instant: everything that all ads of
// the day share.
type moment struct {
	day    Date
	busy   int64 // how busy the day is, 65536 = plain
	share  int64 // how much of the day has been counted, of wholeOf
	ripe   int64 // how many of its conversions have been attributed, of wholeOf
	hourly [25]int64
}

// Meta restates a day for 28 days and small corrections come for a couple of
// days after it ended (docs/meta-api.md#attribution).
const (
	restated  = 28 * 24 * time.Hour
	corrected = 48 * time.Hour
	// What is known of a day at its end. Inventions; real accounts differ.
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
	if now.Sub(end) >= corrected { // the sum above may miss one by a float's rounding
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

// hourShare is the part of what is counted so far that fell before a point of
// the day, of 65536.
func hourShare(point, passed float64) int64 {
	if point >= passed {
		return 65536
	}
	return int64(byHour(point) / byHour(passed) * 65536)
}

// passedPart is how much of a span has passed, 0 to 1.
func passedPart(passed, span time.Duration) float64 {
	return min(1, max(0, float64(passed)/float64(span)))
}

// byHour is the part of a day's traffic up to a point of the day: little at
// night, most in the afternoon.
func byHour(x float64) float64 { return 0.3*x + 0.7*x*x*(3-2*x) }

// busyness joins weekday, season, growth and the shopping days of November.
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
