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

// job is a job in River's table.
type job struct {
	adtally.JobArgs
}

// Kind is stored in the table and must never change.
func (job) Kind() string { return "step" }

// InsertOpts makes unfinished jobs unique.
func (job) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}}}
}

// jobLimit ends a job that hangs; a step's share is much shorter. River does not
// rescue jobs without a limit.
const jobLimit = 15 * time.Minute

type worker struct {
	river.WorkerDefaults[job]
	work func(context.Context, adtally.JobArgs) error
}

func (w *worker) Work(ctx context.Context, j *river.Job[job]) error {
	return w.work(ctx, j.Args.JobArgs)
}

func (*worker) Timeout(*river.Job[job]) time.Duration { return jobLimit }

// River is a River queue with the workers of this process.
type River struct {
	idle   bool // it has no workers
	board  uiendpoints.Bundle
	log    *slog.Logger
	client interface {
		Start(ctx context.Context) error
		StopAndCancel(ctx context.Context) error
		InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
	}
}

// RiverOptions are the options of a process.
type RiverOptions struct {
	ID      string // ID of the worker
	Workers int    // steps at the same time; 0 = this process only queues
	Schema  string // of River's tables; empty = the default
	Work    func(context.Context, adtally.JobArgs) error
	Log     *slog.Logger
}

// NewRiver returns a queue in a driver's database, which has River's tables.
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

// Board is River's web page of the queue, under a prefix. It collects figures in the
// background until ctx ends.
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
