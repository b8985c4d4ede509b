package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/destination"
	"adtally/internal/table"
)

var errCrash = errors.New("crash")

// world is an in-memory platform, warehouse and database. It counts the calls of the
// warehouse and the database. Call number crash fails: before it has an effect or, if
// after is set, after it.
type world struct {
	mu       sync.Mutex
	call     int
	crash    int
	after    bool
	rows     map[string]string // the warehouse's rows, by table, account and day
	loads    []adtally.Checkpoint
	named    int               // number of loads
	brought  []adtally.Outcome // outcomes by load
	runs     []string          // the loads' runs
	defined  string            // the definition of the facts
	months   int               // how many months of facts the platform serves
	span     int               // how many days a row of facts covers
	moments  []time.Time       // the start of the run as passed to reads
	commits  map[string]int
	store    []adtally.Checkpoint
	cursors  map[string]adtally.Cursor
	tunings  map[string][]byte
	outcomes []adtally.Outcome
	log      []string
	reused   int // reads that used a cursor
	reading  int
	most     int              // the most concurrent reads
	fails    map[string]error // errors by slice
	twice    map[string]int   // by slice: how many more times two rows differ
	started  chan string      // if set, receives every read
	proceed  chan struct{}
	writing  chan struct{} // if set, a commit waits for it
	open     int           // slices that are being read or wait to be written
	mostOpen int
	now      time.Time
}

func (w *world) clock() time.Time { return w.now }

func newWorld() *world {
	return &world{rows: map[string]string{}, commits: map[string]int{}, cursors: map[string]adtally.Cursor{}, tunings: map[string][]byte{},
		fails: map[string]error{}, now: time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)}
}

// does runs one call of the warehouse or the database.
func (w *world) does(what string, effect func()) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.call++
	if w.call == w.crash && !w.after {
		return errCrash
	}
	effect()
	w.log = append(w.log, what)
	if w.call == w.crash {
		return errCrash
	}
	return nil
}

func facts() *table.Schema {
	return &table.Schema{Name: "facts", Description: "d", Mode: table.Replace, Key: []string{"account_id", "date"}, Columns: []table.Column{
		{Name: "account_id", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "d"},
		{Name: "date", Type: table.Date, Unit: table.Days, Additivity: table.None, Description: "d"},
	}}
}

func things() *table.Schema {
	s := facts()
	s.Name, s.Mode = "things", table.Upsert
	return s
}

// The platform: objects as they are now, and facts by day, three days per slice.

func (w *world) Streams() []connector.Stream {
	return []connector.Stream{{Name: "facts", Tables: []*table.Schema{facts()}, Daily: true, Definition: w.defined, Months: w.months, Price: connector.Price{Span: w.span}}, {Name: "things", Tables: []*table.Schema{things()}}}
}

func (w *world) Views() []*table.View { return nil }

func (w *world) Plan(stream string, a adtally.Account, done []adtally.Checkpoint, now time.Time) (due []adtally.Slice) {
	fresh := func(window adtally.Window) bool {
		return slices.ContainsFunc(done, func(c adtally.Checkpoint) bool {
			return c.Table == stream && c.Window == window && !c.Asked.Before(now)
		})
	}
	windows := []adtally.Window{{}}
	if stream == "facts" {
		windows = nil
		for n := range adtally.Day(4) {
			windows = append(windows, adtally.Window{From: 20000 + 3*n, To: 20003 + 3*n})
		}
	}
	for _, window := range windows {
		if !fresh(window) {
			due = append(due, adtally.Slice{Stream: stream, Account: a.ID, Window: window})
		}
	}
	return due
}

func (w *world) Read(ctx context.Context, a adtally.Account, sl adtally.Slice, n connector.Note) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		w.enter(sl)
		w.mu.Lock()
		w.moments = append(w.moments, n.Began())
		w.mu.Unlock()
		defer w.leave()
		if len(n.Cursor().Note) > 0 {
			w.mu.Lock()
			w.reused++
			w.mu.Unlock()
		} else if err := n.Save(ctx, adtally.Cursor{Asked: w.now, Note: []byte("job of " + sl.String())}); err != nil {
			yield(table.Batch{}, err)
			return
		}
		if err := w.fails[sl.String()]; err != nil {
			yield(table.Batch{}, err)
			return
		}
		if err := ctx.Err(); err != nil {
			yield(table.Batch{}, context.Cause(ctx))
			return
		}
		yield(batch(a, sl), nil)
	}
}

func (w *world) enter(sl adtally.Slice) {
	w.mu.Lock()
	w.reading++
	w.open++
	w.most, w.mostOpen = max(w.most, w.reading), max(w.mostOpen, w.open)
	w.mu.Unlock()
	if w.started != nil {
		w.started <- sl.String()
		<-w.proceed
	}
}

func (w *world) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reading--
}

