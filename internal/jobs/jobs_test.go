package jobs_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/jobs"
	"adtally/internal/postgrestest"
	"adtally/internal/store"
	"adtally/internal/store/storetest"
)

// onBoth runs a test with both databases: the database's and the queue's address.
func onBoth(t *testing.T, test func(t *testing.T, database, queue string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, storetest.File(t), filepath.Join(t.TempDir(), "queue.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		dsn := storetest.Server(t)
		test(t, dsn, dsn)
	})
}

// crew is one process: a scheduler, its queue and its workers.
type crew struct {
	*jobs.Scheduler
	place *jobs.QueueDB
	stop  func()
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func start(t *testing.T, name, database, queue string, work *runner, change func(*jobs.Scheduler)) *crew {
	t.Helper()
	db, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	ids := 0
	var mu sync.Mutex
	f := &jobs.Scheduler{Store: db, Runner: work, Worker: adtally.Worker{ID: name, Host: "h"}, Now: time.Now,
		NewID:  func() string { mu.Lock(); defer mu.Unlock(); ids++; return fmt.Sprint(name, "-", ids) },
		Report: func(err error) { t.Error(err) }, Tick: 50 * time.Millisecond, Lease: 2 * time.Second}
	if change != nil {
		change(f)
	}
	place, err := jobs.Open(t.Context(), queue, jobs.RiverOptions{ID: name, Workers: 4, Work: f.Work, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	f.Queue = place
	ctx, cancel := context.WithCancel(context.Background())
	if err := place.Start(ctx); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = f.Run(ctx) }()
	c := &crew{Scheduler: f, place: place}
	c.stop = sync.OnceFunc(func() {
		cancel()
		<-ended
		stopping, stop := context.WithTimeout(context.Background(), 20*time.Second)
		defer stop()
		if err := place.Stop(stopping); err != nil {
			t.Error(err)
		}
		if err := place.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(c.stop)
	return c
}

func addSource(t *testing.T, database, id string) {
	t.Helper()
	db, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := adtally.SourceRecord{Source: adtally.Source{ID: id, Connector: "fake", Dataset: id, Credential: "c", Every: time.Hour}, Stage: adtally.InitialLoad, Created: time.Now(), Next: time.Now()}
	if err := db.AddSource(t.Context(), s, adtally.Handover{}, adtally.AuditEntry{ID: "d-" + id, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
}

// ended waits until so many runs have ended, and gives them.
func ended(t *testing.T, database string, n int) []adtally.RunRecord {
	t.Helper()
	db, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 1200 {
		all, err := db.Runs(t.Context(), adtally.RunFilter{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		over := 0
		for _, r := range all {
			if !r.Active {
				over++
			}
		}
		if over >= n {
			return all
		}
		time.Sleep(50 * time.Millisecond) // bounded: a minute
	}
	t.Fatalf("%d runs have not ended within a minute", n)
	return nil
}

// What is due becomes a run; every slice is done once, by shares, and
// the source is due again after its time.
func TestScheduler_RunsDueSources(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database, queue string) {
		addSource(t, database, "s1")
		work := newRunner(5, 6)
		work.slow = 10 * time.Millisecond
		c := start(t, "w", database, queue, work, func(f *jobs.Scheduler) { f.Share, work.store = 20*time.Millisecond, f.Store.(*store.DB) })
		runs := ended(t, database, 1)
		if len(runs) != 1 || runs[0].State != adtally.Finished {
			t.Fatalf("runs %+v", runs)
		}
		db := c.Store.(*store.DB)
		s, err := db.Source(t.Context(), "s1")
		if err != nil || s.Next.Before(time.Now().Add(50*time.Minute)) || s.Stage != adtally.Steady || s.LastGood.IsZero() {
			t.Errorf("%+v, %v", s, err)
		}
		steps, err := db.Steps(t.Context(), runs[0].ID)
		if err != nil || len(steps) != 6 {
			t.Fatalf("%d steps, %v", len(steps), err)
		}
		for _, st := range steps[1:] {
			if st.Rows != 60 || st.Slices != 6 || st.Left != 0 || st.State != adtally.Finished {
				t.Errorf("%+v", st)
			}
			if work.done[st.Step.Account.ID] != 6 {
				t.Errorf("account %s: %d slices were done", st.Step.Account.ID, work.done[st.Step.Account.ID])
			}
		}
	})
}

// What waits for the platform goes on at its time, and nothing else
// waits for it; what only a person can mend fails alone.
func TestScheduler_AccountsWaitAndFailAlone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database, queue string) {
		addSource(t, database, "s1")
		work := newRunner(4, 2)
		until := time.Now().Add(3 * time.Second).Truncate(time.Microsecond)
		work.fault["2"] = &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "Wait", Until: until}
		work.fault["3"] = &adtally.Fault{Act: adtally.Configure, Code: "no_access", Message: "Closed"}
		c := start(t, "w", database, queue, work, nil)
		run := ended(t, database, 1)[0]
		if run.State != adtally.Failed || run.Error != "Closed" {
			t.Errorf("%+v", run)
		}
		steps, err := c.Store.(*store.DB).Steps(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range steps[1:] {
			want := adtally.Finished
			if st.Step.Account.ID == "3" {
				want = adtally.Failed
			}
			if st.State != want {
				t.Errorf("account %s: %s", st.Step.Account.ID, st.State)
			}
			if st.Step.Account.ID == "2" && st.Ended.Before(until) {
				t.Errorf("it ended at %s, and was to wait until %s", st.Ended, until)
			}
		}
	})
}

// A cancelled run ends, and what it was doing is not a failure.
func TestScheduler_CancelStopsTheRun(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database, queue string) {
		addSource(t, database, "s1")
		work := newRunner(3, 10_000)
		work.began = make(chan string, 10)
		c := start(t, "w", database, queue, work, nil)
		<-work.began
		db := c.Store.(*store.DB)
		runs, err := db.Runs(t.Context(), adtally.RunFilter{Source: "s1", Limit: 1})
		if err != nil || len(runs) != 1 {
			t.Fatal(runs, err)
		}
		if err := db.Cancel(t.Context(), runs[0].ID, time.Now(), adtally.AuditEntry{ID: "d", At: time.Now(), Name: "Ana", What: "run.cancel", Object: "run:" + runs[0].ID}); err != nil {
			t.Fatal(err)
		}
		run := ended(t, database, 1)[0]
		s, err := db.Source(t.Context(), "s1")
		if run.State != adtally.Interrupted || run.Error != "It was cancelled by Ana" || err != nil || s.Failures != 0 {
			t.Errorf("%+v, %+v, %v", run, s, err)
		}
	})
}

// Two workers and forty sources: no account is worked on by two at once, and
// every slice is done exactly once; a stopped worker leaves its work to the
// other one.
func TestScheduler_OneWorkerPerStep(t *testing.T) {
	t.Parallel()
	dsn := postgrestest.Start(t)
	const sources = 40
	for i := range sources {
		addSource(t, dsn, fmt.Sprintf("s%02d", i))
	}
	work := newRunner(1, 8)
	work.slow = 5 * time.Millisecond
	perRun := &perSource{runner: work, all: map[string]*runner{}}
	a := start(t, "a", dsn, dsn, work, func(f *jobs.Scheduler) { f.Runner = perRun.named("a") })
	start(t, "b", dsn, dsn, work, func(f *jobs.Scheduler) { f.Runner = perRun.named("b") })
	perRun.wait(t, "a")
	a.stop()
	runs := ended(t, dsn, sources)
	if len(runs) != sources {
		t.Fatalf("%d runs", len(runs))
	}
	for _, r := range runs {
		if r.State != adtally.Finished {
			t.Errorf("%s: %s %s", r.Source, r.State, r.Error)
		}
	}
	workers := map[string]bool{}
	for name, c := range perRun.all {
		if c.done["1"] != 8 || len(c.twice) > 0 {
			t.Errorf("%s: %d slices, met %v", name, c.done["1"], c.twice)
		}
		for _, w := range c.took["1"] {
			workers[w] = true
		}
	}
	if len(perRun.all) != sources || len(workers) != 2 {
		t.Errorf("%d sources, worked on by %v", len(perRun.all), workers)
	}
}

// perSource separates the work by source and records the worker.
type perSource struct {
	*runner
	mu  sync.Mutex
	all map[string]*runner
}

// wait waits until a worker has done something.
func (p *perSource) wait(t *testing.T, name string) {
	t.Helper()
	for range 2000 {
		p.mu.Lock()
		for _, c := range p.all {
			c.mu.Lock()
			did := slices.Contains(c.took["1"], name)
			c.mu.Unlock()
			if did {
				p.mu.Unlock()
				return
			}
		}
		p.mu.Unlock()
		time.Sleep(10 * time.Millisecond) // bounded: 20 s
	}
	t.Fatalf("%s does nothing", name)
}

type namedCarrier struct {
	of   *perSource
	name string
}

func (p *perSource) named(name string) namedCarrier { return namedCarrier{p, name} }

func (n namedCarrier) DiscoverAccounts(ctx context.Context, r adtally.RunRecord) ([]adtally.Account, error) {
	return n.of.DiscoverAccounts(ctx, r)
}

func (n namedCarrier) RunStep(ctx context.Context, r adtally.RunRecord, s adtally.Step, h jobs.Hold) (adtally.Done, error) {
	n.of.mu.Lock()
	c := n.of.all[r.Source]
	if c == nil {
		c = newRunner(1, 8)
		c.slow, c.beside = n.of.slow, &sync.Map{}
		n.of.all[r.Source] = c
	}
	n.of.mu.Unlock()
	c.mu.Lock()
	c.name = n.name
	c.mu.Unlock()
	return c.RunStep(ctx, r, s, h)
}
