package jobs

import (
	"time"

	"adtally"
)

// The longest intervals of failing sources: an hour with an invalid token, six hours
// otherwise. Nothing is ever switched off.
const (
	deadToken = time.Hour
	floorPace = 6 * time.Hour
)

// Pace returns a source's status after a run. After a good run it is on schedule again; while
// runs fail, its interval grows up to a limit.
func Pace(s adtally.SourceRecord, r adtally.RunRecord, worst *adtally.Fault, now time.Time) adtally.SourceRecord {
	switch {
	case r.State == adtally.Finished:
		s.Stage, s.Failures, s.Why, s.LastGood = adtally.Steady, 0, "", now
		s.Fault, s.Failing = nil, time.Time{}
		s.Next = later(r.Started.Add(s.Every), now)
	case r.State == adtally.Incomplete: // almost up to date: no reason to slow down
		if s.Failures > 0 || s.Failing.IsZero() {
			s.Failing = now
		}
		s.Stage, s.Failures, s.Why, s.LastGood = adtally.Steady, 0, "", now
		s.Fault = worst
		s.Next = later(r.Started.Add(s.Every), now)
	case r.State == adtally.Interrupted:
		s.Next = now.Add(s.Every)
	case worst != nil && worst.Act == adtally.Reconnect && s.Renewed.After(r.Started):
		s.Next = now // the previous secret failed, not the new one
	default:
		if s.Failures++; s.Failures == 1 || s.Failing.IsZero() {
			s.Failing = now
		}
		s.Fault = worst
		wait, why := slowed(s.Every, s.Failures, worst)
		s.Next, s.Why = now.Add(wait), why
	}
	return s
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func slowed(every time.Duration, failures int, worst *adtally.Fault) (wait time.Duration, why string) {
	if worst != nil && worst.Act == adtally.Reconnect {
		return max(every, deadToken), "The token is invalid: Adtally tries once an hour until it is replaced."
	}
	wait = every
	for range failures - 1 {
		if wait *= 2; wait >= floorPace {
			break
		}
	}
	if wait = min(wait, max(every, floorPace)); wait > every {
		why = "Several runs failed: Adtally syncs less often until one succeeds."
	}
	return wait, why
}

// How often a step is retried within a run, and the pauses between the attempts.
const (
	mostTries = 6
	firstTry  = 30 * time.Second
)

// mostWaits limits how often a step waits for a rate limit within one run. A block lasts an
// hour at most, so this is more than two days.
const mostWaits = 50

// longestBlock is the longest wait within a run; Meta's blocks last an hour at most. Longer
// waits, such as for a daily quota, are left to a later run, so that the rest of the source
// stays up to date.
const longestBlock = 2 * time.Hour

// ending returns the new state of a step after a worker's share of it.
func ending(done adtally.Done, err error, tries int, now time.Time) adtally.StepResult {
	e := adtally.StepResult{State: adtally.Finished, Left: done.Left, Fault: adtally.FaultOf(err)}
	var wait, retry, hard *adtally.Fault
	for _, o := range done.Outcomes {
		if o.Fault == nil {
			e.Slices++
			e.Rows += o.Rows
		}
		sortFault(o.Fault, &wait, &retry, &hard)
	}
	sortFault(e.Fault, &wait, &retry, &hard)
	switch {
	case hard != nil:
		e.State, e.Fault = adtally.Failed, hard
	case wait != nil && err == nil && retry == nil && wait.Until.Sub(now) > longestBlock:
		if e.State, e.Fault = adtally.Incomplete, wait; done.Left > 0 {
			e.State = adtally.Waiting // the rest may be available now
		}
	case wait != nil:
		postpone(&e, wait, tries, mostWaits, later(wait.Until, now.Add(time.Second)))
	case retry != nil:
		postpone(&e, retry, tries, mostTries, now.Add(firstTry<<min(tries, mostTries)))
	case done.Left > 0:
		e.State = adtally.Waiting
	}
	return e
}

// sortFault keeps the first fault of each kind: to wait for, to retry, and for a person to
// fix.
func sortFault(f *adtally.Fault, wait, retry, hard **adtally.Fault) {
	if f == nil {
		return
	}
	into := hard
	switch f.Act {
	case adtally.Wait:
		if into = wait; *into != nil && f.Until.Before((*into).Until) {
			*into = f // the wait that ends first
		}
	case adtally.Retry:
		into = retry
	case adtally.Reconnect: // takes precedence
		*hard = f
		return
	}
	if *into == nil {
		*into = f
	}
}

// postpone delays the step, unless it was delayed too often.
func postpone(e *adtally.StepResult, f *adtally.Fault, tries, most int, at time.Time) {
	e.Fault, e.Tries = f, tries+1
	if e.State = adtally.Waiting; e.Tries >= most {
		e.State = adtally.Failed
		return
	}
	e.NotBefore = at
}
