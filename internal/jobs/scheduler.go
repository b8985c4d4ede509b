package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"adtally"
)

// Scheduler starts runs of due sources and queues their steps. Every worker process
// has one; they coordinate only through the database, so that any of them may die.
type Scheduler struct {
	Store  Store
	Queue  Queue
	Runner Runner
	Worker adtally.Worker // this process
	Now    func() time.Time
	NewID  func() string
	Report func(error) // receives errors that have no caller

	Tick  time.Duration // interval; 0 = 2 s
	Lease time.Duration // term of a step's lease; 0 = 20 s
	Share time.Duration // how long a worker starts slices of one step; 0 = 2 min

	late late
}

// Defaults. An expired lease is noticed within a tick, so that the work of a dead
// worker continues after half a minute at most.
const (
	usualTick  = 2 * time.Second
	usualLease = 20 * time.Second
	usualShare = 2 * time.Minute
)

func or(d, usual time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return usual
}

// Run works until ctx ends.
func (f *Scheduler) Run(ctx context.Context) error {
	ticker := time.NewTicker(or(f.Tick, usualTick))
	defer ticker.Stop()
	for {
		if err := f.RunOnce(ctx); err != nil && ctx.Err() == nil {
			f.Report(fmt.Errorf("look for what is due: %w", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// atOnce limits one pass; the next one continues.
const atOnce = 200

// shortestInterval is the shortest sync interval.
const shortestInterval = 5 * time.Minute

// logLife is how long the log of a run is kept.
const logLife = 30 * 24 * time.Hour

// RunOnce does one pass: it starts runs, frees the steps of dead workers, ends runs
// whose last worker died, and queues the steps that are ready.
func (f *Scheduler) RunOnce(ctx context.Context) error {
	now := f.Now()
	w := f.Worker
	w.Seen = now
	beat := f.late.beat(f.Store.Beat(ctx, w))
	_, forget := f.Store.PruneLog(ctx, now.Add(-logLife))
	_, free := f.Store.Free(ctx)
	return errors.Join(beat, f.late.tell(ctx, f.Store), forget, free, f.begin(ctx, now), f.end(ctx), f.hand(ctx, now))
}

func (f *Scheduler) begin(ctx context.Context, now time.Time) error {
	due, err := f.Store.DueSources(ctx, now, atOnce)
	for _, s := range due {
		o := adtally.RunRequest{ID: f.NewID(), Source: s.ID, Trigger: adtally.BySchedule, At: now, Next: now.Add(max(s.Every, shortestInterval))}
		if _, _, placed := f.Store.RequestRun(ctx, o); placed != nil {
			err = errors.Join(err, placed)
		}
	}
	return err
}

func (f *Scheduler) end(ctx context.Context) error {
	idle, err := f.Store.Idle(ctx)
	for _, id := range idle {
		err = errors.Join(err, f.conclude(ctx, id))
	}
	return err
}

func (f *Scheduler) hand(ctx context.Context, now time.Time) error {
	ready, err := f.Store.Ready(ctx, now, atOnce)
	if err != nil || len(ready) == 0 {
		return err
	}
	return f.Queue.Put(ctx, ready)
}

// conclude ends a run without open steps, and sets when its source is due.
func (f *Scheduler) conclude(ctx context.Context, id string) error {
	now := f.Now()
	_, err := f.Store.Conclude(ctx, id, now, func(r adtally.RunRecord, steps []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		worst := worstOf(steps)
		if r.Trigger != adtally.ByBackfill {
			s = Pace(s, r, worst, now)
		}
		return s, lastLine(r, worst, now)
	})
	return err
}

func lastLine(r adtally.RunRecord, worst *adtally.Fault, now time.Time) adtally.LogLine {
	l := adtally.LogLine{Run: r.ID, At: now, Level: "info", Code: "run_ended", Message: fmt.Sprintf("The run ended: %s.", r.State)}
	switch {
	case r.State == adtally.Interrupted && r.Error != "":
		l.Message += " " + r.Error + "."
	case worst != nil:
		if l.Level = "error"; r.State == adtally.Incomplete {
			l.Level = "warn"
		}
		l.Message = fmt.Sprintf("The run ended: %s. %s.", r.State, worst.Message)
	}
	return l
}

// worst orders acts by urgency for people.
var worst = []adtally.Act{adtally.Reconnect, adtally.Configure, adtally.Bug, adtally.Wait, adtally.Retry}

// worstOf returns the decisive fault: of a failed step, or else of an incomplete one.
func worstOf(steps []adtally.StepRecord) *adtally.Fault {
	for _, state := range []adtally.RunState{adtally.Failed, adtally.Incomplete} {
		for _, act := range worst {
			for _, s := range steps {
				if s.Fault != nil && s.State == state && s.Fault.Act == act {
					return s.Fault
				}
			}
		}
	}
	return nil
}
