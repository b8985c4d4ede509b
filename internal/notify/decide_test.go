package notify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/notify"
)

var moment = time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)

// watch calls Decide repeatedly and keeps its results.
type watch struct {
	n    int
	open map[string]adtally.Incident
	past []adtally.Incident
	sent []notify.Message
}

func newWatch() *watch { return &watch{open: map[string]adtally.Incident{}} }

func (w *watch) look(now time.Time, seen ...adtally.Alert) (said string) {
	var open []adtally.Incident
	for _, id := range slices.Sorted(keys(w.open)) {
		open = append(open, w.open[id])
	}
	d := notify.Decide(open, seen, now, func() string { w.n++; return fmt.Sprint("o", w.n) })
	for _, o := range d.Incidents {
		w.open[o.ID] = o
		if !o.Closed.IsZero() {
			delete(w.open, o.ID)
			w.past = append(w.past, o)
		}
	}
	w.sent = append(w.sent, d.Send...)
	for _, m := range d.Send {
		said += string(m.Event) + " " + string(m.Kind) + " "
	}
	return strings.TrimSpace(said)
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func alert(a adtally.AlertKind, stage int) adtally.Alert {
	return adtally.Alert{Kind: a, Source: "s", Name: "Shop", Stage: stage, Severity: adtally.Warning, Sentence: "It is so.", Cure: "Do this."}
}

func TestDecide_ReportsOpenedAndResolvedOnce(t *testing.T) {
	t.Parallel()
	failed, expired := alert(adtally.SyncFailed, 0), alert(adtally.AuthExpired, 0)
	type look struct {
		after int // minutes
		seen  []adtally.Alert
		want  string
	}
	for what, looks := range map[string][]look{
		"what mends itself soon is not told": {
			{0, []adtally.Alert{failed}, ""}, {10, nil, ""}, {80, nil, ""},
		},
		"what lasts is told once": {
			{0, []adtally.Alert{failed}, ""}, {15, []adtally.Alert{failed}, "opened sync_failed"}, {16, []adtally.Alert{failed}, ""}, {900, []adtally.Alert{failed}, ""},
		},
		"what has lasted before it was seen is told at once": {
			{0, []adtally.Alert{{Kind: adtally.SyncFailed, Since: moment.Add(-time.Hour)}}, "opened sync_failed"},
		},
		"what a person must do is told at once, and over soon": {
			{0, []adtally.Alert{expired}, "opened auth_expired"}, {1, []adtally.Alert{expired}, ""}, {2, nil, ""}, {7, nil, "resolved auth_expired"}, {8, nil, ""},
		},
		"what comes and goes is one incident": {
			{0, []adtally.Alert{failed}, ""}, {5, nil, ""}, {20, []adtally.Alert{failed}, "opened sync_failed"}, {25, nil, ""},
			{84, []adtally.Alert{failed}, ""}, {90, nil, ""}, {149, nil, ""}, {150, nil, "resolved sync_failed"}, {200, nil, ""},
		},
		"the next incident is another one": {
			{0, []adtally.Alert{expired}, "opened auth_expired"}, {1, nil, ""}, {6, nil, "resolved auth_expired"}, {7, []adtally.Alert{expired}, "opened auth_expired"},
		},
		"what grows worse is told again, once": {
			{0, []adtally.Alert{alert(adtally.AccessEnding, 1)}, "opened access_ending"}, {1, []adtally.Alert{alert(adtally.AccessEnding, 2)}, "worse access_ending"},
			{2, []adtally.Alert{alert(adtally.AccessEnding, 2)}, ""}, {3, []adtally.Alert{alert(adtally.AccessEnding, 1)}, ""},
			{4, []adtally.Alert{alert(adtally.AccessEnding, 2)}, ""}, {5, []adtally.Alert{alert(adtally.AccessEnding, 5)}, "worse access_ending"},
		},
		"one alert does not hide another": {
			{0, []adtally.Alert{expired, failed}, "opened auth_expired"}, {15, []adtally.Alert{failed, expired}, "opened sync_failed"}, {16, []adtally.Alert{failed}, ""}, {21, []adtally.Alert{failed}, "resolved auth_expired"},
		},
		"the same alert seen twice is one": {
			{0, []adtally.Alert{expired, expired}, "opened auth_expired"}, {1, []adtally.Alert{expired, expired}, ""},
		},
		"a clock that goes back says nothing": {
			{10, []adtally.Alert{expired}, "opened auth_expired"}, {20, nil, ""}, {5, nil, ""}, {24, nil, ""}, {25, nil, "resolved auth_expired"},
		},
	} {
		w := newWatch()
		for i, l := range looks {
			if said := w.look(moment.Add(time.Duration(l.after)*time.Minute), l.seen...); said != l.want {
				t.Errorf("%s: look %d says %q, want %q", what, i, said, l.want)
			}
		}
	}
}

// Whatever alerts come and go in any order: each event of an incident is sent at most
// once, the resolution exactly once and last, and never for an incident that was not
// reported.
func TestDecide_SendsNothingTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, now := newWatch(), moment
		all := []adtally.Alert{alert(adtally.SyncFailed, 0), alert(adtally.AuthExpired, 0), alert(adtally.Stale, 0), alert(adtally.AccessEnding, 0)}
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
			var seen []adtally.Alert
			for _, one := range all {
				if rapid.Bool().Draw(t, string(one.Kind)) {
					if one.Kind == adtally.AccessEnding {
						one.Stage = rapid.IntRange(1, 5).Draw(t, "stage")
					}
					seen = append(seen, one)
				}
			}
			w.look(now, seen...)
			open := map[adtally.AlertKind]int{}
			for _, o := range w.open {
				if open[o.Kind]++; open[o.Kind] > 1 {
					t.Fatalf("two incidents of %s are open", o.Kind)
				}
			}
		}
		w.look(now.Add(24 * time.Hour)) // all is well
		w.look(now.Add(48 * time.Hour))
		w.look(now.Add(72 * time.Hour))
		if len(w.open) > 0 {
			t.Fatalf("it never ends: %+v", w.open)
		}
		check(t, w)
	})
}

