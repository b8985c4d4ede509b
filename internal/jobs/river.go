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

// job is the job in River's table.
type job struct {
	adtally.JobArgs
}

// Kind names the job in River's table; it must not change.
func (job) Kind() string { return "step" }

// InsertOpts makes a job unique until it is done.
func (job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}}}
}

// jobLimit ends jobs that hang; a step's share is much shorter. River does not rescue jobs
// without a limit.
const jobLimit = 15 * time.Minute

type worker struct {
	river.WorkerDefaults[job]
	work func(context.Context, adtally.JobArgs) error
}

func (w *worker) Work(ctx context.Context, j *river.Job[job]) error {
	return w.work(ctx, j.Args.JobArgs)
}

func (*worker) Timeout(*river.Job[job]) time.Duration { return jobLimit }

// River is the queue and the workers of this process.
type River struct {
	idle   bool // no workers: it only queues jobs
	board  uiendpoints.Bundle
	log    *slog.Logger
	client interface {
		Start(ctx context.Context) error
		StopAndCancel(ctx context.Context) error
		InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
	}
}

// RiverOptions configure the process's part in the queue.
type RiverOptions struct {
	ID      string // of the worker
	Workers int    // concurrent steps; 0 = only queue jobs
	Schema  string // of River's tables; empty = the default
	Work    func(context.Context, adtally.JobArgs) error
	Log     *slog.Logger
}

// NewRiver returns a queue in a database that has River's tables.
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

// Board is River's UI, served under a prefix. It counts jobs in the background until ctx
// ends.
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

// Start starts the workers of this process.
func (r *River) Start(ctx context.Context) error {
	if r.idle {
		return nil
	}
	return r.client.Start(ctx)
}

// Stop stops the workers and waits until they have released their steps.
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
