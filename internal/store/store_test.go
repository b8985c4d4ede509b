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
	"adtally/internal/postgrestest"
	"adtally/internal/store"
)

// kinds are the databases that every test of the ledger runs on: each gives the
// address of a new one.
var kinds = map[string]func(*testing.T) string{
	"sqlite":   ledger,
	"postgres": func(t *testing.T) string { return postgrestest.Start(t) },
}

// onBoth runs a test on every kind of database.
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

func ledger(t *testing.T) string { return filepath.Join(t.TempDir(), "x.state") }

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestCheckpointsAreKeptAndTheCursorOfTheirSliceForgotten(t *testing.T) { // R5
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		other := adtally.Slice{Stream: "ads", Account: "7"}
		for _, s := range []adtally.Slice{slice, other} {
			if err := db.SaveCursor(ctx, "s", s, adtally.Cursor{Asked: moment, Note: []byte("job of " + s.String())}); err != nil {
				t.Fatal(err)
			}
		}
		cps := []adtally.Checkpoint{{Table: "basic_ad", Account: "7", Window: slice.Window, Asked: moment, Load: "l"},
			{Table: "basic_ad_actions", Account: "7", Window: slice.Window, Asked: moment, Load: "l"}}
		if err := db.SaveCheckpoints(ctx, "s", slice, cps); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = open(t, address)
		got, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "checkpoints", got, cps)
		gone, err := db.Cursor(ctx, "s", slice)
		if err != nil || !gone.Asked.IsZero() || gone.Note != nil {
			t.Errorf("the slice's cursor: %+v, %v", gone, err)
		}
		left, err := db.Cursor(ctx, "s", other)
		if err != nil || string(left.Note) != "job of "+other.String() || !left.Asked.Equal(moment) {
			t.Errorf("another slice's cursor: %+v, %v", left, err)
		}
	})
}

func TestTheLedgerAdoptsWhatTheWarehouseSays(t *testing.T) { // R35
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		mine := adtally.Checkpoint{Table: "basic_ad", Account: "7", Window: slice.Window, Asked: moment, Load: "old"}
		if err := db.SaveCheckpoints(ctx, "s", slice, []adtally.Checkpoint{mine}); err != nil {
			t.Fatal(err)
		}
		truth := []adtally.Checkpoint{{Table: "ads", Account: "7", Asked: moment, Load: "a"},
			{Table: "basic_ad", Account: "7", Window: adtally.Window{From: 20010, To: 20012}, Asked: moment.Add(time.Hour), Load: "b"}}
		if err := db.AdoptCheckpoints(ctx, "s", "7", truth); err != nil {
			t.Fatal(err)
		}
		got, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "checkpoints", got, truth)
	})
}

func TestARunIsFoundAgainByItsCommand(t *testing.T) { // R5
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

func TestStepsAndOutcomesAreKept(t *testing.T) { // R19
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
		same(t, "steps", steps, []store.StepRecord{{Step: step, State: adtally.Finished, Started: moment, Ended: moment.Add(time.Minute)}})
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

func TestOneSyncAtATime(t *testing.T) {
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
		again, err := open(t, address).Lock(ctx)
		if err != nil {
			t.Fatalf("after the first: %v", err)
		}
		again()
	})
}

func TestManyMayWriteAtOnce(t *testing.T) {
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

func TestManyMayOpenANewLedgerAtOnce(t *testing.T) {
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

// A day of which the platform gave a part is known as such.
func TestAPartialCheckpointStaysPartial(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		whole := adtally.Checkpoint{Table: "basic_ad", Account: "7", Window: adtally.Window{From: 20000, To: 20010}, Asked: moment, Load: "l"}
		part := adtally.Checkpoint{Table: "basic_ad", Account: "7", Window: adtally.Window{From: 20010, To: 20031}, Asked: moment, Load: "l", Partial: true}
		now := adtally.Checkpoint{Table: "ads", Account: "7", Load: "n", Partial: true}
		if err := db.SaveCheckpoints(ctx, "s", slice, []adtally.Checkpoint{whole, part, now}); err != nil {
			t.Fatal(err)
		}
		got, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "saved", got, []adtally.Checkpoint{now, whole, part})
		if err := db.AdoptCheckpoints(ctx, "s", "7", []adtally.Checkpoint{part}); err != nil {
			t.Fatal(err)
		}
		if got, err = db.Checkpoints(ctx, "s", "7"); err != nil {
			t.Fatal(err)
		}
		same(t, "adopted", got, []adtally.Checkpoint{part})
	})
}

// The newer of two says all that an older one within it said; a zero window is
// no range of days.
func TestACoveredCheckpointGoes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		at := func(from, to adtally.Day, hours int, load string) adtally.Checkpoint {
			c := adtally.Checkpoint{Table: "t", Account: "7", Window: adtally.Window{From: from, To: to}, Load: load}
			if hours > 0 {
				c.Asked = moment.Add(time.Duration(hours) * time.Hour)
			}
			return c
		}
		for _, c := range []adtally.Checkpoint{
			at(20000, 20010, 1, "within"), at(20000, 20040, 1, "wider"), at(20005, 20006, 3, "newer"), at(20001, 20002, 0, "never asked"), at(0, 0, 1, "now"),
			at(20000, 20031, 2, "last"),
		} {
			if err := db.SaveCheckpoints(ctx, "s", slice, []adtally.Checkpoint{c}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, c := range all {
			left = append(left, c.Load)
		}
		same(t, "left", left, []string{"now", "last", "wider", "newer"})
	})
}

// A command may name a thousand accounts, and the words of somebody else's error
// may be no text.
func TestOddTextsAreKept(t *testing.T) {
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

func TestWhatIsCalledOffSaysSo(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		off, stop := context.WithCancelCause(ctx)
		why := errors.New("somebody pressed Ctrl-C")
		err := db.Count(off, func() error { stop(why); return off.Err() })
		_, locked := db.Lock(off)
		for _, err := range []error{err, locked, db.SaveLesson(off, "s", "7", "n", []byte("1"))} {
			if !errors.Is(err, why) {
				t.Errorf("it says %v", err)
			}
		}
		if lesson, err := db.Lesson(ctx, "s", "7", "n"); err != nil || lesson != nil {
			t.Errorf("it wrote %s, %v", lesson, err)
		}
	})
}

// R5
func TestNotesAndLessonsAreReplaced(t *testing.T) {
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
		for _, lesson := range [][]byte{[]byte("first"), {0, 0xff}} {
			if err := db.SaveLesson(ctx, "s", "7", "ads", lesson); err != nil {
				t.Fatal(err)
			}
			if got, err := db.Lesson(ctx, "s", "7", "ads"); err != nil || !bytes.Equal(got, lesson) {
				t.Errorf("the lesson %q became %q, %v", lesson, got, err)
			}
		}
	})
}
