package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"adtally"
	"adtally/internal/store"
	"adtally/internal/store/storetest"
)

// kinds are the databases on which every test runs: each returns the address of a new
// one.
var kinds = map[string]func(*testing.T) string{
	"sqlite":   func(t *testing.T) string { return storetest.File(t) },
	"postgres": func(t *testing.T) string { return storetest.Server(t) },
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	for kind, address := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, address(t))
		})
	}
}

var (
	ctx    = context.Background()
	slice  = adtally.Slice{Stream: "basic_ad", Account: "7", Window: adtally.Window{From: 20000, To: 20031}}
	moment = time.Date(2026, 6, 2, 10, 0, 0, 123456000, time.UTC)
)

func open(t *testing.T, address string) *store.DB {
	t.Helper()
	db, err := store.Open(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func newFile(t *testing.T) string { return filepath.Join(t.TempDir(), "x.state") }

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestLastRun_ByCommand(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		for _, r := range []adtally.Run{
			{ID: "1", Source: "s", Wanted: "all", Started: moment, State: adtally.Running},
			{ID: "2", Source: "s", Wanted: "all", Started: moment.Add(-time.Hour), State: adtally.Running},
			{ID: "3", Source: "s", Wanted: "less", Started: moment, State: adtally.Running},
		} {
			if err := db.BeginRun(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.EndRun(ctx, "2", adtally.Failed, moment, "no room"); err != nil {
			t.Fatal(err)
		}
		got, found, err := db.LastRun(ctx, "s", "all")
		if err != nil || !found {
			t.Fatal(found, err)
		}
		same(t, "the run begun last", got, adtally.Run{ID: "2", Source: "s", Wanted: "all", Started: moment.Add(-time.Hour), Ended: moment, State: adtally.Failed, Error: "no room"})
		if _, found, err := db.LastRun(ctx, "s", "more"); found || err != nil {
			t.Errorf("a run that never was: %t, %v", found, err)
		}
		if err := db.EndRun(ctx, "9", adtally.Finished, moment, ""); err == nil {
			t.Error("a run that never began was ended")
		}
	})
}

func TestSteps_AndOutcomes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		step := adtally.Step{Run: "1", Account: adtally.Account{ID: "7", Name: "قهوة ☕", Currency: "JPY", Zone: "Asia/Tokyo", Status: "ACTIVE"}}
		outcome := adtally.Outcome{Slice: slice, Rows: 12, Started: moment, Ended: moment.Add(time.Second),
			Fault: &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "Too much", Hint: "Wait.", Until: moment.Add(time.Hour)}}
		for _, err := range []error{
			db.BeginRun(ctx, adtally.Run{ID: "1", Source: "s", Wanted: "all", Started: moment, State: adtally.Running}),
			db.BeginStep(ctx, step, moment), db.SaveOutcome(ctx, "1", outcome), db.EndStep(ctx, step, adtally.Finished, moment.Add(time.Minute)),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		steps, err := db.Steps(ctx, "1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "steps", steps, []adtally.StepRecord{{Step: step, State: adtally.Finished, Started: moment, Ended: moment.Add(time.Minute)}})
		outcomes, err := db.Outcomes(ctx, "1")
		if err != nil || len(outcomes) != 1 {
			t.Fatal(outcomes, err)
		}
		f := outcomes[0].Fault
		if outcomes[0].Slice != slice || outcomes[0].Rows != 12 || f == nil || f.Code != "throttled" || f.Act != adtally.Wait || !f.Until.Equal(moment.Add(time.Hour)) {
			t.Errorf("outcome: %+v, %+v", outcomes[0], f)
		}
	})
}

func TestLock_OneSync(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		unlock, err := open(t, address).Lock(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, address).Lock(ctx); adtally.FaultOf(err).Code != "sync_running" {
			t.Errorf("a second sync: %v", err)
		}
		unlock()
		for n := range 20 {
			again, err := open(t, address).Lock(ctx)
			if err != nil {
				t.Fatalf("after %d before: %v", n+1, err)
			}
			again()
		}
	})
}

