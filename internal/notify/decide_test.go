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

// watch is whoever asks again and again, and keeps what is decided.
type watch struct {
	n    int
	open map[string]adtally.Outage
	past []adtally.Outage
	sent []notify.Message
}

func newWatch() *watch { return &watch{open: map[string]adtally.Outage{}} }

func (w *watch) look(now time.Time, seen ...adtally.Trouble) (said string) {
	var open []adtally.Outage
	for _, id := range slices.Sorted(keys(w.open)) {
		open = append(open, w.open[id])
	}
	d := notify.Decide(open, seen, now, func() string { w.n++; return fmt.Sprint("o", w.n) })
	for _, o := range d.Outages {
		w.open[o.ID] = o
		if !o.Closed.IsZero() {
			delete(w.open, o.ID)
			w.past = append(w.past, o)
		}
	}
	w.sent = append(w.sent, d.Send...)
	for _, m := range d.Send {
		said += string(m.Event) + " " + string(m.Alert) + " "
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

func trouble(a adtally.Alert, stage int) adtally.Trouble {
	return adtally.Trouble{Alert: a, Source: "s", Name: "Shop", Stage: stage, Severity: adtally.Warning, Sentence: "It is so.", Cure: "Do this."}
}

func TestOfAnOutagePeopleHearOnceAndOnceMoreWhenItIsOver(t *testing.T) { // R24
	t.Parallel()
	failed, expired := trouble(adtally.SyncFailed, 0), trouble(adtally.AuthExpired, 0)
	type look struct {
		after int // minutes
		seen  []adtally.Trouble
		want  string
	}
	for what, looks := range map[string][]look{
		"what mends itself soon is not told": {
			{0, []adtally.Trouble{failed}, ""}, {10, nil, ""}, {80, nil, ""},
		},
		"what lasts is told once": {
			{0, []adtally.Trouble{failed}, ""}, {15, []adtally.Trouble{failed}, "opened sync_failed"}, {16, []adtally.Trouble{failed}, ""}, {900, []adtally.Trouble{failed}, ""},
		},
		"what has lasted before it was seen is told at once": {
			{0, []adtally.Trouble{{Alert: adtally.SyncFailed, Since: moment.Add(-time.Hour)}}, "opened sync_failed"},
		},
		"what a person must do is told at once, and over soon": {
			{0, []adtally.Trouble{expired}, "opened auth_expired"}, {1, []adtally.Trouble{expired}, ""}, {2, nil, ""}, {7, nil, "recovered auth_expired"}, {8, nil, ""},
		},
		"what comes and goes is one outage": {
			{0, []adtally.Trouble{failed}, ""}, {5, nil, ""}, {20, []adtally.Trouble{failed}, "opened sync_failed"}, {25, nil, ""},
			{84, []adtally.Trouble{failed}, ""}, {90, nil, ""}, {149, nil, ""}, {150, nil, "recovered sync_failed"}, {200, nil, ""},
		},
		"the next outage is another one": {
			{0, []adtally.Trouble{expired}, "opened auth_expired"}, {1, nil, ""}, {6, nil, "recovered auth_expired"}, {7, []adtally.Trouble{expired}, "opened auth_expired"},
		},
		"what grows worse is told again, once": {
			{0, []adtally.Trouble{trouble(adtally.AccessEnding, 1)}, "opened access_ending"}, {1, []adtally.Trouble{trouble(adtally.AccessEnding, 2)}, "worse access_ending"},
			{2, []adtally.Trouble{trouble(adtally.AccessEnding, 2)}, ""}, {3, []adtally.Trouble{trouble(adtally.AccessEnding, 1)}, ""},
			{4, []adtally.Trouble{trouble(adtally.AccessEnding, 2)}, ""}, {5, []adtally.Trouble{trouble(adtally.AccessEnding, 5)}, "worse access_ending"},
		},
		"one trouble does not hide another": {
			{0, []adtally.Trouble{expired, failed}, "opened auth_expired"}, {15, []adtally.Trouble{failed, expired}, "opened sync_failed"}, {16, []adtally.Trouble{failed}, ""}, {21, []adtally.Trouble{failed}, "recovered auth_expired"},
		},
		"the same trouble seen twice is one": {
			{0, []adtally.Trouble{expired, expired}, "opened auth_expired"}, {1, []adtally.Trouble{expired, expired}, ""},
		},
		"a clock that goes back says nothing": {
			{10, []adtally.Trouble{expired}, "opened auth_expired"}, {20, nil, ""}, {5, nil, ""}, {24, nil, ""}, {25, nil, "recovered auth_expired"},
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

// Whatever comes and goes in whatever order: of each outage an event is sent at
// most once, the end exactly once and last, and never of what nobody heard of.
func TestNothingIsSentTwiceOfAnOutage(t *testing.T) { // R24
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, now := newWatch(), moment
		all := []adtally.Trouble{trouble(adtally.SyncFailed, 0), trouble(adtally.AuthExpired, 0), trouble(adtally.Stale, 0), trouble(adtally.AccessEnding, 0)}
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
			var seen []adtally.Trouble
			for _, one := range all {
				if rapid.Bool().Draw(t, string(one.Alert)) {
					if one.Alert == adtally.AccessEnding {
						one.Stage = rapid.IntRange(1, 5).Draw(t, "stage")
					}
					seen = append(seen, one)
				}
			}
			w.look(now, seen...)
			open := map[adtally.Alert]int{}
			for _, o := range w.open {
				if open[o.Alert]++; open[o.Alert] > 1 {
					t.Fatalf("two outages of %s are open", o.Alert)
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
		events[m.Outage] = append(events[m.Outage], m.Event)
	}
	for _, o := range w.past {
		said := events[o.ID]
		if o.Told.IsZero() != (len(said) == 0) {
			t.Fatalf("%+v: %v", o, said)
		}
		if len(said) == 0 {
			continue
		}
		if len(said) < 2 || said[0] != notify.Opened || said[len(said)-1] != notify.Recovered {
			t.Fatalf("of %s people hear %v", o.ID, said)
		}
		for _, e := range said[1 : len(said)-1] {
			if e != notify.Worse {
				t.Fatalf("of %s people hear %v", o.ID, said)
			}
		}
	}
}

func TestWhatHasNotChangedIsNotWritten(t *testing.T) {
	t.Parallel()
	o := adtally.Outage{ID: "o", Trouble: trouble(adtally.Stale, 0), Opened: moment, Told: moment}
	o.Since = moment
	same := func() string { t.Error("a new outage"); return "" }
	if d := notify.Decide([]adtally.Outage{o}, []adtally.Trouble{trouble(adtally.Stale, 0)}, moment.Add(time.Hour), same); len(d.Outages)+len(d.Send) != 0 {
		t.Errorf("%+v", d)
	}
}

func TestMessagesSayWhatIsWrongAndWhatToDo(t *testing.T) { // R24
	t.Parallel()
	w := newWatch()
	w.look(moment, trouble(adtally.AuthExpired, 0))
	w.look(moment.Add(50 * time.Minute))
	w.look(moment.Add(65 * time.Minute))
	want := []notify.Message{
		{ID: "o1_opened", Event: notify.Opened, Outage: "o1", Alert: adtally.AuthExpired, Aspect: adtally.Health, Severity: adtally.Warning, Title: "Shop: it must be reconnected",
			Sentence: "It is so.", Cure: "Do this.", At: moment, Since: moment, Source: "s", Name: "Shop"},
		{ID: "o1_recovered", Event: notify.Recovered, Outage: "o1", Alert: adtally.AuthExpired, Aspect: adtally.Health, Severity: adtally.Well, Title: "Shop: it is well again",
			Sentence: "This is over after 50 min: It is so.", At: moment.Add(65 * time.Minute), Since: moment, Source: "s", Name: "Shop"},
	}
	if d := cmp.Diff(want, w.sent); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestHealthAndFreshnessAreApart(t *testing.T) { // R24
	t.Parallel()
	outage := func(a adtally.Alert, s adtally.Severity) adtally.Outage {
		return adtally.Outage{Trouble: adtally.Trouble{Alert: a, Source: "s", Severity: s}}
	}
	got := notify.Conditions([]adtally.Outage{outage(adtally.Stale, adtally.Warning), outage(adtally.SyncFailed, adtally.Notice), outage(adtally.AuthExpired, adtally.Critical)})
	if d := cmp.Diff(map[string]notify.Condition{"s": {Health: adtally.Critical, Freshness: adtally.Warning}}, got); d != "" {
		t.Error(d)
	}
	aspects := map[adtally.Aspect]int{}
	for _, a := range adtally.Alerts() {
		aspects[a.Aspect()]++
		w := newWatch()
		w.look(moment, adtally.Trouble{Alert: a, Source: "s", Since: moment.Add(-time.Hour)})
		if len(w.sent) != 1 || strings.HasSuffix(w.sent[0].Title, ": ") {
			t.Errorf("%s: %+v", a, w.sent)
		}
	}
	if aspects[adtally.Freshness] != 2 || aspects[adtally.Health] != 6 {
		t.Errorf("%v", aspects)
	}
}

// What only a person can bring about ends with what they did, and does not come
// back by itself.
func TestDecide_AnEndThatWasMovedIsOverAtOnce(t *testing.T) {
	t.Parallel()
	for _, a := range []adtally.Alert{adtally.AccessEnding, adtally.VersionEnding} {
		w := newWatch()
		if said := w.look(moment, trouble(a, 1)); said != "opened "+string(a) {
			t.Errorf("%s: %s", a, said)
		}
		if said := w.look(moment.Add(time.Minute)); said != "recovered "+string(a) {
			t.Errorf("%s, renewed: %q", a, said)
		}
	}
}
