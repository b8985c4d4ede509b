package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"adtally"
	sqlask "adtally/internal/ask"
	"adtally/internal/destination"
	"adtally/internal/store"
)

// askWorkerCommand is the child process of a statement.
type askWorkerCommand struct{}

// Run reads a job from standard input and writes its result to standard output.
func (askWorkerCommand) Run(ctx context.Context, p *program) error {
	return sqlask.Work(ctx, p.in, os.Stdout)
}

// askWorker is the name of askWorkerCommand.
const askWorker = "ask-worker"

// statements runs the SQL that people write.
type statements struct {
	store     *store.DB
	warehouse *warehouse
	refresh   func(context.Context, destination.Writer) error // as before a question of a dashboard
	turns     *sqlask.Turns
	runner    sqlask.Runner
	log       *slog.Logger

	mu     sync.Mutex
	key    string // of tables: the file's time and size, and the datasets
	tables []adtally.ModelledTable
}

// statements returns what runs the SQL that people write. The child is this program, by the
// name that it keeps while it is being replaced.
func (s *service) statements(refresh func(context.Context, destination.Writer) error) (*statements, error) {
	dir := filepath.Join(s.Data, "sql") // stays empty
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, wrong("data", "Check that the folder is writable.", "The folder %s cannot be created: %w", dir, err)
	}
	return &statements{store: s.store, warehouse: s.warehouse, refresh: refresh, turns: &sqlask.Turns{Now: s.p.clock}, log: s.log,
		runner: sqlask.Runner{Command: []string{"/proc/self/exe", askWorker}, Dir: dir, Now: time.Now}}, nil
}

// datasets are the schemas that people may read: the sources' and the shared one.
func (q *statements) datasets(ctx context.Context) ([]string, error) {
	sources, err := q.store.Sources(ctx, false)
	if err != nil {
		return nil, err
	}
	all := []string{destination.SharedDataset}
	for _, s := range sources {
		all = append(all, s.Dataset)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// ModelledTables returns the tables that a statement may read.
func (q *statements) ModelledTables(ctx context.Context) ([]adtally.ModelledTable, error) {
	w, release, err := q.open(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	_, all, err := q.modelled(ctx, w)
	return all, err
}

// modelled returns the tables that a statement may read. They are read again when the file has
// changed.
func (q *statements) modelled(ctx context.Context, w destination.Writer) (lender destination.Lender, all []adtally.ModelledTable, err error) {
	datasets, err := q.datasets(ctx)
	if err != nil {
		return nil, nil, err
	}
	if lender, err = lenderOf(w); err != nil {
		return nil, nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if key := fmt.Sprint(q.written(), datasets); q.key == key {
		return lender, q.tables, nil
	}
	reading, stop := context.WithTimeout(ctx, lendTimeout)
	defer stop()
	if all, err = lender.Modelled(reading, datasets); err == nil {
		q.key, q.tables = fmt.Sprint(q.written(), datasets), all
	}
	return lender, all, err
}

// written says when the file was last changed, and its size.
func (q *statements) written() string {
	found, err := os.Stat(q.warehouse.where.Location)
	if err != nil {
		return ""
	}
	return fmt.Sprint(found.ModTime().UnixNano(), " ", found.Size())
}

func lenderOf(w destination.Writer) (destination.Lender, error) {
	lender, can := w.(destination.Lender)
	if !can || !sqlask.Supported {
		return nil, &adtally.Fault{Act: adtally.Configure, Code: "sql_off", Message: "SQL cannot be run on this server", Hint: "Run Adtally on Linux with a DuckDB file; elsewhere a statement cannot be limited."}
	}
	return lender, nil
}

// RunSQL runs a statement when it is the person's turn.
func (q *statements) RunSQL(ctx context.Context, person string, s adtally.SQLQuery, emit func(adtally.SQLBatch) error) (adtally.SQLResult, error) {
	turn, done, err := q.turns.Take(ctx, person)
	if err != nil {
		return adtally.SQLResult{}, err
	}
	defer done()
	out, err := q.run(turn, s, emit)
	if cause := context.Cause(turn); err != nil && cause != nil {
		err = cause
	}
	q.record(ctx, person, s.SQL, out, err)
	return out, err
}

// record logs a statement, and nothing of its result.
func (q *statements) record(ctx context.Context, person, text string, out adtally.SQLResult, err error) {
	code := ""
	if err != nil {
		code = adtally.FaultOf(err).Code
	}
	q.log.InfoContext(ctx, "a statement was run", "person", person, "sql", text, "rows", out.Rows, "ms", out.Took.Milliseconds(), "limit", string(out.Limit), "fault", code)
}

// StopSQL stops a person's statement.
func (q *statements) StopSQL(person string) bool { return q.turns.Stop(person) }

func (q *statements) run(ctx context.Context, s adtally.SQLQuery, emit func(adtally.SQLBatch) error) (adtally.SQLResult, error) {
	var none adtally.SQLResult
	w, release, err := q.open(ctx)
	if err != nil {
		return none, err
	}
	defer release()
	lender, tables, err := q.modelled(ctx, w)
	if err != nil {
		return none, err
	}
	path, free, err := lend(ctx, lender)
	if err != nil {
		return none, err
	}
	asOf := time.Time{}
	if found, err := os.Stat(path); err == nil {
		asOf = found.ModTime()
	}
	out, err := q.runner.Run(ctx, sqlask.NewJob(s, path, tables), free, emit)
	out.AsOf = asOf
	return out, err
}

// open opens the warehouse and brings the shared dataset up to date, as before a question of a
// dashboard, so that both give the same figures.
func (q *statements) open(ctx context.Context) (w destination.Writer, release func(), err error) {
	err = q.warehouse.opened(ctx, func(opening context.Context, _ destination.Writer) (err error) {
		w, release, err = q.warehouse.use(opening) // once more, because opened gives its own use back
		return err
	})
	if err == nil && q.refresh != nil {
		if err = q.refresh(ctx, w); err != nil {
			release()
		}
	}
	return w, release, err
}

// lendTimeout is how long a statement waits for a load.
const lendTimeout = 20 * time.Second

// lend waits for the file, but not for long.
func lend(ctx context.Context, l destination.Lender) (string, func(), error) {
	waiting, stop := context.WithTimeout(ctx, lendTimeout)
	defer stop()
	path, free, err := l.Lend(waiting)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = &adtally.Fault{Act: adtally.Wait, Code: "sql_busy", Message: "A load is writing to the warehouse", Hint: "Try again when it has ended.", Err: err}
	}
	return path, free, err
}
