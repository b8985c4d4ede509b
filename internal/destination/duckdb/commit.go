package duckdb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// Commit brings in one slice. The batches are taken without holding the file;
// only what they amount to is written while it is held, in one transaction.
func (w *writer) Commit(ctx context.Context, load destination.Load, batches iter.Seq2[table.Batch, error]) (written destination.Written, err error) {
	if err := owned(load); err != nil {
		return written, err
	}
	err = w.file.with(ctx, func(s *session) error {
		st := newStaging(s, load)
		defer st.drop(ctx)
		if err := st.fill(ctx, w.file.scratch.path, batches); err != nil {
			return err
		}
		written, err = w.file.bring(ctx, st)
		return err
	})
	if t, ok := errors.AsType[*theirs](err); ok {
		return destination.Written{}, t.error
	}
	return written, explain(w.file.path, err)
}

// owned says that every table of the load can be found again by its slice.
func owned(load destination.Load) error {
	for _, t := range load.Tables {
		if t.Mode == table.Replace && load.Slice.Window.Days() == 0 {
			return bug("window_missing", "%s is replaced by days, and %s names none", t.Name, load.Slice)
		}
	}
	return nil
}

// bringing is the transaction under way.
type bringing struct {
	*staging
	layout        layout
	asked, synced time.Time
	written       destination.Written
}

// bring writes what was staged.
func (f *file) bring(ctx context.Context, st *staging) (written destination.Written, err error) {
	b := &bringing{staging: st, asked: instant(st.load.Asked()), synced: instant(st.load.Now())}
	err = f.write(ctx, func() (err error) {
		if b.layout, err = f.complete(ctx, st.session, st.load.Dataset, st.load.Tables); err != nil {
			return err
		}
		return b.lent(ctx, func() error {
			return st.session.transact(ctx, func() error { return b.all(ctx) })
		})
	})
	if err != nil {
		return destination.Written{}, err
	}
	return b.written, nil
}

// instant is a moment as exact as the file keeps it.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// lent runs do while DuckDB can read the rows.
func (b *bringing) lent(ctx context.Context, do func() error) error {
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

func (b *bringing) all(ctx context.Context) error {
	for _, t := range b.tables {
		if err := b.table(ctx, t); err != nil {
			return fmt.Errorf("write %s: %w", t.schema.Name, err)
		}
	}
	if err := b.record(ctx); err != nil {
		return err
	}
	return b.conclude(ctx)
}

func (b *bringing) table(ctx context.Context, t *staged) error {
	places, err := b.layout.places(withBookkeeping(t.schema))
	if err != nil {
		return err
	}
	in := inserting{staged: t, target: target(b.load.Dataset, t.schema.Name), places: places}
	if t.schema.Mode == table.Upsert {
		return b.upsert(ctx, in)
	}
	return b.replace(ctx, in)
}

// inserting is one table on its way from memory to the file.
type inserting struct {
	*staged
	target string
	places map[string]string
}

// marked are the values of the bookkeeping columns.
func (b *bringing) marked() []any { return []any{b.asked, b.synced, b.load.ID} }

const marks3 = "?::TIMESTAMPTZ, ?::TIMESTAMPTZ, ?"

// replace exchanges the slice's rows for those of the load.
func (b *bringing) replace(ctx context.Context, in inserting) error {
	condition := table.AccountColumn + " = ? AND " + within(b.load.Slice.Window)
	if remarks(in.schema) {
		condition += " AND table_name IN " + b.tableNames()
	}
	if err := b.session.exec(ctx, "DELETE FROM "+in.target+" WHERE "+condition, b.load.Slice.Account); err != nil {
		return err
	}
	if in.facts.rows == 0 {
		return nil
	}
	return b.session.exec(ctx, in.insert()+" FROM memory.main."+in.view+" AS s", b.marked()...)
}

func (in inserting) insert() string {
	columns := names(withBookkeeping(in.schema).Columns)
	at := make([]string, len(columns))
	for i, c := range columns {
		at[i] = in.places[c]
	}
	return "INSERT INTO " + in.target + " (" + idents("", at) + ") SELECT " + idents("s.", names(in.schema.Columns)) + ", " + marks3
}

// upsert writes the rows that changed and those that are new. A row that is as
// it was is not written: its bookkeeping says when it last changed. Values in
// columns that the load does not know stay.
func (b *bringing) upsert(ctx context.Context, in inserting) error {
	if in.facts.rows == 0 {
		return nil
	}
	same := each(in.schema.Key, " AND ", func(c string) string { return "t." + c + " = s." + c })
	if err := b.exchange(ctx, in, same); err != nil {
		return err
	}
	return b.session.exec(ctx, in.insert()+" FROM temp."+in.name+" AS s WHERE NOT EXISTS (SELECT 1 FROM "+in.target+" AS t WHERE "+same+")", b.marked()...)
}

// exchange takes the rows that changed away, so that they are inserted with the
// new ones: an update keeps all that it changes in memory. It is used only where
// the table has columns whose values the load does not know.
func (b *bringing) exchange(ctx context.Context, in inserting, same string) error {
	where := " WHERE " + same + " AND (" + in.differs() + ")"
	if b.layout.holdsMore(in.schema.Name, in.places) {
		return b.session.exec(ctx, in.update()+where, b.marked()...)
	}
	return b.session.exec(ctx, "DELETE FROM "+in.target+" AS t USING temp."+in.name+" AS s"+where)
}

func (in inserting) update() string {
	set := []string{}
	for _, c := range in.schema.Columns {
		set = append(set, ident(in.places[c.Name])+" = s."+ident(c.Name))
	}
	for i, mark := range strings.Split(marks3, ", ") {
		set = append(set, ident(in.places[bookkeeping[i].Name])+" = "+mark)
	}
	return "UPDATE " + in.target + " AS t SET " + strings.Join(set, ", ") + " FROM temp." + in.name + " AS s"
}

func (in inserting) differs() string {
	out := make([]string, len(in.schema.Columns))
	for i, c := range in.schema.Columns {
		out[i] = "t." + ident(in.places[c.Name]) + " IS DISTINCT FROM s." + ident(c.Name)
	}
	return strings.Join(out, " OR ")
}
