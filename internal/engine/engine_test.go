package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/engine"
)

var account = adtally.Account{ID: "7", Zone: "Europe/Prague", Currency: "EUR"}

func (w *world) engine(slicesAtOnce int) *engine.Engine {
	return &engine.Engine{
		Source: adtally.Source{ID: "s", Dataset: "d"}, Reader: w, Writer: w, Store: w, Now: w.clock, Slices: slicesAtOnce,
		NewID: func() string {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.named++
			return fmt.Sprint("load-", w.named)
		},
	}
}

// step runs a step as a newly started program would: all its state is in the world.
func (w *world) step(ctx context.Context) ([]adtally.Outcome, error) {
	done, err := w.engine(1).Step(ctx, adtally.Step{Run: "r", Account: account}, w.now)
	return done.Outcomes, err
}

func undisturbed(t *testing.T) *world {
	t.Helper()
	w := newWorld()
	if _, err := w.step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.rows) != 13 {
		t.Fatalf("%d rows are in the warehouse, want 12 days and an object", len(w.rows))
	}
	return w
}

func TestEngine_OrderOfSlices(t *testing.T) {
	t.Parallel()
	var order []string
	for _, what := range undisturbed(t).log {
		if strings.HasPrefix(what, "commit") || strings.HasPrefix(what, "checkpoint") {
			order = append(order, what)
		}
	}
	if len(order) != 10 || !strings.HasPrefix(order[0], "commit things") {
		t.Fatalf("wrong order: %q", order)
	}
	for i := 0; i < len(order); i += 2 {
		slice := strings.TrimPrefix(order[i], "commit ")
		if order[i+1] != "checkpoint "+slice {
			t.Errorf("after %s comes %s", order[i], order[i+1])
		}
		if i >= 4 && slice > strings.TrimPrefix(order[i-2], "commit ") {
			t.Errorf("%s comes after older days", slice)
		}
	}
}

// After a crash before or after any call, the next start ends with the same rows as an
// undisturbed run. Committed slices are not committed again, and a noted report job is
// reused.
func TestEngine_CrashAtEveryCall(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	reused := 0
	for _, after := range []bool{false, true} {
		for crash := 1; crash <= want.call; crash++ {
			w := newWorld()
			w.crash, w.after = crash, after
			if _, err := w.step(t.Context()); err == nil && len(w.outcomes) == len(want.outcomes) && failures(w) == 0 {
				t.Fatalf("call %d: nothing failed", crash)
			}
			if _, err := w.step(t.Context()); err != nil {
				t.Fatalf("call %d, after %t: the second start failed: %v", crash, after, err)
			}
			if n := counted(w); n != int64(len(want.rows)) {
				t.Errorf("call %d, after %t: %d rows were recorded, want %d", crash, after, n, len(want.rows))
			}
			if !maps.Equal(w.rows, want.rows) {
				t.Errorf("call %d, after %t: the warehouse differs", crash, after)
			}
			for slice, n := range w.commits {
				if n != 1 {
					t.Errorf("call %d, after %t: %s was committed %d times", crash, after, slice, n)
				}
			}
			if len(w.cursors) > 1 { // if the crash is between commit and checkpoint, the cursor stays
				t.Errorf("call %d, after %t: cursors are left: %v", crash, after, w.cursors)
			}
			reused += w.reused
		}
	}
	if reused == 0 {
		t.Error("no cursor was ever reused, so this test proves nothing")
	}
}

// counted returns the number of rows in the run's outcomes.
func counted(w *world) (n int64) {
	for _, o := range w.outcomes {
		n += o.Rows
	}
	return n
}

func failures(w *world) (n int) {
	for _, o := range w.outcomes {
		if o.Fault != nil {
			n++
		}
	}
	return n
}