func check(t *rapid.T, w *watch) {
	ids := map[string]bool{}
	events := map[string][]notify.Event{}
	for _, m := range w.sent {
		if ids[m.ID] {
			t.Fatalf("%s is sent twice", m.ID)
		}
		ids[m.ID] = true
		events[m.Incident] = append(events[m.Incident], m.Event)
	}
	for _, o := range w.past {
		said := events[o.ID]
		if o.Notified.IsZero() != (len(said) == 0) {
			t.Fatalf("%+v: %v", o, said)
		}
		if len(said) == 0 {
			continue
		}
		if len(said) < 2 || said[0] != notify.Opened || said[len(said)-1] != notify.Resolved {
			t.Fatalf("of %s people hear %v", o.ID, said)
		}
		for _, e := range said[1 : len(said)-1] {
			if e != notify.Worse {
				t.Fatalf("of %s people hear %v", o.ID, said)
			}
		}
	}
}

func TestDecide_KeepsUnchangedIncidents(t *testing.T) {
	t.Parallel()
	o := adtally.Incident{ID: "o", Alert: alert(adtally.Stale, 0), Opened: moment, Notified: moment}
	o.Since = moment
	same := func() string { t.Error("a new incident"); return "" }
	if d := notify.Decide([]adtally.Incident{o}, []adtally.Alert{alert(adtally.Stale, 0)}, moment.Add(time.Hour), same); len(d.Incidents)+len(d.Send) != 0 {
		t.Errorf("%+v", d)
	}
}

func TestMessage_HasSentenceAndCure(t *testing.T) {
	t.Parallel()
	w := newWatch()
	w.look(moment, alert(adtally.AuthExpired, 0))
	w.look(moment.Add(50 * time.Minute))
	w.look(moment.Add(65 * time.Minute))
	want := []notify.Message{
		{ID: "o1_opened", Event: notify.Opened, Incident: "o1", Kind: adtally.AuthExpired, Aspect: adtally.Health, Severity: adtally.Warning, Title: "Shop: reconnect needed",
			Sentence: "It is so.", Cure: "Do this.", At: moment, Since: moment, Source: "s", Name: "Shop"},
		{ID: "o1_resolved", Event: notify.Resolved, Incident: "o1", Kind: adtally.AuthExpired, Aspect: adtally.Health, Severity: adtally.Well, Title: "Shop: resolved",
			Sentence: "Resolved after 50 min: It is so.", At: moment.Add(65 * time.Minute), Since: moment, Source: "s", Name: "Shop"},
	}
	if d := cmp.Diff(want, w.sent); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestStatusOf_SeparatesHealthAndFreshness(t *testing.T) {
	t.Parallel()
	incident := func(a adtally.AlertKind, s adtally.Severity) adtally.Incident {
		return adtally.Incident{Alert: adtally.Alert{Kind: a, Source: "s", Severity: s}}
	}
	got := notify.StatusOf([]adtally.Incident{incident(adtally.Stale, adtally.Warning), incident(adtally.SyncFailed, adtally.Notice), incident(adtally.AuthExpired, adtally.Critical)})
	if d := cmp.Diff(map[string]notify.Status{"s": {Health: adtally.Critical, Freshness: adtally.Warning}}, got); d != "" {
		t.Error(d)
	}
	aspects := map[adtally.Aspect]int{}
	for _, a := range adtally.AlertKinds() {
		aspects[a.Aspect()]++
		w := newWatch()
		w.look(moment, adtally.Alert{Kind: a, Source: "s", Since: moment.Add(-time.Hour)})
		if len(w.sent) != 1 || strings.HasSuffix(w.sent[0].Title, ": ") {
			t.Errorf("%s: %+v", a, w.sent)
		}
	}
	if aspects[adtally.Freshness] != 2 || aspects[adtally.Health] != 6 {
		t.Errorf("%v", aspects)
	}
}

// What only a person can cause is resolved when they undo it, and does not come back
// by itself.
func TestDecide_MovedEndResolvesImmediately(t *testing.T) {
	t.Parallel()
	for _, a := range []adtally.AlertKind{adtally.AccessEnding, adtally.VersionEnding} {
		w := newWatch()
		if said := w.look(moment, alert(a, 1)); said != "opened "+string(a) {
			t.Errorf("%s: %s", a, said)
		}
		if said := w.look(moment.Add(time.Minute)); said != "resolved "+string(a) {
			t.Errorf("%s, renewed: %q", a, said)
		}
	}
}
