package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

var sourceRecord = adtally.SourceRecord{Stage: adtally.Authentication, Created: moment, CreatedBy: "user:1", Next: moment,
	Source: adtally.Source{ID: "s1", Name: "Main", Connector: "facebookads", Dataset: "facebook_ads", Credential: "c1", Accounts: []string{"7"}, All: true, Every: time.Hour,
		Tables: []string{"ads"}, Since: 20000, LookBack: 14, Settings: map[string]string{"a": "b"}, Metrics: []adtally.Metric{{Name: "trials", Types: []string{"x"}}}}}

func withSource(t *testing.T, address string) *store.DB {
	t.Helper()
	db := open(t, address)
	if err := db.AddSource(ctx, sourceRecord, adtally.Handover{}, auditEntry("source.create")); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestEditSource_Conflict(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		got, err := db.Source(ctx, "s1")
		if err != nil {
			t.Fatal(err)
		}
		want := sourceRecord
		want.Revision = 1
		same(t, "the source", got, want)
		other := sourceRecord
		other.ID = "s2"
		if err := db.AddSource(ctx, other, adtally.Handover{}, auditEntry("source.create")); adtally.FaultOf(err).Code != "dataset_taken" {
			t.Errorf("a second source in the same dataset: %v", err)
		}
		edit := func(revision int64, change func(*adtally.SourceRecord)) error {
			_, err := db.EditSource(ctx, "s1", revision, change, adtally.Handover{}, auditEntry("source.update"))
			return err
		}
		if err := edit(1, func(s *adtally.SourceRecord) { s.Name = "Mine" }); err != nil {
			t.Fatal(err)
		}
		if err := edit(1, func(s *adtally.SourceRecord) { s.Name = "Theirs" }); codeOf(err) != "stale_edit" {
			t.Errorf("a change of what was changed meanwhile: %v", err)
		}
		if _, err := db.Source(ctx, "none"); adtally.FaultOf(err).Code != "not_found" {
			t.Errorf("a source that is not there: %v", err)
		}
		if err := edit(2, func(s *adtally.SourceRecord) { s.Deleted = moment }); err != nil {
			t.Fatal(err)
		}
		here, _ := db.Sources(ctx, false)
		gone, _ := db.Sources(ctx, true)
		if len(here) != 0 || len(gone) != 1 || gone[0].Name != "Mine" {
			t.Errorf("sources %v, deleted %v", here, gone)
		}
	})
}

func TestRequestRun_OnePerLane(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		var placed atomic.Int32
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				_, ok, err := db.RequestRun(ctx, adtally.RunRequest{ID: string(rune('a' + i)), Source: "s1", Trigger: adtally.ByHand, At: moment})
				if err != nil {
					t.Error(err)
				}
				if ok {
					placed.Add(1)
				}
			})
		}
		wg.Wait()
		if placed.Load() != 1 {
			t.Errorf("%d runs are on", placed.Load())
		}
		if due, err := db.DueSources(ctx, moment.Add(time.Hour), 9); err != nil || len(due) != 0 {
			t.Errorf("a source with a run on is due: %v, %v", due, err)
		}
		b, ok, err := db.RequestRun(ctx, adtally.RunRequest{ID: "fill", Source: "s1", Trigger: adtally.ByBackfill, Key: "k", RunScope: adtally.RunScope{Tables: []string{"ads"}, Reread: true}, At: moment})
		if err != nil || !ok {
			t.Fatalf("a backfill beside it: %v", err)
		}
		same(t, "its extent", b.RunScope, adtally.RunScope{Tables: []string{"ads"}, Reread: true})
		again, ok, err := db.RequestRun(ctx, adtally.RunRequest{ID: "fill2", Source: "s1", Trigger: adtally.ByBackfill, Key: "k", At: moment})
		if err != nil || ok || again.ID != "fill" {
			t.Errorf("the same order again: %+v, %t, %v", again.Run, ok, err)
		}
		if all, err := db.Runs(ctx, adtally.RunFilter{Source: "s1", Limit: 9}); err != nil || len(all) != 2 || all[0].ID != "fill" {
			t.Errorf("runs %v, %v", all, err)
		}
		if all, err := db.Runs(ctx, adtally.RunFilter{Before: "fill", Limit: 9}); err != nil || len(all) != 1 {
			t.Errorf("runs before the last %v, %v", all, err)
		}
	})
}

