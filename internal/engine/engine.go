// Package engine runs a step. It plans the step's slices, and then reads, commits and
// checkpoints each slice, so that an interrupted step can continue.
//
// It depends on the interfaces of connector and destination, and on no platform or
// warehouse. It commits a slice to the warehouse before it saves the checkpoint in the
// database. If the two disagree, the warehouse is right.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// Store is the part of the database that a step needs.
type Store interface {
	// AdoptCheckpoints replaces the account's checkpoints with those of the warehouse.
	AdoptCheckpoints(ctx context.Context, source, account string, truth []adtally.Checkpoint) error
	// SaveCheckpoints stores the checkpoints of a commit and deletes the slice's cursor.
	SaveCheckpoints(ctx context.Context, source string, s adtally.Slice, cps []adtally.Checkpoint) error
	// SaveOutcome stores the outcome of a slice. It does nothing if the outcome's load is already stored.
	SaveOutcome(ctx context.Context, run string, o adtally.Outcome) error
	// CountedLoads returns the IDs of the loads whose outcomes are stored.
	CountedLoads(ctx context.Context, run, account string) ([]string, error)
	Notes
}

// Notes stores the cursors and the tuning that connectors use again in later runs.
type Notes interface {
	Cursor(ctx context.Context, source string, s adtally.Slice) (adtally.Cursor, error)
	SaveCursor(ctx context.Context, source string, s adtally.Slice, c adtally.Cursor) error
	Tuning(ctx context.Context, source, account, stream string) ([]byte, error)
	SaveTuning(ctx context.Context, source, account, stream string, tuning []byte) error
}

// Engine runs the steps of one source.
type Engine struct {
	Source adtally.Source
	Reader connector.Reader
	Writer destination.Writer
	Store  Store
	Now    func() time.Time // returns the time on the platform's clock
	NewID  func() string    // returns IDs for loads
	Slices int              // how many slices of an account are read concurrently
	Watch  func(Event)      // called with every event, possibly concurrently
	// Reread makes every day due, even if an earlier run has loaded it.
	Reread bool
	// Enough is called before each slice. If it returns true, Step reads no more slices and
	// reports how many are left. nil means that there is no limit.
	Enough func() bool
	// Still is called before every commit. It returns an error if the worker has lost its
	// lease, and the error ends the step. nil means that the lease cannot be lost.
	Still func(context.Context) error
}

// Event is progress that a user may want to see.
type Event struct {
	Account string
	Planned []adtally.Slice  // the slices to read
	Begun   *adtally.Slice   // the slice that was started
	Rows    int64            // the number of rows that were read since the last event
	Ended   *adtally.Outcome // the slice that has finished or failed
	Drifts  []adtally.Drift  // days that still differ after they were read again
}

// Prepare prepares the tables. It is called once, before the first step.
func (e *Engine) Prepare(ctx context.Context) error {
	var tables []*table.Schema
	for _, s := range e.Reader.Streams() {
		tables = append(tables, s.Tables...)
		if s.Total != nil && !slices.Contains(tables, &table.Reconciliation) {
			tables = append(tables, &table.Reconciliation)
		}
	}
	return e.Writer.Prepare(ctx, e.Source.Dataset, tables, e.Reader.Views()...)
}

// Step loads everything that was due for an account when its run began, and reconciles the
// account's figures with the platform's totals. If a slice fails, its outcome has the fault
// and the other slices continue. Step returns an error only if the whole step must stop.
func (e *Engine) Step(ctx context.Context, step adtally.Step, began time.Time) (done adtally.Done, err error) {
	due, err := e.plan(ctx, step.Account, began)
	if err != nil {
		return done, err
	}
	w := work{step, began, make(turns, max(e.Slices, 1))}
	if err := e.count(ctx, w); err != nil {
		return done, err
	}
	e.tell(Event{Account: step.Account.ID, Planned: due})
	if done.Outcomes, err = e.all(ctx, w, due); err != nil {
		return done, err
	}
	if done.Left = len(due) - len(done.Outcomes); done.Left > 0 {
		return done, nil
	}
	err = e.reconcile(ctx, w, &done)
	if len(done.Drifts) > 0 {
		e.tell(Event{Account: step.Account.ID, Drifts: done.Drifts})
	}
	return done, err
}

// work is a step in progress, with the start of its run.
type work struct {
	adtally.Step
	began time.Time
	turns turns // limits how many slices are read concurrently
}