func batch(a adtally.Account, sl adtally.Slice) table.Batch {
	s := facts()
	if sl.Stream == "things" {
		s = things()
	}
	b := table.NewBuilder(s)
	for day := sl.Window.From; day < max(sl.Window.To, 1); day++ {
		_, _ = b.Set(0, []byte(a.ID)), b.Set(1, []byte(day.String()))
		b.EndRow()
	}
	return b.Batch()
}

// The warehouse.

func (w *world) Prepare(context.Context, string, []*table.Schema, ...*table.View) error {
	return w.does("prepare", func() {})
}

func (w *world) Commit(ctx context.Context, l destination.Load, batches iter.Seq2[table.Batch, error]) (written destination.Written, err error) {
	rows := map[string]string{}
	for b, err := range batches {
		if err != nil {
			return written, err
		}
		for i := range b.Rows() {
			day, _ := b.Cell(i, "date")
			rows[fmt.Sprint(b.Schema().Name, " ", l.Slice.Account, " ", day)] = l.Slice.String()
		}
		b.Release()
	}
	if w.twice[l.Slice.String()] > 0 && !l.LaterWins {
		w.twice[l.Slice.String()]--
		return written, fmt.Errorf("7/2026-05-01: %w", destination.ErrDuplicateKey)
	}
	if w.writing != nil {
		<-w.writing
	}
	w.mu.Lock()
	w.open--
	w.mu.Unlock()
	asked := l.Asked()
	if l.Still != nil {
		if err := l.Still(ctx); err != nil {
			return written, fmt.Errorf("%w: %w", destination.ErrLost, err)
		}
	}
	c := adtally.Checkpoint{Table: l.Slice.Stream, Account: l.Slice.Account, Window: l.Slice.Window, Asked: asked, Load: l.ID, Definition: l.Definition}
	err = w.does("commit "+l.Slice.String(), func() {
		maps.Copy(w.rows, rows)
		w.loads = append(w.loads, c)
		w.commits[l.Slice.String()]++
		w.brought = append(w.brought, adtally.Outcome{Slice: l.Slice, Load: l.ID, Rows: int64(len(rows))})
		w.runs = append(w.runs, l.Run)
	})
	return destination.Written{Load: l.ID, Rows: map[string]int64{l.Slice.Stream: int64(len(rows))}, Checkpoints: []adtally.Checkpoint{c}}, err
}

func (w *world) Loads(_ context.Context, _, account string) (all []adtally.Checkpoint, err error) {
	err = w.does("loads", func() {
		for i, c := range w.loads {
			again := slices.ContainsFunc(w.loads[i+1:], func(o adtally.Checkpoint) bool {
				return o.Table == c.Table && o.Account == c.Account && o.Window == c.Window
			})
			if c.Account == account && !again { // only the last load of each window
				all = append(all, c)
			}
		}
	})
	return all, err
}

func (w *world) LoadsOfRun(_ context.Context, _, account, run string) (all []adtally.Outcome, err error) {
	err = w.does("loads of run", func() {
		for i, o := range w.brought {
			if o.Slice.Account == account && w.runs[i] == run {
				all = append(all, o)
			}
		}
	})
	return all, err
}

func (w *world) Query(context.Context) (*sql.DB, func(), error) {
	return nil, nil, errors.New("Query is not implemented")
}

func (w *world) Close() error { return nil }

// The database.

func (w *world) AdoptCheckpoints(_ context.Context, _, _ string, truth []adtally.Checkpoint) error {
	return w.does("adopt", func() { w.store = slices.Clone(truth) })
}

func (w *world) SaveCheckpoints(_ context.Context, _ string, s adtally.Slice, cps []adtally.Checkpoint) error {
	return w.does("checkpoint "+s.String(), func() {
		w.store = append(w.store, cps...)
		delete(w.cursors, s.String())
	})
}

func (w *world) Cursor(_ context.Context, _ string, s adtally.Slice) (c adtally.Cursor, err error) {
	err = w.does("cursor", func() { c = w.cursors[s.String()] })
	return c, err
}

func (w *world) Tuning(_ context.Context, _, account, stream string) (tuning []byte, err error) {
	err = w.does("tuning", func() { tuning = w.tunings[account+"/"+stream] })
	return tuning, err
}

func (w *world) SaveTuning(_ context.Context, _, account, stream string, tuning []byte) error {
	return w.does("learn", func() { w.tunings[account+"/"+stream] = tuning })
}

func (w *world) SaveCursor(_ context.Context, _ string, s adtally.Slice, c adtally.Cursor) error {
	return w.does("save cursor", func() { w.cursors[s.String()] = c })
}

func (w *world) SaveOutcome(_ context.Context, _ string, o adtally.Outcome) error {
	return w.does("outcome", func() {
		known := slices.ContainsFunc(w.outcomes, func(k adtally.Outcome) bool { return o.Load != "" && k.Load == o.Load })
		if !known {
			w.outcomes = append(w.outcomes, o)
		}
	})
}

func (w *world) CountedLoads(context.Context, string, string) (loads []string, err error) {
	err = w.does("counted", func() {
		for _, o := range w.outcomes {
			loads = append(loads, o.Load)
		}
	})
	return loads, err
}