func TestEngine_SliceFaultBlocksNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld()
	bad := w.Plan("facts", account, nil, w.now)[1].String()
	w.fails[bad] = &adtally.Fault{Act: adtally.Configure, Code: "no", Message: "No"}
	outcomes, err := w.step(t.Context())
	if err != nil || len(outcomes) != 5 || failures(w) != 1 {
		t.Fatalf("%d outcomes, %d failed, %v", len(outcomes), failures(w), err)
	}
	for _, o := range outcomes {
		if failed := o.Slice.String() == bad; failed != (o.Fault != nil) || failed != (w.commits[o.Slice.String()] == 0) {
			t.Errorf("%s: %+v", o.Slice, o.Fault)
		}
	}
}

func TestEngine_DeadTokenEndsTheStep(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.fails[w.Plan("things", account, nil, w.now)[0].String()] = &adtally.Fault{Act: adtally.Reconnect, Code: "dead", Message: "Dead"}
	_, err := w.step(t.Context())
	if f := adtally.FaultOf(err); f.Act != adtally.Reconnect {
		t.Errorf("the step ended with %v", err)
	}
	if len(w.commits) > 0 {
		t.Errorf("%v were read with a dead token", w.commits)
	}
}

func TestEngine_Cancelled(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.started, w.proceed = make(chan string), make(chan struct{})
	cause := errors.New("the user pressed Ctrl-C")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-w.started
		cancel(cause)
		close(w.proceed)
	}()
	_, err := w.step(ctx)
	if !errors.Is(err, cause) || len(w.outcomes) > 0 || len(w.commits) > 0 {
		t.Errorf("%v; outcomes %v, commits %v", err, w.outcomes, w.commits)
	}
}

func TestEngine_LimitsConcurrentSlices(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.started, w.proceed = make(chan string), make(chan struct{})
	go func() {
		for n := range 5 { // two start, and each lets one more start
			<-w.started
			if n >= 1 {
				w.proceed <- struct{}{}
			}
		}
		w.proceed <- struct{}{}
	}()
	if _, err := w.engine(2).Step(t.Context(), adtally.Step{Run: "r", Account: account}, w.now); err != nil {
		t.Fatal(err)
	}
	if w.most != 2 {
		t.Errorf("%d slices were read concurrently, want 2", w.most)
	}
}

func TestEngine_UnknownZone(t *testing.T) {
	t.Parallel()
	for zone, code := range map[string]string{"": "zone_withheld", "Mars/Olympus": "unknown_zone"} {
		w := newWorld()
		_, err := w.engine(1).Step(t.Context(), adtally.Step{Account: adtally.Account{ID: "7", Zone: zone}}, w.now)
		if f := adtally.FaultOf(err); f.Code != code || (f.Act == adtally.Bug) != (zone != "") || w.call > 0 {
			t.Errorf("zone %q: %v after %d calls", zone, err, w.call)
		}
	}
}

func TestEngine_Reread(t *testing.T) {
	t.Parallel()
	w := undisturbed(t)
	e := w.engine(1)
	e.Reread = true
	for want, began := range map[int]int{0: 0, 5: 1} {
		done, err := e.Step(t.Context(), adtally.Step{Run: "r2", Account: account}, w.now.AddDate(0, 0, began))
		if err != nil || len(done.Outcomes) != want {
			t.Errorf("a run that began %d days later read %d slices, want %d (%v)", began, len(done.Outcomes), want, err)
		}
	}
}

func TestEngine_WatchGetsAllEvents(t *testing.T) {
	t.Parallel()
	w := newWorld()
	e := w.engine(3)
	var mu sync.Mutex
	var planned, begun, ended []string
	var rows int64
	e.Watch = func(ev engine.Event) {
		mu.Lock()
		defer mu.Unlock()
		for _, s := range ev.Planned {
			planned = append(planned, s.String())
		}
		if ev.Begun != nil {
			begun = append(begun, ev.Begun.String())
		}
		if ev.Ended != nil {
			ended = append(ended, ev.Ended.Slice.String())
		}
		rows += ev.Rows
	}
	if _, err := e.Step(t.Context(), adtally.Step{Run: "r", Account: account}, w.now); err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]string{planned, begun, ended} {
		slices.Sort(list)
	}
	if len(planned) != 5 || !slices.Equal(planned, begun) || !slices.Equal(planned, ended) || rows != 13 {
		t.Errorf("planned %v\nbegun %v\nended %v\n%d rows", planned, begun, ended, rows)
	}
}