// all loads the due slices, several of them concurrently.
func (e *Engine) all(ctx context.Context, w work, due []adtally.Slice) (outcomes []adtally.Outcome, err error) {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * cap(w.turns))
	for _, sl := range due {
		turn, err := w.turns.take(ctx)
		if err != nil {
			break // ctx was cancelled, and group.Wait returns the error
		}
		group.Go(func() error {
			defer turn.giveBack()
			if e.Enough != nil && e.Enough() {
				return nil
			}
			o, err := e.slice(ctx, w, sl, turn)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes = append(outcomes, o)
			return fatalFault(outcomes)
		})
	}
	err = group.Wait() // running slices add outcomes until Wait returns
	return outcomes, err
}

// maxSetupFailures is the number of slices after which the rest of the account is skipped,
// if all of them failed with the same fault of a setting or a permission.
const maxSetupFailures = 3

// fatalFault returns the last outcome's fault if the remaining slices would fail too: the
// token is invalid, or the account cannot be accessed. Otherwise it returns nil.
func fatalFault(outcomes []adtally.Outcome) error {
	last := outcomes[len(outcomes)-1].Fault
	if last == nil || last.Act != adtally.Reconnect && last.Act != adtally.Configure {
		return nil
	}
	same := 0
	for _, o := range outcomes {
		if o.Fault == nil || o.Fault.Code != last.Code {
			continue
		}
		same++
	}
	if last.Act == adtally.Reconnect || same == len(outcomes) && same >= maxSetupFailures {
		return last
	}
	return nil
}

// plan asks the connector which slices are due, and tells it which ones the warehouse
// already has. It sorts objects first, and then days from the newest to the oldest.
func (e *Engine) plan(ctx context.Context, a adtally.Account, began time.Time) (all []adtally.Slice, err error) {
	if a.Zone == "" {
		return nil, &adtally.Fault{Act: adtally.Retry, Code: "zone_withheld", Message: "The platform did not return the account's time zone",
			Hint: "Daily figures cannot be read without the time zone. The next sync requests it again. Other accounts continue."}
	}
	if _, err := a.Location(); err != nil {
		return nil, &adtally.Fault{Act: adtally.Bug, Code: "unknown_zone", Message: fmt.Sprintf("The account's time zone %q is unknown on this machine", a.Zone),
			Hint: "Update the machine's time zone data.", Err: err}
	}
	done, err := e.Writer.Loads(ctx, e.Source.Dataset, a.ID)
	if err != nil {
		return nil, fmt.Errorf("read the warehouse's loads: %w", err)
	}
	done = e.current(done)
	if err := e.Store.AdoptCheckpoints(ctx, e.Source.ID, a.ID, done); err != nil {
		return nil, fmt.Errorf("copy the warehouse's checkpoints to the database: %w", err)
	}
	if e.Reread {
		done = since(done, began)
	}
	for _, s := range e.Reader.Streams() {
		all = append(all, e.Reader.Plan(s.Name, a, done, began)...)
	}
	again, err := e.driftsToReread(ctx, a, began)
	if err != nil {
		return nil, err
	}
	all = append(all, beyond(again, all)...)
	sort.SliceStable(all, func(i, j int) bool { return newer(all[i].Window, all[j].Window) })
	return all, nil
}

// current returns the checkpoints whose table definition has not changed. Days that were
// loaded with another definition are due again.
func (e *Engine) current(done []adtally.Checkpoint) (kept []adtally.Checkpoint) {
	now := map[string]string{}
	for _, s := range e.Reader.Streams() {
		for _, t := range s.Tables {
			now[t.Name] = s.Definition
		}
	}
	for _, c := range done {
		if is := now[c.Table]; is == "" || c.Definition == "" || c.Definition == is {
			kept = append(kept, c)
		}
	}
	return kept
}

// beyond returns those slices of more that are not covered by a slice of all.
func beyond(more, all []adtally.Slice) (kept []adtally.Slice) {
	for _, m := range more {
		covered := slices.ContainsFunc(all, func(s adtally.Slice) bool { return s.Stream == m.Stream && s.Window.Covers(m.Window) })
		if !covered {
			kept = append(kept, m)
		}
	}
	return kept
}

func newer(a, b adtally.Window) bool {
	if a.IsZero() != b.IsZero() {
		return a.IsZero()
	}
	return a.To > b.To
}

func since(done []adtally.Checkpoint, began time.Time) (kept []adtally.Checkpoint) {
	for _, c := range done {
		if !c.Asked.Before(began) {
			kept = append(kept, c)
		}
	}
	return kept
}

