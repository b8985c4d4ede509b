// Package engine is for carrying out a step: plan, read, commit, checkpoint,
// one slice after another, so that a step that was cut off can go on.
//
// It may know the contracts for reading and writing, and no platform and no
// warehouse. The one rule it keeps: commit, then checkpoint, and what the
// warehouse says of itself counts more than the database.
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

// Store is what a step needs to remember.
type Store interface {
	// AdoptCheckpoints makes the database say what the warehouse says.
	AdoptCheckpoints(ctx context.Context, source, account string, truth []adtally.Checkpoint) error
	// SaveCheckpoints keeps the facts of a commit and forgets the slice's cursor.
	SaveCheckpoints(ctx context.Context, source string, s adtally.Slice, cps []adtally.Checkpoint) error
	// SaveOutcome keeps how a try ended. One whose load is kept already changes
	// nothing.
	SaveOutcome(ctx context.Context, run string, o adtally.Outcome) error
	// CountedLoads are the loads of the outcomes that are kept.
	CountedLoads(ctx context.Context, run, account string) ([]string, error)
	Notes
}

// Notes is where readers keep what they want to know again.
type Notes interface {
	Cursor(ctx context.Context, source string, s adtally.Slice) (adtally.Cursor, error)
	SaveCursor(ctx context.Context, source string, s adtally.Slice, c adtally.Cursor) error
	Tuning(ctx context.Context, source, account, stream string) ([]byte, error)
	SaveTuning(ctx context.Context, source, account, stream string, tuning []byte) error
}

// Engine carries out the steps of one source.
type Engine struct {
	Source adtally.Source
	Reader connector.Reader
	Writer destination.Writer
	Store  Store
	Now    func() time.Time // the platform's clock
	NewID  func() string    // names loads
	Slices int              // how many slices of an account are read at once
	Watch  func(Event)      // is told how it goes; may be called by many goroutines
	// Reread forgets what earlier runs brought: every day is due.
	Reread bool
	// Enough is asked before each slice: true ends the step, and the rest is left
	// to another one. nil = never.
	Enough func() bool
	// Still is asked before anything is committed, and an error ends the step: its
	// worker has lost the claim to it. nil = always.
	Still func(context.Context) error
}

// Event is something that a person who watches wants to know.
type Event struct {
	Account string
	Planned []adtally.Slice  // all that is to be done
	Begun   *adtally.Slice   // work on it begins
	Rows    int64            // so many more were read
	Ended   *adtally.Outcome // a slice is done, or has failed
	Drifts  []adtally.Drift  // days that do not add up, although they were read again
}

// Prepare makes the tables ready, once, before the first step.
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

// Step brings an account up to date, as of the moment when its run began, and
// compares its figures with the platform's totals. What failed is in the
// outcomes; the rest was done. The error is for what keeps the step from going
// on at all.
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

// work is a step under way, and when its run began.
type work struct {
	adtally.Step
	began time.Time
	turns turns // to read
}

// all carries out slices, some at a time.
func (e *Engine) all(ctx context.Context, w work, due []adtally.Slice) (outcomes []adtally.Outcome, err error) {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * cap(w.turns))
	for _, sl := range due {
		turn, err := w.turns.take(ctx)
		if err != nil {
			break // the group knows why
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
			return hopeless(outcomes)
		})
	}
	err = group.Wait() // until then the others may still add to the outcomes
	return outcomes, err
}

// closedAfter is how many slices must fail for the same want of a setting or a
// right, and none succeed, before an account is left alone.
const closedAfter = 3

// hopeless is the fault that makes going on pointless: the token is dead, or the
// account is closed to us.
func hopeless(outcomes []adtally.Outcome) error {
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
	if last.Act == adtally.Reconnect || same == len(outcomes) && same >= closedAfter {
		return last
	}
	return nil
}

// plan asks the reader what is due, given what the warehouse holds. Entities
// come first, then the newest days of every report.
func (e *Engine) plan(ctx context.Context, a adtally.Account, began time.Time) (all []adtally.Slice, err error) {
	if a.Zone == "" {
		return nil, &adtally.Fault{Act: adtally.Retry, Code: "zone_withheld", Message: "The platform does not say in which time zone the account counts its days",
			Hint: "Nothing can be read by days without it. It is asked for again at the next sync; other accounts go on."}
	}
	if _, err := a.Location(); err != nil {
		return nil, &adtally.Fault{Act: adtally.Bug, Code: "unknown_zone", Message: fmt.Sprintf("The account's time zone %q is not known here", a.Zone),
			Hint: "Update the time zone data of this machine.", Err: err}
	}
	done, err := e.Writer.Loads(ctx, e.Source.Dataset, a.ID)
	if err != nil {
		return nil, fmt.Errorf("ask the warehouse what it holds: %w", err)
	}
	done = e.current(done)
	if err := e.Store.AdoptCheckpoints(ctx, e.Source.ID, a.ID, done); err != nil {
		return nil, fmt.Errorf("bring the database in line with the warehouse: %w", err)
	}
	if e.Reread {
		done = since(done, began)
	}
	for _, s := range e.Reader.Streams() {
		all = append(all, e.Reader.Plan(s.Name, a, done, began)...)
	}
	again, err := e.suspects(ctx, a, began)
	if err != nil {
		return nil, err
	}
	all = append(all, beyond(again, all)...)
	sort.SliceStable(all, func(i, j int) bool { return newer(all[i].Window, all[j].Window) })
	return all, nil
}

// current are the checkpoints of tables that still hold what they held when they
// were loaded. What was loaded under another definition is due again.
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

// beyond keeps the slices that no other one covers already.
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

// slice reads one slice, commits it, and then writes the checkpoint. The error
// is for what ends the step: a cancellation, or a database that cannot be written.
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
		return o, fmt.Errorf("write outcome of %s: %w", sl, err)
	}
	e.tell(Event{Account: w.Account.ID, Ended: &o})
	return o, nil
}

// againAtMost bounds how often a read may ask to begin anew: what it learns each
// time halves the question, and 2^10 days are three years.
const againAtMost = 10

// commit brings a slice in, from its beginning as often as its reader asks. Where
// a row came twice and differed, the slice is read again at once: the list may
// have moved. If it happens again, the later row wins.
func (e *Engine) commit(ctx context.Context, w work, sl adtally.Slice, t *turn) (written destination.Written, err error) {
	laterWins := false
	for range againAtMost {
		written, err = e.attempt(ctx, w, sl, t, laterWins)
		if twice := errors.Is(err, destination.ErrTwice); !twice && !errors.Is(err, connector.ErrAgain) {
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
