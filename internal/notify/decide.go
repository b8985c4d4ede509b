package notify

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"adtally"
)

// patience is how long a trouble may last before people hear of it, and how long
// it must be gone before they hear that it is over. What comes and goes faster
// than that is one outage.
type patience struct{ before, after time.Duration }

// patiences: what may mend itself is given the time to. What only a person can
// mend is told at once. Late has waited already.
var patiences = map[adtally.Alert]patience{
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
	Outages []adtally.Outage // those to be kept as they are here: new, changed, closed
	Send    []Message
}

// key is what there is one open outage for.
type key struct {
	alert           adtally.Alert
	source, subject string
}

func keyOf(t adtally.Trouble) key { return key{t.Alert, t.Source, t.Subject} }

func compare(a, b key) int {
	return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.alert, b.alert), cmp.Compare(a.subject, b.subject))
}

// Decide compares the open outages with all that is wrong now. What is not seen
// is taken for well: whoever could not look does not ask. The outages of a source
// that was deleted are closed by whoever deleted it.
func Decide(open []adtally.Outage, seen []adtally.Trouble, now time.Time, newID func() string) (d Decision) {
	wrong := map[key]adtally.Trouble{}
	for _, t := range seen {
		wrong[keyOf(t)] = worse(wrong[keyOf(t)], t)
	}
	for _, o := range open {
		t, still := wrong[keyOf(o.Trouble)]
		delete(wrong, keyOf(o.Trouble))
		if still {
			d.add(o, goOn, t, now)
		} else {
			d.add(o, calmDown, t, now)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(wrong), compare) {
		d.add(adtally.Outage{ID: newID(), Opened: now}, goOn, wrong[k], now)
	}
	return d
}

// worse is the worse of two views of the same trouble, and as old as the older.
func worse(a, b adtally.Trouble) adtally.Trouble {
	if a.Alert == "" {
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

// add keeps what an outage becomes, if it has changed, and what is to be sent.
func (d *Decision) add(o adtally.Outage, step func(adtally.Outage, adtally.Trouble, time.Time) (adtally.Outage, Event), t adtally.Trouble, now time.Time) {
	next, event := step(o, t, now)
	if next != o {
		d.Outages = append(d.Outages, next)
	}
	if event != "" {
		d.Send = append(d.Send, messageOf(next, event, now))
	}
}

// goOn is an outage that is seen again.
func goOn(o adtally.Outage, t adtally.Trouble, now time.Time) (adtally.Outage, Event) {
	since := earlier(earlier(o.Since, t.Since), o.Opened)
	o.Trouble, o.Calm = t, time.Time{}
	o.Since = since
	switch {
	case o.Told.IsZero() && now.Sub(since) >= patiences[t.Alert].before:
		o.Told, o.ToldStage = now, t.Stage
		return o, Opened
	case !o.Told.IsZero() && t.Stage > o.ToldStage:
		o.ToldStage = t.Stage
		return o, Worse
	}
	return o, ""
}

// calmDown is an outage that is not seen any more. Those who heard of it hear
// that it is over, once it has been gone for long enough.
func calmDown(o adtally.Outage, _ adtally.Trouble, now time.Time) (adtally.Outage, Event) {
	if o.Calm.IsZero() {
		o.Calm = now
	}
	if now.Sub(o.Calm) < patiences[o.Alert].after {
		return o, ""
	}
	o.Closed = now
	if o.Told.IsZero() {
		return o, ""
	}
	return o, Recovered
}

// Condition is how a source is: what is worst in each aspect.
type Condition struct {
	Health    adtally.Severity
	Freshness adtally.Severity
}

// Conditions say how the sources are that are not well. What is gone, but has not
// been for long enough, still counts.
func Conditions(open []adtally.Outage) map[string]Condition {
	all := map[string]Condition{}
	for _, o := range open {
		c := all[o.Source]
		if o.Alert.Aspect() == adtally.Freshness {
			c.Freshness = max(c.Freshness, o.Severity)
		} else {
			c.Health = max(c.Health, o.Severity)
		}
		all[o.Source] = c
	}
	return all
}