// A step has one holder; who lost it can neither renew, nor hold,
// nor leave it.
func TestLeaseStep_OneHolder(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		args := readyOne(t, db)
		const lease = time.Second
		first, err := db.LeaseStep(ctx, args, "w1", lease, moment)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.LeaseStep(ctx, args, "w2", lease, moment); !errors.Is(err, adtally.ErrNotHeld) {
			t.Errorf("a second claim: %v", err)
		}
		if err := db.Held(ctx, first, 0); err != nil {
			t.Errorf("its holder: %v", err)
		}
		if err := db.Held(ctx, first, time.Hour); !errors.Is(err, adtally.ErrNotHeld) {
			t.Errorf("for an hour more: %v", err)
		}
		freed := int64(0)
		for range 2000 {
			if freed, err = db.Free(ctx); freed > 0 || err != nil {
				break
			}
			time.Sleep(5 * time.Millisecond) // the database's clock cannot be changed
		}
		if freed != 1 || err != nil {
			t.Fatalf("%d were freed, %v", freed, err)
		}
		next := args
		next.Generation++
		second, err := db.LeaseStep(ctx, next, "w2", time.Hour, moment)
		if err != nil {
			t.Fatalf("after the first died: %v", err)
		}
		for what, err := range map[string]error{"renewed": db.RenewLease(ctx, first, time.Hour), "held": db.Held(ctx, first, 0), "left": db.ReleaseStep(ctx, first, adtally.StepResult{State: adtally.Finished}, moment)} {
			if !errors.Is(err, adtally.ErrNotHeld) {
				t.Errorf("%s by who lost it: %v", what, err)
			}
		}
		if err := db.RenewLease(ctx, second, time.Hour); err != nil {
			t.Error(err)
		}
		if err := db.ReleaseStep(ctx, second, adtally.StepResult{State: adtally.Waiting, NotBefore: moment.Add(time.Hour), Tries: 2}, moment); err != nil {
			t.Fatal(err)
		}
		if ready, err := db.Ready(ctx, moment, 9); err != nil || len(ready) != 0 {
			t.Errorf("before its time: %v, %v", ready, err)
		}
		if ready, err := db.Ready(ctx, moment.Add(time.Hour), 9); err != nil || len(ready) != 1 || ready[0].Generation != 2 {
			t.Errorf("at its time: %v, %v", ready, err)
		}
	})
}

func readyOne(t *testing.T, db *store.DB) adtally.JobArgs {
	t.Helper()
	if _, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.BySchedule, At: moment}); err != nil {
		t.Fatal(err)
	}
	ready, err := db.Ready(ctx, moment, 9)
	if err != nil || len(ready) != 1 {
		t.Fatal(ready, err)
	}
	return ready[0]
}

func TestLeaseStep_OneWorkerPerAccount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		for _, o := range []adtally.RunRequest{{ID: "r1", Trigger: adtally.BySchedule}, {ID: "r2", Trigger: adtally.ByBackfill}} {
			o.Source, o.At = "s1", moment
			if _, _, err := db.RequestRun(ctx, o); err != nil {
				t.Fatal(err)
			}
			if err := db.AddSteps(ctx, o.ID, []adtally.Account{{ID: "7", Zone: "UTC"}, {ID: "8", Zone: "UTC"}}); err != nil {
				t.Fatal(err)
			}
		}
		claim := func(run, account string) error {
			_, err := db.LeaseStep(ctx, adtally.JobArgs{Run: run, Account: account}, "w-"+run, time.Hour, moment)
			return err
		}
		if err := claim("r1", "7"); err != nil {
			t.Fatal(err)
		}
		if err := claim("r2", "7"); !errors.Is(err, adtally.ErrNotHeld) {
			t.Errorf("the same account in another run: %v", err)
		}
		if err := claim("r2", "8"); err != nil {
			t.Errorf("another account: %v", err)
		}
	})
}

