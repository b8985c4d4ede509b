package jobs

import (
	"context"
	"time"

	"adtally"
)

// Steps is what the database knows of the steps that workers may take.
type Steps interface {
	// Ready are steps that may go on, those that wait longest first.
	Ready(ctx context.Context, now time.Time, limit int) ([]adtally.JobArgs, error)
	// LeaseStep takes a step; adtally.ErrNotHeld says that it is not to be had.
	LeaseStep(ctx context.Context, t adtally.JobArgs, worker string, lease time.Duration, now time.Time) (adtally.Lease, error)
	// ReleaseStep gives it back.
	ReleaseStep(ctx context.Context, c adtally.Lease, e adtally.StepResult, now time.Time) error
	// Quarantined is how many values of a step could not be loaded, in all its shares.
	Quarantined(ctx context.Context, run, account string) (int64, error)
	// Free takes steps away from workers whose lease is over.
	Free(ctx context.Context) (int64, error)
}

// Leases is what a worker asks of a step that it holds.
type Leases interface {
	RenewLease(ctx context.Context, c adtally.Lease, lease time.Duration) error
	Held(ctx context.Context, c adtally.Lease, margin time.Duration) error
}

// Runs is what the database knows of runs.
type Runs interface {
	RequestRun(ctx context.Context, o adtally.RunRequest, entries ...adtally.AuditEntry) (adtally.RunRecord, bool, error)
	Run(ctx context.Context, id string) (adtally.RunRecord, error)
	AddSteps(ctx context.Context, run string, accounts []adtally.Account) error
	// Conclude ends a run of which nothing is left, as judge says.
	Conclude(ctx context.Context, run string, now time.Time, judge adtally.Judge) (bool, error)
	// Idle are runs that are on and have no step left.
	Idle(ctx context.Context) ([]string, error)
}

// Sources is what the database knows of when sources are due.
type Sources interface {
	DueSources(ctx context.Context, now time.Time, limit int) ([]adtally.SourceRecord, error)
}

// Log is where people read what happened.
type Log interface {
	AppendLog(ctx context.Context, lines ...adtally.LogLine) error
	PruneLog(ctx context.Context, before time.Time) (int64, error)
	Beat(ctx context.Context, w adtally.Worker) error
}

// Store is all of it; *store.DB is one.
type Store interface {
	Steps
	Leases
	Runs
	Sources
	Log
}

// Hold is what the runner of a step is told of its worker's hold on it.
type Hold struct {
	// Enough says that the worker has done its share: no other slice begins.
	Enough func() bool
	// Still is asked before anything is committed; an error says that the step
	// is somebody else's by now.
	Still func(context.Context) error
}

// Runner does the work.
type Runner interface {
	// DiscoverAccounts finds out which accounts a run is about.
	DiscoverAccounts(ctx context.Context, r adtally.RunRecord) ([]adtally.Account, error)
	// RunStep brings one account up to date, or a share of it.
	RunStep(ctx context.Context, r adtally.RunRecord, s adtally.Step, h Hold) (adtally.Done, error)
}

// Queue hands jobs to workers, on this machine or another one. Putting the
// same job twice is putting it once.
type Queue interface {
	Put(ctx context.Context, jobs []adtally.JobArgs) error
}
