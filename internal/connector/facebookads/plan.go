package facebookads

import (
	"time"

	"adtally"
)

const (
	// retentionMonths is how far back Meta serves totals (META_API.md §1.3).
	retentionMonths = 37
	// uniqueMonths is how far back it serves hours, and counts of people where a
	// report is cut by a breakdown (META_API.md §1.2, 2026-01-12).
	uniqueMonths = 13
	// lookBack is for how many days after it Meta may restate a day (same place).
	lookBack = 28
)

// Plan says what is to be read. An entity is due when it was last asked for
// before now; a day of a report is due when it was never asked for, or was
// asked for before now and too early to be final. Days that hang together are
// asked for together, newest first, as many as one question holds. A day with
// a gap is never final.
func (r *reader) Plan(name string, a adtally.Account, done []adtally.Checkpoint, now time.Time) []adtally.Slice {
	s := r.stream(name)
	zone, err := a.Location()
	if s == nil || err != nil {
		return nil // the engine has refused both before it asks
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

// span is the days that are wanted and that Meta still serves.
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

// settles is for how many days after a day it is read again: for as long as Meta
// restates it, or as the source's owner has it. What happened on a day does not
// change, so that a log goes by its own.
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

// newest is what was last asked of a table for a day; day 0 stands for an entity.
func newest(done []adtally.Checkpoint, table string, day adtally.Day) (last adtally.Checkpoint) {
	for _, c := range done {
		if c.Table == table && (day == 0 && c.Window.IsZero() || day != 0 && c.Window.Contains(day)) && c.Asked.After(last.Asked) {
			last = c
		}
	}
	return last
}

// chunks cuts the runs of due days into slices, from the newest end, so that
// what is left of a run is cut at the same places again. No period is cut, and
// none holds days from both sides of where counts of people end.
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

// cut says whether a question that holds so many days from first on ends there.
func (s *stream) cut(first adtally.Day, days int, people adtally.Day) bool {
	if s.period.first(first) != first {
		return false
	}
	before := s.period.first(first - 1)
	return days+int(first-before) > s.days || s.fleeting && before < people && first >= people
}
