package notify

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"adtally"
)

// delays are the waiting times of an alert. People are notified when the alert has lasted
// for before. The incident is resolved when the alert has been gone for after. If the alert
// returns earlier, the same incident continues.
type delays struct{ before, after time.Duration }

// alertDelays are the delays of each kind of alert. A failed sync often recovers by itself,
// so it is reported after a while. Faults that a person must fix are reported immediately,
// and so are late sources, because Late has already waited.
var alertDelays = map[adtally.AlertKind]delays{
	adtally.SyncFailed:    {15 * time.Minute, time.Hour},
	adtally.AuthExpired:   {0, 5 * time.Minute},
	adtally.AccessEnding:  {}, // no delay: an end date that was postponed does not move back
	adtally.AccountLost:   {0, time.Hour},
	adtally.VersionEnding: {},
	adtally.PurgeFailed:   {0, time.Hour},
	adtally.Stale:         {0, 15 * time.Minute},
	adtally.Suspect:       {0, time.Hour},
	// Spending is judged by whole days, so an hour more or less changes nothing.
	adtally.Overspend: {}, adtally.Underspend: {}, adtally.DeliveryStopped: {}, adtally.NoConversions: {},
}

// Decision lists what Decide wants to store and send.
type Decision struct {
	Incidents []adtally.Incident // incidents to store: new, changed and closed
	Send      []Message
}

// key identifies an open incident. Each key has at most one open incident.
type key struct {
	alert           adtally.AlertKind
	source, subject string
}

func keyOf(t adtally.Alert) key { return key{t.Kind, t.Source, t.Subject} }

func compare(a, b key) int {
	return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.alert, b.alert), cmp.Compare(a.subject, b.subject))
}

// Decide compares the open incidents with all current alerts. It treats an alert that is
// missing from seen as gone, so do not call Decide if a check failed. The caller closes
// the incidents of deleted sources.
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

// worse merges two alerts with the same key. It returns the worse alert, with the earlier
// of the two start times.
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

// earlier returns the earlier of two times. It ignores zero times.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// add applies step to an incident. It appends the incident if step changed it, and a
// message if step returned an event.
func (d *Decision) add(o adtally.Incident, step func(adtally.Incident, adtally.Alert, time.Time) (adtally.Incident, Event), t adtally.Alert, now time.Time) {
	next, event := step(o, t, now)
	if next != o {
		d.Incidents = append(d.Incidents, next)
	}
	if event != "" && !now.Before(o.Snoozed) {
		d.Send = append(d.Send, messageOf(next, event, now))
	}
}

// seenAgain updates an incident, new or open, whose alert is present. While it is snoozed, a
// new stage is not announced, but afterwards.
func seenAgain(o adtally.Incident, t adtally.Alert, now time.Time) (adtally.Incident, Event) {
	since := earlier(earlier(o.Since, t.Since), o.Opened)
	o.Alert, o.QuietSince = t, time.Time{}
	o.Since = since
	switch {
	case o.Notified.IsZero() && now.Sub(since) >= alertDelays[t.Kind].before:
		o.Notified, o.NotifiedStage = now, t.Stage
		return o, Opened
	case !o.Notified.IsZero() && t.Stage > o.NotifiedStage && !now.Before(o.Snoozed):
		o.NotifiedStage = t.Stage
		return o, Worse
	}
	return o, ""
}

// settle updates an incident whose alert is gone. It closes the incident when the alert has
// been gone long enough. It reports this only if the opening was reported.
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

// StatusOf returns the status of every source with open incidents. Every open incident
// counts, even if its alert is already gone. What ads spend says nothing about their source.
func StatusOf(open []adtally.Incident) map[string]Status {
	all := map[string]Status{}
	for _, o := range open {
		c := all[o.Source]
		switch o.Kind.Aspect() {
		case adtally.Freshness:
			c.Freshness = max(c.Freshness, o.Severity)
		case adtally.Health:
			c.Health = max(c.Health, o.Severity)
		}
		all[o.Source] = c
	}
	return all
}
