package jobs

import (
	"time"

	"adtally"
)

// How slow a source may become. A dead token is tried once an hour; what
// fails otherwise, every six hours at the least (R24: nothing is ever switched
// off).
const (
	deadToken = time.Hour
	floorPace = 6 * time.Hour
)

// Pace says how a source goes on after a run: on time again after a good one, and
// ever more slowly, down to a floor, while runs fail.
func Pace(s adtally.SourceRecord, r adtally.RunRecord, worst *adtally.Fault, now time.Time) adtally.SourceRecord {
	switch {
	case r.State == adtally.Finished:
		s.Stage, s.Failures, s.Why, s.LastGood = adtally.Steady, 0, "", now
		s.Fault, s.Failing = nil, time.Time{}
		s.Next = later(r.Started.Add(s.Every), now)
	case r.State == adtally.Incomplete: // up to date but for little: no reason to come less often
		if s.Failures > 0 || s.Failing.IsZero() {
			s.Failing = now
		}
		s.Stage, s.Failures, s.Why, s.LastGood = adtally.Steady, 0, "", now
		s.Fault = worst
		s.Next = later(r.Started.Add(s.Every), now)
	case r.State == adtally.Interrupted:
		s.Next = now.Add(s.Every)
	case worst != nil && worst.Act == adtally.Reconnect && s.Renewed.After(r.Started):
		s.Next = now // what failed was the secret before
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
		return max(every, deadToken), "The token is dead: one try an hour until it is renewed."
	}
	wait = every
	for range failures - 1 {
		if wait *= 2; wait >= floorPace {
			break
		}
	}
	if wait = min(wait, max(every, floorPace)); wait > every {
		why = "It failed several times: it is tried less often until it works again."
	}
	return wait, why
}

// How often a step is tried again within a run, and how long between the tries.
const (
	mostTries = 6
	firstTry  = 30 * time.Second
)

// mostWaits bounds how often a step may wait for the platform's throttle within
// one run: a block is an hour at most, so that is more than two days.
const mostWaits = 50

// longestBlock is the longest wait that a run sits out: Meta's blocks last an hour
// at most. What is to be had later, such as a quota of a day, is left to a later
// run, so that all else of the source stays up to date.
const longestBlock = 2 * time.Hour

// ending says what becomes of a step after a worker's share of it.
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
			e.State = adtally.Waiting // what is left may be had now
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

// sortFault keeps the first fault of each kind: what time cures, what another try
// may cure, and what only a person cures.
func sortFault(f *adtally.Fault, wait, retry, hard **adtally.Fault) {
	if f == nil {
		return
	}
	into := hard
	switch f.Act {
	case adtally.Wait:
		if into = wait; *into != nil && f.Until.Before((*into).Until) {
			*into = f // the one that ends first
		}
	case adtally.Retry:
		into = retry
	case adtally.Reconnect: // before all others
		*hard = f
		return
	}
	if *into == nil {
		*into = f
	}
}

// postpone has the step go on later, unless that was done often enough.
func postpone(e *adtally.StepResult, f *adtally.Fault, tries, most int, at time.Time) {
	e.Fault, e.Tries = f, tries+1
	if e.State = adtally.Waiting; e.Tries >= most {
		e.State = adtally.Failed
		return
	}
	e.NotBefore = at
}