// Days that were loaded with another definition are loaded again once. Loads without a
// recorded definition count as current.
func TestEngine_ChangedDefinitionIsLoadedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for i, c := range []struct {
		defined string
		due     int
	}{{"", 5}, {"spend", 0}, {"", 0}} { // an unknown definition counts as current
		w.defined = c.defined
		if outcomes, err := w.step(t.Context()); err != nil || len(outcomes) != c.due {
			t.Errorf("step %d, %q: %d slices, want %d (%v)", i, c.defined, len(outcomes), c.due, err)
		}
	}
	w = newWorld()
	for i, c := range []struct {
		defined string
		due     int
	}{{"spend", 5}, {"spend", 0}, {"spend,clicks", 4}, {"spend,clicks", 0}, {"spend", 4}} {
		w.defined = c.defined
		if outcomes, err := w.step(t.Context()); err != nil || len(outcomes) != c.due {
			t.Errorf("step %d, %q: %d slices, want %d (%v)", i, c.defined, len(outcomes), c.due, err)
		}
	}
}

// Every read gets the same start time as Plan, whatever the clocks say meanwhile.
func TestEngine_ReadsUseTheStartOfTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld()
	began := w.now.AddDate(0, -1, 0)
	if _, err := w.engine(1).Step(t.Context(), adtally.Step{Run: "r", Account: account}, began); err != nil || len(w.moments) == 0 {
		t.Fatal(err, len(w.moments))
	}
	for _, m := range w.moments {
		if !m.Equal(began) {
			t.Errorf("a read was told %s, the run began at %s", m, began)
		}
	}
}

// While slices are written, others are read; at most twice the allowed number of reads is open.
func TestEngine_ReadsDuringWrites(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.writing = make(chan struct{})
	w.started, w.proceed = make(chan string), make(chan struct{})
	go func() {
		for n := range 5 { // a slice is written only when the next one is being read
			<-w.started
			w.proceed <- struct{}{}
			if n > 0 {
				w.writing <- struct{}{}
			}
		}
		w.writing <- struct{}{}
	}()
	if _, err := w.engine(1).Step(t.Context(), adtally.Step{Run: "r", Account: account}, w.now); err != nil {
		t.Fatal(err)
	}
	if w.most != 1 || w.mostOpen != 2 {
		t.Errorf("%d slices were read concurrently, and %d were open; want 1 and 2", w.most, w.mostOpen)
	}
}

// Days that become too old for the platform while a run is in progress are left out, and
// fail nothing. They do not count as loaded.
func TestEngine_DaysAgeOutDuringARun(t *testing.T) {
	t.Parallel()
	began := time.Date(2024, 11, 4, 10, 0, 0, 0, time.UTC) // a month after day 20000
	for name, c := range map[string]struct {
		later, span int
		oldest      adtally.Day // the oldest day in the warehouse
	}{
		"the same day":        {0, 1, 20000},
		"a day later":         {1, 1, 20001},
		"a slice is gone":     {4, 1, 20004},
		"periods are not cut": {1, 3, 20003},
	} {
		w := newWorld()
		w.months, w.span, w.now = 1, c.span, began.AddDate(0, 0, c.later)
		done, err := w.engine(1).Step(t.Context(), adtally.Step{Run: "r", Account: account}, began)
		if err != nil || done.Left != 0 || len(done.Outcomes) != 5 {
			t.Errorf("%s: %d outcomes, %d left (%v)", name, len(done.Outcomes), done.Left, err)
		}
		oldest := adtally.Day(30000)
		for _, l := range w.loads {
			if !l.Window.IsZero() {
				oldest = min(oldest, l.Window.From)
			}
		}
		if oldest != c.oldest {
			t.Errorf("%s: the oldest day is %d, want %d", name, oldest, c.oldest)
		}
		for _, o := range done.Outcomes {
			if o.Fault != nil {
				t.Errorf("%s: %s failed: %v", name, o.Slice, o.Fault)
			}
		}
	}
}
