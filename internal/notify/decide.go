package notify

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"adtally"
)

// delays is how long an alert may last before people hear of it, and how long
// it must be gone before they hear that it is over. What comes and goes faster
// than that is one incident.
type delays struct{ before, after time.Duration }

// alertDelays: what may mend itself is given the time to. What only a person can
// mend is told at once. Late has waited already.
var alertDelays = map[adtally.AlertKind]delays{
	adtally.SyncFailed:    {15 * time.Minute, time.Hour},
	adtally.AuthExpired:   {0, 5 * time.Minute},
	adtally.AccessEnding:  {}, // an end that was moved does not come back by itself
	adtally.AccountLost:   {0, time.Hour},
	adtally.VersionEnding: {},
	adtally.PurgeFailed:   {0, time.Hour},
	adtally.Stale:         {0, 15 * time.Minute},
	adtally.Suspect:       {0, time.Hour},
}

// Decision is what follows from what was seen.
type Decision struct {
	Incidents []adtally.Incident // those to be kept as they are here: new, changed, closed
	Send      []Message
}

// key is what there is one open incident for.
type key struct {
	alert           adtally.AlertKind
	source, subject string
}

func keyOf(t adtally.Alert) key { return key{t.Kind, t.Source, t.Subject} }

func compare(a, b key) int {
	return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.alert, b.alert), cmp.Compare(a.subject, b.subject))
}

// Decide compares the open incidents with all that is wrong now. What is not seen
// is taken for well: whoever could not look does not ask. The incidents of a source
// that was deleted are closed by whoever deleted it.
func Decide(open []adtally.Incident, seen []adtally.Alert, now time.Time, newID func() string) (d Decision) {
	wrong := map[key]adtally.Alert{}
	for _, t := range seen {
		wrong[keyOf(t)] = worse(wrong[keyOf(t)], t)
	}
	for _, o := range open {
		t, still := wrong[keyOf(o.Alert)]
		delete(wrong, keyOf(o.Alert))
		if still {
			d.add(o, goOn, t, now)
		} else {
			d.add(o, settle, t, now)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(wrong), compare) {
		d.add(adtally.Incident{ID: newID(), Opened: now}, goOn, wrong[k], now)
	}
	return d
}

// worse is the worse of two views of the same alert, and as old as the older.
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

// earlier is the earlier of two moments, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// add keeps what an incident becomes, if it has changed, and what is to be sent.
func (d *Decision) add(o adtally.Incident, step func(adtally.Incident, adtally.Alert, time.Time) (adtally.Incident, Event), t adtally.Alert, now time.Time) {
	next, event := step(o, t, now)
	if next != o {
		d.Incidents = append(d.Incidents, next)
	}
	if event != "" {
		d.Send = append(d.Send, messageOf(next, event, now))
	}
}

// goOn is an incident that is seen again.
func goOn(o adtally.Incident, t adtally.Alert, now time.Time) (adtally.Incident, Event) {
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

// settle is an incident that is not seen any more. Those who heard of it hear
// that it is over, once it has been gone for long enough.
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

// Status is how a source is: what is worst in each aspect.
type Status struct {
	Health    adtally.Severity
	Freshness adtally.Severity
}

// StatusOf say how the sources are that are not well. What is gone, but has not
// been for long enough, still counts.
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
