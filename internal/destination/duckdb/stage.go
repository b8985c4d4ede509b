package duckdb

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"strconv"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	ddb "github.com/duckdb/duckdb-go/v2"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// flushBytes is how much of a table is collected before it is given to DuckDB:
// a page at a time is slow, and more than this is no faster (BenchmarkLoad).
const flushBytes = 2 << 20

// staging is a load on its way in: tables in DuckDB's memory, or on disk where
// that is full. The file is not held meanwhile.
type staging struct {
	session *session
	load    destination.Load
	view    string
	tables  []*staged
}

// staged is the rows of one table.
type staged struct {
	schema  *table.Schema
	name    string
	pending []table.Batch
	bytes   int64
	facts   facts
}

var views atomic.Int64

// newStaging makes a temporary table for every table of the load.
func newStaging(ctx context.Context, s *session, load destination.Load) (*staging, error) {
	st := &staging{session: s, load: load, view: "batches_" + strconv.FormatInt(views.Add(1), 10)}
	for i, t := range append([]*table.Schema{&table.Quarantine}, load.Tables...) {
		name := "temp.staged_" + strconv.Itoa(i)
		columns := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			columns[i] = ident(c.Name) + " " + c.Type.String()
		}
		if err := s.exec(ctx, "CREATE TEMP TABLE "+name[len("temp."):]+" "+listed(columns)); err != nil {
			return nil, fmt.Errorf("stage %s: %w", t.Name, err)
		}
		st.tables = append(st.tables, &staged{schema: t, name: name})
	}
	return st, nil
}

// fill takes all batches. An error of the iterator comes back as it is.
func (st *staging) fill(ctx context.Context, batches iter.Seq2[table.Batch, error]) error {
	defer st.drop(ctx)
	for b, err := range batches {
		if err != nil {
			return &theirs{err}
		}
		if err := st.take(ctx, b); err != nil {
			return err
		}
	}
	for _, t := range st.tables {
		if err := st.flush(ctx, t); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// theirs is an error that did not arise here and is handed on untouched.
type theirs struct{ error }

// take keeps a batch until there are enough of them.
func (st *staging) take(ctx context.Context, b table.Batch) error {
	for _, t := range st.tables {
		if t.schema.Name == b.Schema().Name {
			t.pending = append(t.pending, b)
			if t.bytes += size(b.Arrow()); t.bytes < flushBytes {
				return nil
			}
			return st.flush(ctx, t)
		}
	}
	b.Release()
	return bug("unknown_table", "A load of %s brought rows of %s, which it does not own", st.load.Slice, b.Schema().Name)
}

func size(rec arrow.RecordBatch) (bytes int64) {
	for _, c := range rec.Columns() {
		bytes += int64(c.Data().SizeInBytes())
	}
	return bytes
}

// flush gives what was collected to DuckDB, which reads it where it lies.
func (st *staging) flush(ctx context.Context, t *staged) error {
	if len(t.pending) == 0 {
		return nil
	}
	defer t.release()
	reader, err := t.reader()
	if err != nil {
		return fmt.Errorf("stage %s: %w", t.schema.Name, err)
	}
	defer reader.Release()
	release, err := st.lend(reader)
	if err != nil {
		return fmt.Errorf("stage %s: %w", t.schema.Name, err)
	}
	defer release()
	columns := idents("", names(t.schema.Columns))
	if err := st.session.exec(ctx, "INSERT INTO "+t.name+" ("+columns+") SELECT "+columns+" FROM memory.main."+st.view); err != nil {
		return fmt.Errorf("stage %s: %w", t.schema.Name, err)
	}
	return nil
}

func (t *staged) reader() (array.RecordReader, error) {
	records := make([]arrow.RecordBatch, len(t.pending))
	for i, b := range t.pending {
		records[i] = b.Arrow()
	}
	return array.NewRecordReader(records[0].Schema(), records)
}

// lend makes the records readable as a view, until they are released.
func (st *staging) lend(records array.RecordReader) (release func(), err error) {
	err = st.session.conn.Raw(func(conn any) error {
		a, err := ddb.NewArrowFromConn(conn.(driver.Conn))
		if err != nil {
			return err
		}
		release, err = a.RegisterView(records, st.view)
		return err
	})
	return release, err
}

func (t *staged) release() {
	for _, b := range t.pending {
		b.Release()
	}
	t.pending, t.bytes = nil, 0
}

// drop lets go of what was not flushed, and of the view, which unlike the
// temporary tables would outlive the session.
func (st *staging) drop(ctx context.Context) {
	for _, t := range st.tables {
		t.release()
	}
	_ = st.session.exec(context.WithoutCancel(ctx), "DROP VIEW IF EXISTS memory.main."+st.view)
}
