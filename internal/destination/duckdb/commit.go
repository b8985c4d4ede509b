package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// Commit writes one slice. It first reads all batches, without locking the file. Then it
// locks the file and writes all rows in one transaction.
func (w *writer) Commit(ctx context.Context, load destination.Load, batches iter.Seq2[table.Batch, error]) (written destination.Written, err error) {
	if err := owned(load); err != nil {
		return written, err
	}
	err = w.file.with(ctx, func(s *session) error {
		st := newStaging(s, &w.file.loans, load)
		defer st.drop()
		if err := st.fill(ctx, w.file.scratch.path, batches); err != nil {
			return err
		}
		written, err = w.file.writeStaged(ctx, st)
		return err
	})
	if t, ok := errors.AsType[*iterError](err); ok {
		return destination.Written{}, t.error
	}
	return written, explain(w.file.path, err)
}

// owned checks that the load has a window if one of its tables is replaced day by day, and a
// time zone if one of them records restatements.
func owned(load destination.Load) error {
	for _, t := range load.Tables {
		if t.Mode == table.Replace && load.Slice.Window.Days() == 0 {
			return bug("window_missing", "The table %s is replaced day by day, but %s has no window", t.Name, load.Slice)
		}
		if len(t.Restated) > 0 && load.Zone == nil {
			return bug("zone_missing", "The age of the days of %s cannot be computed without the account's time zone", load.Slice)
		}
	}
	return nil
}

// loadTx is the transaction that writes one load.
type loadTx struct {
	*staging
	layout        layout
	asked, synced time.Time
	written       destination.Written
	rollups       []declaredRollup
}

// writeStaged writes the staged rows to the file.
func (f *file) writeStaged(ctx context.Context, st *staging) (written destination.Written, err error) {
	b := &loadTx{staging: st, asked: instant(st.load.Asked()), synced: instant(st.load.Now())}
	err = f.write(ctx, func() (err error) {
		if b.layout, err = f.complete(ctx, st.session, st.load.Dataset, st.load.Tables); err != nil {
			return err
		}
		rollups, err := b.declared(ctx)
		if err != nil {
			return err
		}
		b.rollups = rollups
		return b.withRows(ctx, func() error {
			return st.session.transact(ctx, func() error { return cmp.Or(b.all(ctx), b.still(ctx)) })
		})
	})
	if err != nil {
		return destination.Written{}, err
	}
	return b.written, nil
}

// instant truncates a time to microseconds, the precision of DuckDB's timestamps.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// withRows makes the staged rows readable for DuckDB and then calls do. It copies the rows
// of an upsert to a temporary table, and shows other rows through a view until do returns.
func (b *loadTx) withRows(ctx context.Context, do func() error) error {
	for _, t := range b.tables {
		if t.facts.rows == 0 {
			continue
		}
		if t.schema.Mode == table.Upsert {
			if err := b.settle(ctx, t); err != nil {
				return err
			}
			continue
		}
		release, err := b.lend(t)
		if err != nil {
			return fmt.Errorf("stage %s: %w", t.schema.Name, err)
		}
		defer release()
	}
	return do()
}

func (b *loadTx) all(ctx context.Context) error {
	for _, t := range b.tables {
		if err := b.table(ctx, t); err != nil {
			return fmt.Errorf("write %s: %w", t.schema.Name, err)
		}
	}
	for _, t := range b.brought() {
		if err := b.stubs(ctx, t); err != nil {
			return fmt.Errorf("add stubs for the objects that %s refers to: %w", t.schema.Name, err)
		}
		if err := b.restate(ctx, t); err != nil {
			return fmt.Errorf("record the totals of %s: %w", t.schema.Name, err)
		}
	}
	if err := b.record(ctx); err != nil {
		return err
	}
	if err := b.rollUp(ctx); err != nil {
		return fmt.Errorf("update the dataset %s: %w", destination.SharedDataset, err)
	}
	return b.conclude(ctx)
}

// still calls load.Still. An error means that another worker has taken over.
func (b *loadTx) still(ctx context.Context) error {
	if b.load.Still == nil {
		return nil
	}
	if err := b.load.Still(ctx); err != nil {
		return fmt.Errorf("%w: %w", destination.ErrLost, err)
	}
	return nil
}

func (b *loadTx) table(ctx context.Context, t *staged) error {
	places, err := b.layout.places(withBookkeeping(t.schema))
	if err != nil {
		return err
	}
	in := tableLoad{staged: t, target: target(b.load.Dataset, t.schema.Name), places: places}
	if t.schema.Mode == table.Upsert {
		return b.upsert(ctx, in)
	}
	return b.replace(ctx, in)
}

// tableLoad is one table of a load, with its target in the file.
type tableLoad struct {
	*staged
	target string            // the table's qualified name
	places map[string]string // from the schema's column names to the file's
}

// bookkeepingValues returns the values of the bookkeeping columns.
func (b *loadTx) bookkeepingValues() []any { return []any{b.asked, b.synced, b.load.ID} }

// bookkeepingExprs returns the SQL expressions for the columns that withBookkeeping adds, in
// the same order.
func (in tableLoad) bookkeepingExprs() []string {
	marks := []string{"?::TIMESTAMPTZ", "?::TIMESTAMPTZ", "?"}
	if in.schema.History {
		marks = append(marks, "false")
	}
	return marks
}

func (in tableLoad) insert() string {
	columns := names(withBookkeeping(in.schema).Columns)
	at := make([]string, len(columns))
	for i, c := range columns {
		at[i] = in.places[c]
	}
	return "INSERT INTO " + in.target + " (" + idents("", at) + ") SELECT " + idents("s.", names(in.schema.Columns)) + ", " + strings.Join(in.bookkeepingExprs(), ", ")
}
