package jobs_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"adtally"
	"adtally/internal/jobs"
	"adtally/internal/store"
)

// Values that could not be loaded in an earlier share of a step, or by a dead worker,
// count too; the step is not repeated for them.
func TestWorker_QuarantineMakesStepIncomplete(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database, queue string) {
		addSource(t, database, "s1")
		work := newRunner(2, 1)
		c := start(t, "w", database, queue, work, func(f *jobs.Scheduler) { f.Runner = losing{work, f.Store.(*store.DB)} })
		run := ended(t, database, 1)[0]
		if run.State != adtally.Incomplete || run.Error != "3 values of act_1 could not be loaded" {
			t.Errorf("%s: %s", run.State, run.Error)
		}
		db := c.Store.(*store.DB)
		steps, err := db.Steps(t.Context(), run.ID)
		if err != nil || len(steps) != 3 {
			t.Fatal(steps, err)
		}
		one, two := steps[1], steps[2]
		if one.State != adtally.Incomplete || one.Quarantined != 3 || one.Fault == nil || one.Fault.Code != "quarantined" || one.Tries != 0 || work.done["1"] != 1 {
			t.Errorf("%+v, %v", one, work.done)
		}
		if two.State != adtally.Finished || two.Fault != nil {
			t.Errorf("%+v", two)
		}
		s, err := db.Source(t.Context(), "s1")
		if err != nil || s.Failures != 0 || s.LastGood.IsZero() || s.Fault == nil || s.Fault.Code != "quarantined" || s.Next.Before(time.Now().Add(50*time.Minute)) {
			t.Errorf("%+v, %v", s, err)
		}
		log, err := db.Log(t.Context(), run.ID, 0, 100)
		ended := func(l adtally.LogLine) bool {
			return l.Level == "warn" && l.Message == "The run ended: incomplete. 3 values of act_1 could not be loaded."
		}
		if err != nil || !slices.ContainsFunc(log, ended) {
			t.Errorf("%+v, %v", log, err)
		}
	})
}

// Data that the platform returns on a later day delays neither the run nor the source;
// a later run reads it.
func TestWorker_LongWaitIsLeftToLaterRun(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database, queue string) {
		addSource(t, database, "s1")
		work := newRunner(2, 2)
		work.fault["2"] = &adtally.Fault{Act: adtally.Wait, Code: "reach_quota", Message: "Tomorrow", Until: time.Now().Add(24 * time.Hour).Truncate(time.Microsecond)}
		c := start(t, "w", database, queue, work, nil)
		run := ended(t, database, 1)[0]
		db := c.Store.(*store.DB)
		s, err := db.Source(t.Context(), "s1")
		steps, _ := db.Steps(t.Context(), run.ID)
		if last := steps[len(steps)-1]; last.State != adtally.Incomplete || time.Until(last.Fault.Until) < 23*time.Hour {
			t.Errorf("%+v", last)
		}
		if err != nil || run.State != adtally.Incomplete || run.Error != "Tomorrow" || work.done["1"] != 2 {
			t.Errorf("%+v, %v, %v", run, work.done, err)
		}
		if s.Next.After(time.Now().Add(time.Hour)) || s.LastGood.IsZero() || s.Failures != 0 || s.Fault == nil || s.Fault.Code != "reach_quota" {
			t.Errorf("%+v", s)
		}
	})
}

// losing is a runner whose database has quarantined values of account 1 that this
// share of the step does not report.
type losing struct {
	*runner
	db *store.DB
}

func (l losing) RunStep(ctx context.Context, r adtally.RunRecord, s adtally.Step, h jobs.Hold) (adtally.Done, error) {
	if s.Account.ID == "1" {
		o := adtally.Outcome{Slice: adtally.Slice{Stream: "t", Account: "1"}, Load: "of a dead worker", Quarantined: 3}
		if err := l.db.SaveOutcome(ctx, s.Run, o); err != nil {
			return adtally.Done{}, err
		}
	}
	return l.runner.RunStep(ctx, r, s, h)
}

// A source whose last run could not load some values is as fresh as after a good run,
// and says since when.
func TestPace_IncompleteRunKeepsInterval(t *testing.T) {
	t.Parallel()
	run := adtally.RunRecord{Run: adtally.Run{State: adtally.Incomplete, Started: noon}}
	s := adtally.SourceRecord{Source: adtally.Source{Every: time.Hour}, Failures: 4, Why: "It failed.", Failing: noon.Add(-time.Hour), Fault: &adtally.Fault{Code: "x"}}
	first, second := noon.Add(time.Minute), noon.Add(2*time.Minute)
	s = jobs.Pace(s, run, adtally.NotLoaded("1", 3), first)
	s = jobs.Pace(s, run, adtally.NotLoaded("1", 4), second)
	if s.Next != noon.Add(time.Hour) || s.Failures != 0 || s.Why != "" || s.LastGood != second || s.Failing != first || s.Fault.Message != "4 values of act_1 could not be loaded" || s.Stage != adtally.Steady {
		t.Errorf("%+v", s)
	}
	s = jobs.Pace(s, failed(), &adtally.Fault{Act: adtally.Retry, Code: "x"}, second)
	if s.Failures != 1 || s.Failing != second {
		t.Errorf("after a failure: %+v", s)
	}
}
