package jobs_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"adtally"
	"adtally/internal/jobs"
	"adtally/internal/store"
)

// fullDisk is a runner whose warehouse has no space left.
type fullDisk struct{ *runner }

func (fullDisk) RunStep(context.Context, adtally.RunRecord, adtally.Step, jobs.Hold) (adtally.Done, error) {
	return adtally.Done{}, fmt.Errorf("spill rows: %w", syscall.ENOSPC)
}

// A full disk shows in the step, the run and the source, and so in the alerts.
func TestFullDisk_ShowsInRunAndSource(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "adtally.db")
	addSource(t, database, "s1")
	c := start(t, "w", database, filepath.Join(t.TempDir(), "queue.db"), newRunner(1, 1), func(f *jobs.Scheduler) { f.Runner = fullDisk{newRunner(1, 1)} })
	run := ended(t, database, 1)[0]
	if run.State != adtally.Failed || run.Error != "The disk of this machine is full" {
		t.Errorf("the run: %+v", run)
	}
	db := c.Store.(*store.DB)
	steps, err := db.Steps(t.Context(), run.ID)
	if err != nil || len(steps) != 2 || steps[1].Fault == nil || steps[1].Fault.Code != adtally.CodeDiskFull || steps[1].Fault.Act != adtally.Configure {
		t.Errorf("the steps: %+v, %v", steps, err)
	}
	s, err := db.Source(t.Context(), "s1")
	if err != nil || s.Fault == nil || s.Fault.Code != adtally.CodeDiskFull || s.Fault.Hint == "" || s.Failing.IsZero() {
		t.Errorf("the source: %+v, %v", s.Fault, err)
	}
}

// fullLedger is a database on a disk that is full for a while.
type fullStore struct {
	*store.DB
	full *atomic.Bool
}

func (l fullStore) room() error {
	if l.full.Load() {
		return adtally.DiskFull("the state file x", syscall.ENOSPC)
	}
	return nil
}

func (l fullStore) Beat(ctx context.Context, w adtally.Worker) error {
	if err := l.room(); err != nil {
		return err
	}
	return l.DB.Beat(ctx, w)
}

func (l fullStore) ReleaseStep(ctx context.Context, c adtally.Lease, e adtally.StepResult, now time.Time) error {
	if err := l.room(); err != nil {
		return err
	}
	return l.DB.ReleaseStep(ctx, c, e, now)
}

// While the database cannot be written, the service says that it is not fit, and reports
// it; with room again the run goes on, and its log says what it was.
func TestAFullDisk_OfTheDatabaseIsLoggedLater(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "adtally.db")
	addSource(t, database, "s1")
	work := newRunner(1, 1)
	work.began = make(chan string, 10)
	var full atomic.Bool
	reported := make(chan error, 1000)
	c := start(t, "w", database, filepath.Join(t.TempDir(), "queue.db"), work, func(f *jobs.Scheduler) {
		f.Store, f.Report = fullStore{f.Store.(*store.DB), &full}, func(err error) {
			select {
			case reported <- err:
			default:
			}
		}
		work.slow = 300 * time.Millisecond
	})
	<-work.began
	full.Store(true)
	for err := range reported {
		if strings.Contains(err.Error(), "work on a step") {
			if f := adtally.FaultOf(err); f.Code != adtally.CodeDiskFull {
				t.Errorf("it reports %v", err)
			}
			break
		}
	}
	if f := adtally.FaultOf(c.Fit(t.Context())); f == nil || f.Code != adtally.CodeDiskFull {
		t.Errorf("it is fit: %v", f)
	}
	full.Store(false)
	run := ended(t, database, 1)[0]
	if err := c.Fit(t.Context()); run.State != adtally.Finished || err != nil {
		t.Errorf("with room: %+v, %v", run, err)
	}
	lines, err := c.Store.(fullStore).SearchLog(t.Context(), run.ID, adtally.LogQuery{Text: "could not be stored"}, 0, 9)
	if err != nil || len(lines) != 1 || lines[0].Code != adtally.CodeDiskFull || !strings.Contains(lines[0].Message, "The disk of the state file x is full") {
		t.Errorf("the log says %+v, %v", lines, err)
	}
}

// A run whose service is stopped says so, until a service goes on with it.
func TestAStoppedService_IsNotedInTheRun(t *testing.T) {
	t.Parallel()
	database, queue := filepath.Join(t.TempDir(), "adtally.db"), filepath.Join(t.TempDir(), "queue.db")
	addSource(t, database, "s1")
	work := newRunner(1, 10_000)
	work.slow, work.began = 10*time.Millisecond, make(chan string, 10)
	c := start(t, "w", database, queue, work, nil)
	<-work.began
	c.stop()
	db, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	runs, err := db.Runs(t.Context(), adtally.RunFilter{Source: "s1", Limit: 1})
	if err != nil || len(runs) != 1 || !runs[0].Active || runs[0].Error != "The service on h was stopped; the run continues when a service is running again" {
		t.Fatalf("%+v, %v", runs, err)
	}
	if lines, err := db.SearchLog(t.Context(), runs[0].ID, adtally.LogQuery{Text: "was stopped"}, 0, 9); err != nil || len(lines) != 1 || lines[0].Code != "stopped" {
		t.Errorf("the log says %+v, %v", lines, err)
	}
}
