package duckdb

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// keepBytes is how much of a table is kept in memory. Larger tables are written to a file
// in the scratch folder, so much at a time. Most loads are smaller.
const keepBytes = 2 << 20

// staging is a load that is being received. Its rows are counted, checked and kept outside
// DuckDB's memory. The file is not attached meanwhile.
type staging struct {
	session *session
	loans   *viewPool
	load    destination.Load
	tables  []*staged
}

// staged holds the rows of one table.
type staged struct {
	schema  *table.Schema
	view    string // the view through which DuckDB reads the rows while they are lent
	lent    *swapReader
	twice   []string      // the first keys of the rows to leave out
	name    string        // the temporary table of an upsert
	pending []table.Batch // not in the file yet
	bytes   int64         // of pending
	spill   *spill
	audit   *audit
	facts   facts
	drop    []int64 // numbers of the rows to leave out because a later row has the same key, ascending
}

func newStaging(s *session, l *viewPool, load destination.Load) *staging {
	st := &staging{session: s, loans: l, load: load}
	for i, t := range slices.Concat(table.Remarks, load.Tables) {
		st.tables = append(st.tables, &staged{schema: t, name: "staged_" + strconv.Itoa(i), audit: newAudit(t, load)})
	}
	return st
}

// fill takes all batches. An error of the iterator is returned as it is.
func (st *staging) fill(ctx context.Context, scratch string, batches iter.Seq2[table.Batch, error]) error {
	for b, err := range batches {
		if err != nil {
			return &iterError{err}
		}
		if err := st.take(scratch, b); err != nil {
			return err
		}
	}
	for _, t := range slices.Backward(st.tables) { // the quarantine must be last, because the others add to it
		if err := st.mergeDuplicates(scratch, t); err != nil {
			return err
		}
		var err error
		if t.facts, err = t.audit.verdict(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// iterError marks an error of the batch iterator, which is returned as it is.
type iterError struct{ error }

// take stores a batch in memory or, beyond keepBytes, in the scratch folder.
func (st *staging) take(scratch string, b table.Batch) error {
	for _, t := range st.tables {
		if t.schema.Name != b.Schema().Name {
			continue
		}
		t.audit.take(b.Arrow())
		return t.keep(scratch, b)
	}
	b.Release()
	return bug("unknown_table", "A load of %s has rows of %s, which it does not own", st.load.Slice, b.Schema().Name)
}

func (t *staged) keep(scratch string, b table.Batch) error {
	t.pending = append(t.pending, b)
	if t.bytes += size(b.Arrow()); t.bytes < keepBytes {
		return nil
	}
	return t.toDisk(scratch)
}

func size(rec arrow.RecordBatch) (bytes int64) {
	for _, c := range rec.Columns() {
		bytes += int64(c.Data().SizeInBytes())
	}
	return bytes
}

func (t *staged) toDisk(scratch string) (err error) {
	if t.spill == nil {
		if t.spill, err = newSpill(scratch, t.pending[0].Arrow().Schema()); err != nil {
			return fmt.Errorf("stage %s: %w", t.schema.Name, err)
		}
	}
	return t.flush()
}

// flush writes the batches in memory to the file, as one: pages are short, and DuckDB reads long
// batches with less effort.
func (t *staged) flush() error {
	if len(t.pending) == 0 {
		return nil
	}
	one := table.Concat(t.pending)
	defer one.Release()
	t.pending, t.bytes = nil, 0
	if err := t.spill.add(one.Arrow()); err != nil {
		return fmt.Errorf("stage %s: %w", t.schema.Name, err)
	}
	return nil
}

// rows returns a reader over the rows to write, or nil if there are none.
func (t *staged) rows() (array.RecordReader, error) {
	all, err := t.all()
	if err != nil || all == nil || len(t.drop) == 0 {
		return all, err
	}
	return &filteredReader{RecordReader: all, drop: t.drop}, nil
}

// all returns a reader over all staged rows.
func (t *staged) all() (array.RecordReader, error) {
	switch {
	case t.spill != nil:
		if err := t.flush(); err != nil {
			return nil, err
		}
		return t.spill.rows()
	case len(t.pending) == 0:
		return nil, nil
	}
	records := make([]arrow.RecordBatch, len(t.pending))
	for i, b := range t.pending {
		records[i] = b.Arrow()
	}
	return array.NewRecordReader(records[0].Schema(), records)
}

// lend makes the rows of a table readable once, through a view. It is not part of a
// transaction, because the view is in another database than the file.
func (st *staging) lend(t *staged) (release func(), err error) {
	records, err := t.rows()
	if err != nil || records == nil {
		return func() {}, err
	}
	var one *arrowView
	err = st.session.conn.Raw(func(conn any) (err error) {
		one, err = st.loans.take(conn.(driver.Conn), records.Schema())
		return err
	})
	if err != nil {
		records.Release()
		return func() {}, err
	}
	one.rows.now, t.view, t.lent = records, one.view, one.rows
	return func() { st.loans.giveBack(one); records.Release() }, nil
}

// settle copies the rows of an upsert into a temporary table because they are read more than once.
func (st *staging) settle(ctx context.Context, t *staged) error {
	release, err := st.lend(t)
	if err != nil {
		return fmt.Errorf("stage %s: %w", t.schema.Name, err)
	}
	defer release()
	columns := make([]string, len(t.schema.Columns))
	for i, c := range t.schema.Columns {
		columns[i] = ident(c.Name) + " " + c.Type.String()
	}
	list := idents("", names(t.schema.Columns))
	for _, statement := range []string{
		"CREATE TEMP TABLE " + t.name + " " + listed(columns),
		"INSERT INTO temp." + t.name + " (" + list + ") SELECT " + list + " FROM memory.main." + t.view,
	} {
		if err := st.session.exec(ctx, statement); err != nil {
			return fmt.Errorf("stage %s: %w", t.schema.Name, err)
		}
	}
	return nil
}

func (t *staged) release() {
	for _, b := range t.pending {
		b.Release()
	}
	t.pending = nil
}

// drop releases everything.
func (st *staging) drop() {
	for _, t := range st.tables {
		t.release()
		if t.spill != nil {
			t.spill.remove()
		}
	}
}