func TestWrite_Concurrent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		var wg sync.WaitGroup
		for n := range 8 {
			wg.Go(func() {
				for i := range 10 {
					s := adtally.Slice{Stream: fmt.Sprint("s", n), Account: "7", Window: adtally.Window{From: adtally.Day(20000 + i), To: adtally.Day(20001 + i)}}
					if err := db.SaveCheckpoints(ctx, "s", s, []adtally.Checkpoint{{Table: s.Stream, Account: "7", Window: s.Window, Asked: moment, Load: "l"}}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if all, err := db.Checkpoints(ctx, "s", "7"); err != nil || len(all) != 80 {
			t.Errorf("%d checkpoints, %v", len(all), err)
		}
	})
}

func TestOpen_Concurrent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				db, err := store.Open(ctx, address)
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

// A command may name a thousand accounts, and the words of somebody else's error
// may be no text.
func TestWrite_OddTexts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		var wanted strings.Builder
		for n := range 1000 {
			fmt.Fprintf(&wanted, "act_%d,", 1000000000000+n*n*7919)
		}
		run := adtally.Run{ID: "1", Source: "s", Wanted: wanted.String(), Started: moment, State: adtally.Running}
		if err := db.BeginRun(ctx, run); err != nil {
			t.Fatal(err)
		}
		if err := db.EndRun(ctx, "1", adtally.Failed, moment, "bad\x00 \xff bytes, 'quotes' and ?"); err != nil {
			t.Fatal(err)
		}
		run.State, run.Ended, run.Error = adtally.Failed, moment, "bad \uFFFD bytes, 'quotes' and ?"
		got, found, err := db.LastRun(ctx, "s", run.Wanted)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		same(t, "the run", got, run)
		fault := &adtally.Fault{Act: adtally.Bug, Code: "c", Message: "m\x00", Err: errors.New("\xffc\x00")}
		if err := db.SaveOutcome(ctx, "1", adtally.Outcome{Slice: slice, Fault: fault}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestStore_CancelledContext(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		off, stop := context.WithCancelCause(ctx)
		why := errors.New("somebody pressed Ctrl-C")
		err := db.Count(off, func() error { stop(why); return off.Err() })
		_, locked := db.Lock(off)
		for _, err := range []error{err, locked, db.SaveTuning(off, "s", "7", "n", []byte("1"))} {
			if !errors.Is(err, why) {
				t.Errorf("it says %v", err)
			}
		}
		if tuning, err := db.Tuning(ctx, "s", "7", "n"); err != nil || tuning != nil {
			t.Errorf("it wrote %s, %v", tuning, err)
		}
	})
}

func TestSaveCursor_AndTuningReplace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		for _, note := range [][]byte{[]byte("first"), {0, 0xff, '?'}, nil} {
			if err := db.SaveCursor(ctx, "s", slice, adtally.Cursor{Asked: moment, Note: note}); err != nil {
				t.Fatal(err)
			}
			got, err := db.Cursor(ctx, "s", slice)
			if err != nil || !bytes.Equal(got.Note, note) {
				t.Errorf("the note %q became %q, %v", note, got.Note, err)
			}
		}
		for _, tuning := range [][]byte{[]byte("first"), {0, 0xff}} {
			if err := db.SaveTuning(ctx, "s", "7", "ads", tuning); err != nil {
				t.Fatal(err)
			}
			if got, err := db.Tuning(ctx, "s", "7", "ads"); err != nil || !bytes.Equal(got, tuning) {
				t.Errorf("the tuning %q became %q, %v", tuning, got, err)
			}
		}
	})
}

// A load counts once, however often it is reported; without a commit there are no
// rows.
func TestStepRecord_CountsLoadsOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		step := adtally.Step{Run: "1", Account: adtally.Account{ID: "7"}}
		loaded := adtally.Outcome{Slice: slice, Rows: 12, Calls: 3, Load: "a"}
		failed := adtally.Outcome{Slice: slice, Rows: 5, Calls: 2, Fault: &adtally.Fault{Act: adtally.Retry, Code: "x"}}
		other := loaded
		other.Load, other.Rows = "b", 30
		other.Slice.Account = "8"
		for _, err := range []error{
			db.BeginRun(ctx, adtally.Run{ID: "1", Source: "s", Started: moment, State: adtally.Running}), db.BeginStep(ctx, step, moment),
			db.SaveOutcome(ctx, "1", loaded), db.SaveOutcome(ctx, "1", failed), db.SaveOutcome(ctx, "1", failed), db.SaveOutcome(ctx, "1", loaded), db.SaveOutcome(ctx, "1", other),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		steps, err := db.Steps(ctx, "1")
		if err != nil || len(steps) != 1 || steps[0].Rows != 12 || steps[0].Slices != 1 {
			t.Errorf("%+v, %v", steps, err)
		}
		loads, err := db.CountedLoads(ctx, "1", slice.Account)
		same(t, "loads", loads, []string{"a"})
		used, usedErr := db.Usage(ctx, adtally.UsageFilter{Run: "1", ByAccount: true})
		if err != nil || usedErr != nil || len(used) != 2 || used[0].Tries != 3 || used[0].Calls != 7 {
			t.Errorf("%+v, %v, %v", used, err, usedErr)
		}
	})
}
