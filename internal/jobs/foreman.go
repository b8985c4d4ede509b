package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"adtally"
)

// Foreman makes runs of what is due and hands out their steps. Every worker's
// process has one; they agree by the ledger alone, so that any of them may die.
type Foreman struct {
	Ledger  Ledger
	Queue   Queue
	Carrier Carrier
	Worker  adtally.Worker // this process
	Now     func() time.Time
	NewID   func() string
	Report  func(error) // is told what went wrong where nobody waits for an answer

	Tick  time.Duration // how often it looks; 0 = 2 s
	Lease time.Duration // how long a step is held without a word; 0 = 20 s
	Share time.Duration // for how long a worker begins slices of one step; 0 = 2 min

	late late
}

// What is used where nothing is set. A lease that is over is seen within a tick,
// so that the work of a dead worker goes on after half a minute at most.
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

// Run looks, again and again, until ctx ends.
func (f *Foreman) Run(ctx context.Context) error {
	ticker := time.NewTicker(or(f.Tick, usualTick))
	defer ticker.Stop()
	for {
		if err := f.Look(ctx); err != nil && ctx.Err() == nil {
			f.Report(fmt.Errorf("look for what is due: %w", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// atOnce bounds what one look takes on; the next one goes on.
const atOnce = 200

// shortestRhythm is how often a source is synced at most (R23).
const shortestRhythm = 5 * time.Minute

// logLife is for how long the log of a run is kept (R20).
const logLife = 30 * 24 * time.Hour

// Look does once what is due: it begins runs, takes steps away from dead workers,
// ends runs whose last worker died, and hands out what may go on.
func (f *Foreman) Look(ctx context.Context) error {
	now := f.Now()
	w := f.Worker
	w.Seen = now
	beat := f.late.beat(f.Ledger.Beat(ctx, w))
	_, forget := f.Ledger.PruneLog(ctx, now.Add(-logLife))
	_, free := f.Ledger.Free(ctx)
	return errors.Join(beat, f.late.tell(ctx, f.Ledger), forget, free, f.begin(ctx, now), f.end(ctx), f.hand(ctx, now))
}

func (f *Foreman) begin(ctx context.Context, now time.Time) error {
	due, err := f.Ledger.DueSources(ctx, now, atOnce)
	for _, s := range due {
		o := adtally.Order{ID: f.NewID(), Source: s.ID, Trigger: adtally.BySchedule, At: now, Next: now.Add(max(s.Every, shortestRhythm))}
		if _, _, placed := f.Ledger.Place(ctx, o); placed != nil {
			err = errors.Join(err, placed)
		}
	}
	return err
}

func (f *Foreman) end(ctx context.Context) error {
	idle, err := f.Ledger.Idle(ctx)
	for _, id := range idle {
		err = errors.Join(err, f.conclude(ctx, id))
	}
	return err
}

func (f *Foreman) hand(ctx context.Context, now time.Time) error {
	ready, err := f.Ledger.Ready(ctx, now, atOnce)
	if err != nil || len(ready) == 0 {
		return err
	}
	return f.Queue.Put(ctx, ready)
}

// conclude ends a run of which nothing is left, and sets when its source is due.
func (f *Foreman) conclude(ctx context.Context, id string) error {
	now := f.Now()
	_, err := f.Ledger.Conclude(ctx, id, now, func(r adtally.RunRecord, steps []adtally.StepRecord, s adtally.Standing) (adtally.Standing, adtally.LogLine) {
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

// worst orders what a person must know first.
var worst = []adtally.Act{adtally.Reconnect, adtally.Configure, adtally.Bug, adtally.Wait, adtally.Retry}

// worstOf is the fault that counts: of a step that failed, or else of one that is
// incomplete.
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
