package notify

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"adtally"
)

// delays says how long an alert must last before it is reported, and how long it must
// be gone before it counts as resolved. Shorter interruptions belong to the same
// incident.
type delays struct{ before, after time.Duration }

// alertDelays gives faults that may recover by themselves time to do so. Faults that
// need a person are reported immediately. Late sources have waited already.
var alertDelays = map[adtally.AlertKind]delays{
	adtally.SyncFailed:    {15 * time.Minute, time.Hour},
	adtally.AuthExpired:   {0, 5 * time.Minute},
	adtally.AccessEnding:  {}, // an end that was moved does not return by itself
	adtally.AccountLost:   {0, time.Hour},
	adtally.VersionEnding: {},
	adtally.PurgeFailed:   {0, time.Hour},
	adtally.Stale:         {0, 15 * time.Minute},
	adtally.Suspect:       {0, time.Hour},
}

// Decision is the result of Decide.
type Decision struct {
	Incidents []adtally.Incident // incidents to store: new, changed and closed
	Send      []Message
}

// key identifies an open incident: there is at most one for each key.
type key struct {
	alert           adtally.AlertKind
	source, subject string
}

func keyOf(t adtally.Alert) key { return key{t.Kind, t.Source, t.Subject} }

func compare(a, b key) int {
	return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.alert, b.alert), cmp.Compare(a.subject, b.subject))
}

// Decide compares the open incidents with everything that is wrong now. An alert that
// is missing from seen counts as gone, so callers that could not check must not call
// Decide. Incidents of deleted sources are closed by the caller.
func Decide(open []adtally.Incident, seen []adtally.Alert, now time.Time, newID func() string) (d Decision) {
	wrong := map[key]adtally.Alert{}
	for _, t := range seen {
		wrong[keyOf(t)] = worse(wrong[keyOf(t)], t)
	}
	for _, o := range open {
		t, still := wrong[keyOf(o.Alert)]
		delete(wrong, keyOf(o.Alert))
		if still {
			d.add(o, seenAgain, t, now)
		} else {
			d.add(o, settle, t, now)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(wrong), compare) {
		d.add(adtally.Incident{ID: newID(), Opened: now}, seenAgain, wrong[k], now)
	}
	return d
}

// worse merges two alerts of the same kind: the worse one, with the earlier start.
func worse(a, b adtally.Alert) adtally.Alert {
	if a.Kind == "" {
		return b
	}
	since := earlier(a.Since, b.Since)
	if cmp.Or(cmp.Compare(b.Stage, a.Stage), cmp.Compare(b.Severity, a.Severity)) > 0 {
		a = b
	}
	a.Since = since
	return a
}

// earlier returns the earlier of two times; a zero time is ignored.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// add appends an incident if it has changed, and its message if there is one.
func (d *Decision) add(o adtally.Incident, step func(adtally.Incident, adtally.Alert, time.Time) (adtally.Incident, Event), t adtally.Alert, now time.Time) {
	next, event := step(o, t, now)
	if next != o {
		d.Incidents = append(d.Incidents, next)
	}
	if event != "" {
		d.Send = append(d.Send, messageOf(next, event, now))
	}
}

// seenAgain updates an incident whose alert is seen again.
func seenAgain(o adtally.Incident, t adtally.Alert, now time.Time) (adtally.Incident, Event) {
	since := earlier(earlier(o.Since, t.Since), o.Opened)
	o.Alert, o.QuietSince = t, time.Time{}
	o.Since = since
	switch {
	case o.Notified.IsZero() && now.Sub(since) >= alertDelays[t.Kind].before:
		o.Notified, o.NotifiedStage = now, t.Stage
		return o, Opened
	case !o.Notified.IsZero() && t.Stage > o.NotifiedStage:
		o.NotifiedStage = t.Stage
		return o, Worse
	}
	return o, ""
}

// settle updates an incident whose alert is gone. Once it has been gone long enough,
// the incident is closed, and reported if its opening was.
func settle(o adtally.Incident, _ adtally.Alert, now time.Time) (adtally.Incident, Event) {
	if o.QuietSince.IsZero() {
		o.QuietSince = now
	}
	if now.Sub(o.QuietSince) < alertDelays[o.Kind].after {
		return o, ""
	}
	o.Closed = now
	if o.Notified.IsZero() {
		return o, ""
	}
	return o, Resolved
}

// Status is the worst severity in each aspect of a source.
type Status struct {
	Health    adtally.Severity
	Freshness adtally.Severity
}

// StatusOf returns the status of every source with open incidents. An incident whose
// alert is gone counts until it is closed.
func StatusOf(open []adtally.Incident) map[string]Status {
	all := map[string]Status{}
	for _, o := range open {
		c := all[o.Source]
		if o.Kind.Aspect() == adtally.Freshness {
			c.Freshness = max(c.Freshness, o.Severity)
		} else {
			c.Health = max(c.Health, o.Severity)
		}
		all[o.Source] = c
	}
	return all
}