// slice reads a slice, commits it, and then saves its checkpoint. It returns an error only
// if the step must end: it was cancelled, the worker has lost its lease, or the outcome
// cannot be saved. Other faults are in the outcome.
func (e *Engine) slice(ctx context.Context, w work, sl adtally.Slice, t *turn) (adtally.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return adtally.Outcome{}, err
	}
	o := adtally.Outcome{Slice: sl, Started: e.Now()}
	e.tell(Event{Account: w.Account.ID, Begun: &sl})
	cost := &adtally.Meter{}
	written, err := e.commitServed(adtally.WithMeter(ctx, cost), w, &sl, t)
	if err == nil {
		err = e.Store.SaveCheckpoints(ctx, e.Source.ID, sl, written.Checkpoints)
	}
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return o, cause
	}
	if errors.Is(err, destination.ErrLost) {
		return o, err
	}
	o.Slice, o.Ended, o.Fault = sl, e.Now(), adtally.FaultOf(err)
	for _, n := range written.Rows {
		o.Rows += n
	}
	if len(written.Rows) > 1 {
		o.Tables = written.Rows
	}
	o.Gaps, o.Quarantined, o.Load = written.Gaps, written.Quarantined, written.Load
	o.Calls, o.Bytes = cost.Sum()
	if err := e.Store.SaveOutcome(ctx, w.Run, o); err != nil {
		return o, fmt.Errorf("save the outcome of %s: %w", sl, err)
	}
	e.tell(Event{Account: w.Account.ID, Ended: &o})
	return o, nil
}

// commitServed commits the days of a slice that the platform still serves, and cuts the slice
// to them. If days became too old while they were read, it reads the rest again.
func (e *Engine) commitServed(ctx context.Context, w work, sl *adtally.Slice, t *turn) (written destination.Written, err error) {
	for {
		asked, some := e.served(w.Account, *sl, e.Now())
		if !some {
			return destination.Written{}, nil
		}
		*sl = asked
		written, err = e.commit(ctx, w, asked, t)
		if rest, some := e.served(w.Account, asked, e.Now()); err == nil || some && rest == asked {
			return written, err
		}
	}
}

// maxRestarts is the maximum number of attempts for one slice. Each attempt can halve the
// number of days in a request, so ten are enough for 2^10 days, which is almost three years.
const maxRestarts = 10

// commit reads a slice and writes it to the warehouse. It starts again if the reader returns
// connector.ErrAgain. It also starts again if two rows with the same key differ, because the
// list may have changed while it was read. From then on, the later of such rows is written.
func (e *Engine) commit(ctx context.Context, w work, sl adtally.Slice, t *turn) (written destination.Written, err error) {
	laterWins := false
	for range maxRestarts {
		written, err = e.attempt(ctx, w, sl, t, laterWins)
		if twice := errors.Is(err, destination.ErrDuplicateKey); !twice && !errors.Is(err, connector.ErrAgain) {
			break
		} else if twice {
			laterWins = true
		}
	}
	return written, err
}

func (e *Engine) attempt(ctx context.Context, w work, sl adtally.Slice, t *turn, laterWins bool) (destination.Written, error) {
	n, err := e.newNote(ctx, w, sl)
	if err != nil {
		return destination.Written{}, err
	}
	zone, err := w.Account.Location()
	if err != nil {
		return destination.Written{}, err
	}
	s := e.stream(sl.Stream)
	written, err := e.Writer.Commit(ctx, destination.Load{
		ID: e.NewID(), Dataset: e.Source.Dataset, Slice: sl, Tables: s.Tables, Definition: s.Definition, Run: w.Run, Started: n.opened, Cost: adtally.MeterOf(ctx).Sum,
		Asked: n.asked, Now: e.Now, Zone: zone, Still: e.Still, LaterWins: laterWins,
	}, e.watched(w.Account.ID, t.while(ctx, e.Reader.Read(ctx, w.Account, sl, n))))
	if err != nil {
		return destination.Written{}, fmt.Errorf("%s: %w", sl, err)
	}
	return written, nil
}

func (e *Engine) stream(name string) connector.Stream {
	for _, s := range e.Reader.Streams() {
		if s.Name == name {
			return s
		}
	}
	return connector.Stream{}
}

func (e *Engine) tell(ev Event) {
	if e.Watch != nil {
		e.Watch(ev)
	}
}
