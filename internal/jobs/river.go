package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
	"riverqueue.com/riverui"
	"riverqueue.com/riverui/uiendpoints"

	"adtally"
)

// job is a job on River's table.
type job struct {
	adtally.JobArgs
}

// Kind names the job; it stands in the table for ever.
func (job) Kind() string { return "step" }

// InsertOpts has one job for each job, as long as it is not done.
func (job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}}}
}

// jobLimit is how long a job may take. A step's share is much shorter: this is
// for what hangs. River rescues none that have no limit.
const jobLimit = 15 * time.Minute

type worker struct {
	river.WorkerDefaults[job]
	work func(context.Context, adtally.JobArgs) error
}

func (w *worker) Work(ctx context.Context, j *river.Job[job]) error {
	return w.work(ctx, j.Args.JobArgs)
}

func (*worker) Timeout(*river.Job[job]) time.Duration { return jobLimit }

// River is a queue of River's, and the workers of this process.
type River struct {
	idle   bool // it has none: it only puts
	board  uiendpoints.Bundle
	log    *slog.Logger
	client interface {
		Start(ctx context.Context) error
		StopAndCancel(ctx context.Context) error
		InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
	}
}

// RiverOptions say how a process takes part.
type RiverOptions struct {
	ID      string // of the worker
	Workers int    // how many steps at once; 0 = this process only puts
	Schema  string // of River's tables; empty = the usual one
	Work    func(context.Context, adtally.JobArgs) error
	Log     *slog.Logger
}

// NewRiver makes a queue of a driver's database, in which River's tables are.
func NewRiver[TTx any](driver riverdriver.Driver[TTx], o RiverOptions) (*River, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{work: o.Work})
	config := &river.Config{ID: o.ID, Schema: o.Schema, Workers: workers, Logger: o.Log, JobTimeout: jobLimit, RescueStuckJobsAfter: jobLimit + time.Minute,
		FetchPollInterval: time.Second, CompletedJobRetentionPeriod: 24 * time.Hour}
	if o.Workers > 0 {
		config.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}}
	}
	client, err := river.NewClient(driver, config)
	if err != nil {
		return nil, fmt.Errorf("set up River: %w", err)
	}
	return &River{client: client, idle: o.Workers == 0, board: riverui.NewEndpoints(client, nil), log: o.Log}, nil
}

// Board is River's own page of what is queued, for whoever runs the service, at
// all addresses under a prefix. It counts in the background until ctx ends.
func (r *River) Board(ctx context.Context, prefix string) (http.Handler, error) {
	h, err := riverui.NewHandler(&riverui.HandlerOpts{Endpoints: r.board, Logger: r.log, Prefix: prefix})
	if err == nil {
		err = h.Start(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("make the page of the queue: %w", err)
	}
	return h, nil
}

// Start has the workers of this process begin.
func (r *River) Start(ctx context.Context) error {
	if r.idle {
		return nil
	}
	return r.client.Start(ctx)
}

// Stop ends what the workers do, and waits until they have given their steps back.
func (r *River) Stop(ctx context.Context) error {
	if r.idle {
		return nil
	}
	if err := r.client.StopAndCancel(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("stop River: %w", err)
	}
	return nil
}

// Put queues jobs.
func (r *River) Put(ctx context.Context, jobs []adtally.JobArgs) error {
	var params []river.InsertManyParams
	for _, t := range jobs {
		params = append(params, river.InsertManyParams{Args: job{t}})
	}
	if _, err := r.client.InsertMany(ctx, params); err != nil {
		return fmt.Errorf("queue steps: %w", err)
	}
	return nil
}
