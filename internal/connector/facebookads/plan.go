package facebookads

import (
	"time"

	"adtally"
)

const (
	// retentionMonths is the number of months for which Meta serves totals
	// (docs/meta-api.md#retention).
	retentionMonths = 37
	// uniqueMonths is the number of months for which Meta serves hourly figures, and
	// unique counts with breakdowns (docs/meta-api.md#retention).
	uniqueMonths = 13
	// lookBack is the number of days after which Meta no longer restates a day's figures
	// (docs/meta-api.md#retention).
	lookBack = 28
)

// Plan returns the slices to read. A stream of objects is due if it was last read before
// now. A day of a report is due if it was never read, if Meta could still restate it when
// it was last read, or if it has a gap. One slice has as many consecutive due days as fit
// into one request. The newest days come first.
func (r *reader) Plan(name string, a adtally.Account, done []adtally.Checkpoint, now time.Time) []adtally.Slice {
	s := r.stream(name)
	zone, err := a.Location()
	if s == nil || err != nil {
		return nil // the engine has already rejected unknown streams and time zones
	}
	if !s.daily {
		return r.planEntity(s, a, done, now)
	}
	span := r.span(s, zone, now)
	if span.Days() == 0 {
		return nil
	}
	due := s.period.whole(dueDays(s, span, done, zone, now, r.settles(s)), span)
	return chunks(s, a, due, span, adtally.DayOf(now, zone).AddMonths(-uniqueMonths))
}

func (r *reader) planEntity(s *stream, a adtally.Account, done []adtally.Checkpoint, now time.Time) []adtally.Slice {
	for _, t := range s.tables() {
		if newest(done, t.Name, 0).Asked.Before(now) {
			return []adtally.Slice{{Stream: s.name, Account: a.ID}}
		}
	}
	return nil
}

// span returns the days that the source asks for and that Meta still serves, as whole
// periods.
func (r *reader) span(s *stream, zone *time.Location, now time.Time) adtally.Window {
	today := adtally.DayOf(now, zone)
	oldest := today.AddMonths(-s.served)
	first, last := oldest, today
	if r.source.Since != 0 {
		first = max(first, r.source.Since)
	}
	if r.source.Until != 0 {
		last = min(last, r.source.Until)
	}
	if last < first {
		return adtally.Window{}
	}
	return s.period.widen(adtally.WindowOf(first, last), oldest, today)
}

// settles returns the number of days after which a day is not read again. This is the
// source's look-back, or the stream's own value if the source has none. The activity log
// always uses its own value, because past events do not change.
func (r *reader) settles(s *stream) adtally.Day {
	if r.source.LookBack == 0 || s.logs {
		return adtally.Day(s.settles)
	}
	return adtally.Day(r.source.LookBack)
}

func dueDays(s *stream, span adtally.Window, done []adtally.Checkpoint, zone *time.Location, now time.Time, settles adtally.Day) []bool {
	due := make([]bool, span.Days())
	for i := range due {
		day := span.From + adtally.Day(i)
		final := (day + 1 + settles).Start(zone)
		for _, t := range s.tables() {
			last := newest(done, t.Name, day)
			if last.Asked.IsZero() || last.Asked.Before(now) && (last.Partial || last.Asked.Before(final)) {
				due[i] = true
			}
		}
	}
	return due
}

// newest returns the latest checkpoint of a table for a day. For tables of objects, day
// is 0.
func newest(done []adtally.Checkpoint, table string, day adtally.Day) (last adtally.Checkpoint) {
	for _, c := range done {
		if c.Table == table && (day == 0 && c.Window.IsZero() || day != 0 && c.Window.Contains(day)) && c.Asked.After(last.Asked) {
			last = c
		}
	}
	return last
}

// chunks splits the due days into slices. It starts from the newest day, so that a resumed
// run gets the same slices. A slice has whole periods only. If Meta limits the stream's
// unique counts to the days since people, no slice has days on both sides of that limit.
func chunks(s *stream, a adtally.Account, due []bool, span adtally.Window, people adtally.Day) (out []adtally.Slice) {
	for i := len(due) - 1; i >= 0; i-- {
		if !due[i] {
			continue
		}
		last := i
		for i > 0 && due[i-1] && !s.cut(span.From+adtally.Day(i), last-i+1, people) {
			i--
		}
		w := adtally.WindowOf(span.From+adtally.Day(i), span.From+adtally.Day(last))
		out = append(out, adtally.Slice{Stream: s.name, Account: a.ID, Window: w})
	}
	return out
}

// cut reports whether a slice must not be extended to days before first. days is the
// number of days that it has so far, first being the earliest.
func (s *stream) cut(first adtally.Day, days int, people adtally.Day) bool {
	if s.period.first(first) != first {
		return false
	}
	before := s.period.first(first - 1)
	return days+int(first-before) > s.days || s.fleeting && before < people && first >= people
}