func TestConclude_WorstFault(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		args := readyOne(t, db)
		first, err := db.LeaseStep(ctx, args, "w", time.Hour, moment)
		if err != nil {
			t.Fatal(err)
		}
		accounts := []adtally.Account{{ID: "7"}, {ID: "8"}}
		if err := errors.Join(db.AddSteps(ctx, "r1", accounts), db.ReleaseStep(ctx, first, adtally.StepResult{State: adtally.Finished}, moment)); err != nil {
			t.Fatal(err)
		}
		faults := map[string]*adtally.Fault{"7": {Act: adtally.Retry, Code: "x", Message: "Later"}, "8": {Act: adtally.Reconnect, Code: "y", Message: "Dead"}}
		for _, a := range accounts {
			if ended, err := db.Conclude(ctx, "r1", moment, unmoved); ended || err != nil {
				t.Fatalf("ended early: %t, %v", ended, err)
			}
			c, err := db.LeaseStep(ctx, adtally.JobArgs{Run: "r1", Account: a.ID}, "w", time.Hour, moment)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.ReleaseStep(ctx, c, adtally.StepResult{State: adtally.Failed, Rows: 3, Fault: faults[a.ID]}, moment); err != nil {
				t.Fatal(err)
			}
		}
		if idle, err := db.Idle(ctx); err != nil || len(idle) != 1 {
			t.Errorf("idle runs: %v, %v", idle, err)
		}
		ended, err := db.Conclude(ctx, "r1", moment.Add(time.Minute), slower)
		run, unread := db.Run(ctx, "r1")
		if err != nil || unread != nil || !ended || run.State != adtally.Failed || run.Error != "Dead" || run.Active {
			t.Errorf("%+v, %t, %v", run, ended, err)
		}
		if ended, err := db.Conclude(ctx, "r1", moment, unmoved); ended || err != nil {
			t.Errorf("it ended twice: %v", err)
		}
		source, err := db.Source(ctx, "s1")
		log, unread := db.Log(ctx, "r1", 0, 10)
		if err != nil || unread != nil || source.Failures != 9 || len(log) != 1 || log[0].Code != "slower" {
			t.Errorf("the source %+v, the log %+v, %v, %v", source, log, err, unread)
		}
	})
}

// slower sets nine failures, so that a missing change is noticed.
func slower(r adtally.RunRecord, steps []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
	if len(steps) == 3 && !r.Active {
		s.Failures = 9
	}
	return s, adtally.LogLine{Run: r.ID, At: moment, Level: "info", Code: "slower"}
}

func unmoved(r adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
	return s, adtally.LogLine{Run: r.ID, At: moment, Level: "info", Code: "unmoved"}
}

func TestCancel_EndsTheRun(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		c, err := db.LeaseStep(ctx, readyOne(t, db), "w", time.Hour, moment)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.AddSteps(ctx, "r1", []adtally.Account{{ID: "7"}}), db.Cancel(ctx, "r1", moment, auditEntry("run.cancel"))); err != nil {
			t.Fatal(err)
		}
		if err := db.RenewLease(ctx, c, time.Hour); !errors.Is(err, adtally.ErrCancelled) {
			t.Errorf("the holder learns %v", err)
		}
		if err := db.ReleaseStep(ctx, c, adtally.StepResult{State: adtally.Interrupted}, moment); err != nil {
			t.Fatal(err)
		}
		ended, err := db.Conclude(ctx, "r1", moment, unmoved)
		run, unread := db.Run(ctx, "r1")
		if err != nil || unread != nil || !ended || run.State != adtally.Interrupted {
			t.Errorf("%+v, %t, %v", run, ended, err)
		}
		if err := db.Cancel(ctx, "r1", moment, auditEntry("run.cancel")); adtally.FaultOf(err).Code != "not_running" {
			t.Errorf("cancelled twice: %v", err)
		}
	})
}

func TestLog_ContinuesAndIsPruned(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		for i := range 3 {
			if err := db.AppendLog(ctx, adtally.LogLine{Run: "r", At: moment.Add(time.Duration(i) * time.Hour), Level: "info", Message: string(rune('a' + i))}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := db.Log(ctx, "r", 0, 2)
		if err != nil || len(all) != 2 || all[0].Message != "a" {
			t.Fatal(all, err)
		}
		rest, err := db.Log(ctx, "r", all[1].Seq, 9)
		if err != nil || len(rest) != 1 || rest[0].Message != "c" {
			t.Error(rest, err)
		}
		if n, err := db.PruneLog(ctx, moment.Add(90*time.Minute)); err != nil || n != 2 {
			t.Errorf("%d lines were forgotten, %v", n, err)
		}
		w := adtally.Worker{ID: "w", Host: "h", Version: "v", Started: moment, Seen: moment}
		if err := db.Beat(ctx, w); err != nil {
			t.Fatal(err)
		}
		if there, err := db.Workers(ctx, moment); err != nil || len(there) != 1 || there[0] != w {
			t.Errorf("workers %v, %v", there, err)
		}
	})
}
