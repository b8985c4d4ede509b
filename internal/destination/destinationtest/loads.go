package destinationtest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
)

func (w *warehouse) told(t tester, account string) []adtally.Checkpoint {
	t.Helper()
	got, err := w.writer.Loads(context.Background(), w.dataset, account)
	if err != nil {
		t.Fatalf("loads: %v", err)
	}
	slices.SortFunc(got, func(a, b adtally.Checkpoint) int {
		return strings.Compare(a.Table+a.Window.String(), b.Table+b.Window.String())
	})
	return got
}

func loadsTell(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 2), factsOf())
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "1", "one"}))
	want := slices.Concat(
		w.commit(t, now(alpha), entitiesOf()).Checkpoints,
		w.commit(t, days(alpha, 0, 2), factsOf(fact(alpha, 0, "x", 1, null))).Checkpoints,
		w.commit(t, days(alpha, 2, 3), factsOf()).Checkpoints)
	w.commit(t, days(beta, 0, 9), factsOf())
	got := w.told(t, alpha)
	if !slices.EqualFunc(got, want, sameCheckpoint) {
		t.Errorf("the warehouse says\n%+v\nand the commits said\n%+v", got, want)
	}
	if got := w.told(t, beta); len(got) != 1 || got[0].Window != days(beta, 0, 9).Window {
		t.Errorf("the other account has %+v", got)
	}
}

func sameCheckpoint(a, b adtally.Checkpoint) bool {
	asked := a.Asked.Equal(b.Asked)
	b.Asked = a.Asked
	return asked && a == b
}

func loadsOverlap(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 9), factsOf(), rows{others, nil}) // load-1
	w.commit(t, days(alpha, 1, 2), factsOf())                    // load-2
	w.commit(t, days(alpha, 2, 3), factsOf())                    // load-3
	var got []string
	for n := range 9 {
		day, owners := first+adtally.Day(n), ""
		for _, c := range w.told(t, alpha) {
			if c.Table == "facts" && c.Window.Contains(day) {
				owners += strings.TrimPrefix(c.Load, "load-")
			}
		}
		got = append(got, owners)
	}
	if all := strings.Join(got, " "); all != "1 2 3 3 3 1 1 1 1" {
		t.Errorf("the days belong to the loads %s", all)
	}
}

func loadsOfNothing(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf())
	if got := w.told(t, "act_9"); len(got) > 0 {
		t.Errorf("an account that was never loaded has %+v", got)
	}
	w.dataset = "never_prepared"
	if got := w.told(t, alpha); len(got) > 0 {
		t.Errorf("a dataset that is not there has %+v", got)
	}
}

// A load records its definition and its run.
func loadsOfRun(t *testing.T, w *warehouse) {
	w.run, w.defined = "run-1", "one"
	w.commit(t, days(alpha, 0, 2), factsOf(fact(alpha, 0, "x", 1, null)), rows{others, nil}, gap("facts", alpha, dayText(0), "spend"))
	w.commit(t, days(beta, 0, 2), factsOf())
	w.run, w.defined = "run-2", "two"
	w.commit(t, days(alpha, 1, 2), factsOf())
	w.run, w.defined = "run-1", ""
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "1", "one"}, []string{alpha, "2", "two"}))
	got, err := w.writer.LoadsOfRun(context.Background(), w.dataset, alpha, "run-1")
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	asked := w.asked.Add(time.Minute)
	for i, want := range []adtally.Outcome{
		{Load: "load-1", Slice: days(alpha, 0, 2), Rows: 1, Tables: map[string]int64{"facts": 1, "other_facts": 0}, Gaps: 1, Calls: 3, Bytes: 4000, Started: asked.Add(-time.Second), Ended: asked.Add(time.Second)},
		{Load: "load-4", Slice: now(alpha), Rows: 2, Calls: 3, Bytes: 4000, Started: asked.Add(3*time.Minute - time.Second), Ended: asked.Add(3*time.Minute + time.Second)},
	} {
		want.Started, want.Ended = want.Started.Truncate(time.Microsecond), want.Ended.Truncate(time.Microsecond)
		if !reflect.DeepEqual(got[i], want) {
			t.Errorf("load %d: %+v, want %+v", i, got[i], want)
		}
	}
	definitions := map[adtally.Window]string{}
	for _, c := range w.told(t, alpha) {
		if c.Table == "facts" {
			definitions[c.Window] += c.Definition
		}
	}
	if definitions[days(alpha, 0, 1).Window] != "one" || definitions[days(alpha, 1, 2).Window] != "two" {
		t.Errorf("definitions %v", definitions)
	}
	if got, err := w.writer.LoadsOfRun(context.Background(), "never_prepared", alpha, "run-1"); err != nil || len(got) > 0 {
		t.Errorf("a dataset that is not there has %+v, %v", got, err)
	}
}
