package jobs

import (
	"context"
	"time"

	"adtally"
)

// Steps stores the steps that workers can lease.
type Steps interface {
	// Ready returns the steps that can run now, the longest waiting first.
	Ready(ctx context.Context, now time.Time, limit int) ([]adtally.JobArgs, error)
	// LeaseStep leases a step; adtally.ErrNotHeld = it is not available.
	LeaseStep(ctx context.Context, t adtally.JobArgs, worker string, lease time.Duration, now time.Time) (adtally.Lease, error)
	// ReleaseStep ends the lease.
	ReleaseStep(ctx context.Context, c adtally.Lease, e adtally.StepResult, now time.Time) error
	// Quarantined returns how many values of a step could not be loaded, over all workers.
	Quarantined(ctx context.Context, run, account string) (int64, error)
	// Free releases steps with expired leases.
	Free(ctx context.Context) (int64, error)
}

// Leases stores leases.
type Leases interface {
	RenewLease(ctx context.Context, c adtally.Lease, lease time.Duration) error
	Held(ctx context.Context, c adtally.Lease, margin time.Duration) error
}

// Runs stores runs.
type Runs interface {
	RequestRun(ctx context.Context, o adtally.RunRequest, entries ...adtally.AuditEntry) (adtally.RunRecord, bool, error)
	Run(ctx context.Context, id string) (adtally.RunRecord, error)
	AddSteps(ctx context.Context, run string, accounts []adtally.Account) error
	// Conclude ends a run without unfinished steps; judge returns the source's new status.
	Conclude(ctx context.Context, run string, now time.Time, judge adtally.Judge) (bool, error)
	// Idle returns active runs without unfinished steps.
	Idle(ctx context.Context) ([]string, error)
}

// Sources stores when sources are due.
type Sources interface {
	DueSources(ctx context.Context, now time.Time, limit int) ([]adtally.SourceRecord, error)
}

// Log stores the logs of runs.
type Log interface {
	AppendLog(ctx context.Context, lines ...adtally.LogLine) error
	PruneLog(ctx context.Context, before time.Time) (int64, error)
	Beat(ctx context.Context, w adtally.Worker) error
}

// Store is everything that the scheduler stores; *store.DB implements it.
type Store interface {
	Steps
	Leases
	Runs
	Sources
	Log
}

// Hold tells a Runner about the lease on its step.
type Hold struct {
	// Enough reports that the worker's share is over; no further slice must begin.
	Enough func() bool
	// Still must be called before every commit; an error means that the lease was lost.
	Still func(context.Context) error
}

// Runner runs steps.
type Runner interface {
	// DiscoverAccounts returns the accounts of a run.
	DiscoverAccounts(ctx context.Context, r adtally.RunRecord) ([]adtally.Account, error)
	// RunStep syncs one account until it is up to date or the share is over.
	RunStep(ctx context.Context, r adtally.RunRecord, s adtally.Step, h Hold) (adtally.Done, error)
}

// Queue hands jobs to workers on this or another machine. Put ignores a job that is already
// queued.
type Queue interface {
	Put(ctx context.Context, jobs []adtally.JobArgs) error
}
