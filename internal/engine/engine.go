// Package engine runs a step: it plans slices and then reads, commits and checkpoints each
// of them, so that an interrupted step can continue.
//
// It knows the contracts for reading and writing, and no platform or warehouse. The commit
// comes before the checkpoint. If the warehouse and the database disagree, the warehouse
// is right.
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
	// SaveOutcome stores how a try ended. If the outcome's load is already stored, nothing changes.
	SaveOutcome(ctx context.Context, run string, o adtally.Outcome) error
	// CountedLoads returns the loads of the stored outcomes.
	CountedLoads(ctx context.Context, run, account string) ([]string, error)
	Notes
}

// Notes stores what connectors want to know again in a later run.
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
	Now    func() time.Time // the time by the platform's clock
	NewID  func() string    // returns IDs for loads
	Slices int              // how many slices of an account are read concurrently
	Watch  func(Event)      // called with every event, possibly concurrently
	// Reread ignores the loads of earlier runs: every day is due.
	Reread bool
	// Enough is called before each slice. If it returns true, the step ends, and another step
	// continues with the rest. nil means never.
	Enough func() bool
	// Still is called before every commit. An error ends the step, because the worker has lost
	// its lease. nil means that the lease cannot be lost.
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

// Step brings an account up to date, as of the start of its run, and reconciles its
// figures with the platform's totals. Failed slices are in the outcomes and do not stop
// the others. The error is for faults that stop the whole step.
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
	turns turns // limit concurrent reads
}

// all reads slices, some of them concurrently.
func (e *Engine) all(ctx context.Context, w work, due []adtally.Slice) (outcomes []adtally.Outcome, err error) {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * cap(w.turns))
	for _, sl := range due {
		turn, err := w.turns.take(ctx)
		if err != nil {
			break // group.Wait returns the reason
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
	err = group.Wait() // the others may add outcomes until then
	return outcomes, err
}

// maxSetupFailures is how many slices must fail because of a setting or a permission, with
// no success, before the rest of the account is skipped.
const maxSetupFailures = 3

// fatalFault returns the fault that makes it pointless to continue: the token is invalid,
// or the account cannot be accessed.
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

// plan asks the connector what is due, given what the warehouse holds. Objects come first,
// then the newest days of every report.
func (e *Engine) plan(ctx context.Context, a adtally.Account, began time.Time) (all []adtally.Slice, err error) {
	if a.Zone == "" {
		return nil, &adtally.Fault{Act: adtally.Retry, Code: "zone_withheld", Message: "The platform did not return the account's time zone",
			Hint: "Without it, no daily figures can be read. The next sync asks for it again; other accounts continue."}
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

// beyond returns the slices in more that no slice in all covers.
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

// slice reads a slice, commits it, and then writes the checkpoint. The error is for what
// ends the step: a cancellation, or a database that cannot be written.
func (e *Engine) slice(ctx context.Context, w work, sl adtally.Slice, t *turn) (adtally.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return adtally.Outcome{}, err
	}
	o := adtally.Outcome{Slice: sl, Started: e.Now()}
	e.tell(Event{Account: w.Account.ID, Begun: &sl})
	cost := &adtally.Meter{}
	written, err := e.commit(adtally.WithMeter(ctx, cost), w, sl, t)
	if err == nil {
		err = e.Store.SaveCheckpoints(ctx, e.Source.ID, sl, written.Checkpoints)
	}
	if cause := context.Cause(ctx); cause != nil && err != nil {
		return o, cause
	}
	if errors.Is(err, destination.ErrLost) {
		return o, err
	}
	o.Ended, o.Fault = e.Now(), adtally.FaultOf(err)
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

// maxRestarts limits how often a read may start again. Each restart halves the request,
// and 2^10 days are almost three years.
const maxRestarts = 10

// commit writes a slice, and starts again when its reader asks for it. If two rows with
// the same key differ, the slice is read again immediately because the list may have
// changed. The second time, the later row wins.
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
