package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"adtally"
)

// releaseTimeout is the time limit for storing a step's result and releasing the step. It
// also applies while the program shuts down.
const releaseTimeout = 10 * time.Second

// Work runs a job's step until the step ends or the worker's share of time is over. It
// returns nil if another worker has the step or the step has already ended. If the result
// cannot be stored, Work reports the error now and writes it to the run's log later.
func (f *Scheduler) Work(ctx context.Context, t adtally.JobArgs) error {
	err := f.work(ctx, t)
	if err != nil && ctx.Err() == nil {
		f.Report(fmt.Errorf("work on a step: %w", err))
		f.late.add(t, err, f.Now())
	}
	return err
}

func (f *Scheduler) work(ctx context.Context, t adtally.JobArgs) error {
	c, err := f.Store.LeaseStep(ctx, t, f.Worker.ID, or(f.Lease, usualLease), f.Now())
	if errors.Is(err, adtally.ErrNotHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	run, err := f.Store.Run(ctx, c.Run)
	if err != nil {
		return err
	}
	end := f.hold(ctx, c, run)
	// The step must be released even if the program shuts down or the run is cancelled.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer stop()
	end, counted := f.complete(ctx, c, end)
	err = errors.Join(counted, f.Store.ReleaseStep(ctx, c, end, f.Now()))
	if errors.Is(err, adtally.ErrNotHeld) {
		return nil // another worker continues it
	}
	return errors.Join(err, f.tell(ctx, c, end), f.conclude(ctx, c.Run), f.hand(ctx, f.Now()))
}

// hold runs the step and returns its result. It renews the lease until the step ends.
func (f *Scheduler) hold(ctx context.Context, c adtally.Lease, run adtally.RunRecord) adtally.StepResult {
	working, lose := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		f.renewLease(working, c, lose)
	}()
	done, err := f.runStep(working, c, run)
	cause := context.Cause(working)
	lose(nil)
	<-renewed
	switch {
	case errors.Is(cause, adtally.ErrCancelled):
		return adtally.StepResult{State: adtally.Interrupted}
	case cause != nil: // the program shuts down or has lost the lease, and another worker continues
		return adtally.StepResult{State: adtally.Waiting, Tries: c.Tries, Note: "The service on " + f.Worker.Host + " was stopped; the run continues when a service is running again"}
	}
	return ending(done, err, c.Tries, f.Now())
}

// complete marks a finished step as incomplete if some values could not be loaded. The run
// does not try the step again, because the platform would send the same values.
func (f *Scheduler) complete(ctx context.Context, c adtally.Lease, e adtally.StepResult) (adtally.StepResult, error) {
	if e.State != adtally.Finished || c.Account == "" {
		return e, nil
	}
	n, err := f.Store.Quarantined(ctx, c.Run, c.Account)
	if n > 0 {
		e.State, e.Fault = adtally.Incomplete, adtally.NotLoaded(c.Account, n)
	}
	return e, err
}

// renewLease renews the lease until working ends. It calls lose if the lease is lost or the
// run is cancelled. The lease also counts as lost if the database could not be reached for
// the length of a lease, because another worker may have the step by then.
func (f *Scheduler) renewLease(working context.Context, c adtally.Lease, lose context.CancelCauseFunc) {
	lease := or(f.Lease, usualLease)
	ticker := time.NewTicker(lease / 3)
	defer ticker.Stop()
	for last := time.Now(); ; {
		select {
		case <-working.Done():
			return
		case <-ticker.C:
		}
		err := f.Store.RenewLease(working, c, lease)
		switch {
		case err == nil:
			last = time.Now()
		case errors.Is(err, adtally.ErrNotHeld), errors.Is(err, adtally.ErrCancelled):
			lose(err)
			return
		case time.Since(last) > lease:
			lose(fmt.Errorf("%w: %w", adtally.ErrNotHeld, err))
			return
		}
	}
}

// margin is the time that a lease must still have left when a commit begins.
const margin = time.Second

func (f *Scheduler) runStep(ctx context.Context, c adtally.Lease, run adtally.RunRecord) (adtally.Done, error) {
	if c.Account == "" {
		return adtally.Done{}, f.discover(ctx, run)
	}
	began := time.Now()
	return f.Runner.RunStep(ctx, run, c.Step, Hold{
		Enough: func() bool { return time.Since(began) > or(f.Share, usualShare) },
		Still:  func(ctx context.Context) error { return f.Store.Held(ctx, c, margin) },
	})
}

// discover asks the runner for the accounts of the run and adds a step for each of them.
func (f *Scheduler) discover(ctx context.Context, run adtally.RunRecord) error {
	accounts, err := f.Runner.DiscoverAccounts(ctx, run)
	if err != nil {
		return err
	}
	if err := f.Store.AddSteps(ctx, run.ID, accounts); err != nil {
		return err
	}
	return f.Store.AppendLog(ctx, adtally.LogLine{Run: run.ID, At: f.Now(), Level: "info", Code: "run_began",
		Message: began(len(accounts))})
}

// tell writes to the run's log how a step, or a worker's share of it, ended.
func (f *Scheduler) tell(ctx context.Context, c adtally.Lease, e adtally.StepResult) error {
	l := adtally.LogLine{Run: c.Run, At: f.Now(), Level: "info", Account: c.Account, Code: "step_" + string(e.State)}
	switch {
	case e.Note != "":
		l.Level, l.Code, l.Message = "warn", "stopped", e.Note+"."
	case e.Fault != nil:
		l.Level, l.Code, l.Message = "warn", e.Fault.Code, e.Fault.Message+"."
		if e.Fault.Err != nil {
			l.Detail = e.Fault.Err.Error()
		}
		if e.State == adtally.Failed {
			l.Level = "error"
		}
	case c.Account == "":
		return nil
	case e.Left > 0:
		l.Message = fmt.Sprintf("%d slices were loaded, and %d are left.", e.Slices, e.Left)
	default:
		l.Message = fmt.Sprintf("act_%s is %s: %d rows in %d slices.", c.Account, e.State, e.Rows, e.Slices)
	}
	return f.Store.AppendLog(ctx, l)
}

// began is the first line of a run's log.
func began(accounts int) string {
	if accounts == 1 {
		return "The run began with 1 account."
	}
	return fmt.Sprintf("The run began with %d accounts.", accounts)
}
