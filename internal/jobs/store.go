package jobs

import (
	"context"
	"time"

	"adtally"
)

// Steps stores steps.
type Steps interface {
	// Ready returns steps that may start, the longest waiting first.
	Ready(ctx context.Context, now time.Time, limit int) ([]adtally.JobArgs, error)
	// LeaseStep leases a step; adtally.ErrNotHeld = it is not available.
	LeaseStep(ctx context.Context, t adtally.JobArgs, worker string, lease time.Duration, now time.Time) (adtally.Lease, error)
	// ReleaseStep gives a step back with its result.
	ReleaseStep(ctx context.Context, c adtally.Lease, e adtally.StepResult, now time.Time) error
	// Quarantined is the number of values of a step that could not be loaded, over all its
	// shares.
	Quarantined(ctx context.Context, run, account string) (int64, error)
	// Free releases the steps of workers whose lease has expired.
	Free(ctx context.Context) (int64, error)
}

// Leases are the operations of a worker on a step that it holds.
type Leases interface {
	RenewLease(ctx context.Context, c adtally.Lease, lease time.Duration) error
	Held(ctx context.Context, c adtally.Lease, margin time.Duration) error
}

// Runs stores runs.
type Runs interface {
	RequestRun(ctx context.Context, o adtally.RunRequest, entries ...adtally.AuditEntry) (adtally.RunRecord, bool, error)
	Run(ctx context.Context, id string) (adtally.RunRecord, error)
	AddSteps(ctx context.Context, run string, accounts []adtally.Account) error
	// Conclude ends a run without open steps, as judge decides.
	Conclude(ctx context.Context, run string, now time.Time, judge adtally.Judge) (bool, error)
	// Idle returns active runs without open steps.
	Idle(ctx context.Context) ([]string, error)
}

// Sources stores when sources are due.
type Sources interface {
	DueSources(ctx context.Context, now time.Time, limit int) ([]adtally.SourceRecord, error)
}

// Log stores what people read about runs.
type Log interface {
	AppendLog(ctx context.Context, lines ...adtally.LogLine) error
	PruneLog(ctx context.Context, before time.Time) (int64, error)
	Beat(ctx context.Context, w adtally.Worker) error
}

// Store combines all of these; *store.DB implements it.
type Store interface {
	Steps
	Leases
	Runs
	Sources
	Log
}

// Hold lets a Runner check its worker's lease of the step.
type Hold struct {
	// Enough reports that the share is used up: do not start another slice.
	Enough func() bool
	// Still must be called before every commit; an error means that another worker has the
	// step.
	Still func(context.Context) error
}

// Runner does the work of steps.
type Runner interface {
	// DiscoverAccounts returns the accounts of a run.
	DiscoverAccounts(ctx context.Context, r adtally.RunRecord) ([]adtally.Account, error)
	// RunStep brings one account up to date, or a share of it.
	RunStep(ctx context.Context, r adtally.RunRecord, s adtally.Step, h Hold) (adtally.Done, error)
}

// Queue delivers jobs to workers on any machine. Queuing the same job twice queues it
// once.
type Queue interface {
	Put(ctx context.Context, jobs []adtally.JobArgs) error
}
