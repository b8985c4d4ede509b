package duckdb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// duplicates are the rows with the same key, in the order in which they arrived.
type duplicates struct {
	at     []int64  // the numbers of the rows
	whole  []uint64 // the hashes that go into the checksum
	stable uint64   // the hash of the last row without its volatile columns
	differ bool
}

// mergeDuplicates leaves one row per key. A list that changes while it is read returns some
// rows twice. Only rows with duplicates are kept in memory. If the rows differ,
// load.LaterWins decides.
func (st *staging) mergeDuplicates(scratch string, t *staged) error {
	if t.schema == &table.Quarantine {
		return nil // two quarantined values of one cell are two rows
	}
	found, err := t.twins()
	if err != nil {
		return fmt.Errorf("check the keys of %s: %w", t.schema.Name, err)
	}
	differ := false
	for key, tw := range found {
		if tw.differ && !st.load.LaterWins {
			return fmt.Errorf("%d rows of %s, %s: %w", len(tw.at), t.schema.Name, key, destination.ErrDuplicateKey)
		}
		differ = differ || tw.differ
		t.keepLast(tw)
	}
	slices.Sort(t.drop)
	if !differ {
		return nil
	}
	remarks, err := t.remarks(st.load, found)
	if err != nil {
		return fmt.Errorf("remark on %s: %w", t.schema.Name, err)
	}
	return st.take(scratch, remarks)
}

// keepLast drops all rows of a key except the last.
func (t *staged) keepLast(tw *duplicates) {
	last := len(tw.at) - 1
	t.drop = append(t.drop, tw.at[:last]...)
	t.audit.rows -= int64(last)
	for _, h := range tw.whole[:last] {
		t.audit.sum -= h
	}
}

// twins finds the rows whose keys occur twice: first by hash, then by comparing the rows
// with equal hashes.
func (t *staged) twins() (map[string]*duplicates, error) {
	keys := &t.audit.keys
	if keys.close(); len(keys.reopened) > 0 {
		var hashes []uint64
		err := t.again(func(b seen) error {
			day := t.audit.day(b.rec)
			for row, h := range b.keys {
				if keys.reopened[day(row)] {
					hashes = append(hashes, h)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		keys.suspect(hashes)
	}
	if len(keys.suspects) == 0 {
		return nil, nil
	}
	found := map[string]*duplicates{}
	err := t.again(func(b seen) error {
		for row, h := range b.keys {
			if keys.suspects[h] {
				add(found, b, row)
			}
		}
		return nil
	})
	for key, tw := range found {
		if len(tw.at) < 2 {
			delete(found, key) // a hash collision
		}
	}
	return found, err
}

func add(found map[string]*duplicates, b seen, row int) {
	key := b.audit.keyOf(b.rec, row)
	tw := found[key]
	if tw == nil {
		tw = &duplicates{}
		found[key] = tw
	}
	stable := b.audit.stable(b.rec, row)
	tw.differ = tw.differ || len(tw.at) > 0 && stable != tw.stable
	tw.at, tw.whole, tw.stable = append(tw.at, b.from+int64(row)), append(tw.whole, b.whole[row]), stable
}

// seen is a batch of staged rows that is being read again.
type seen struct {
	audit       *audit
	rec         arrow.RecordBatch
	from        int64    // the number of its first row
	keys, whole []uint64 // the hashes of its rows
}

func (t *staged) again(look func(seen) error) error {
	records, err := t.all()
	if err != nil || records == nil {
		return err
	}
	defer records.Release()
	hasher, from := newAudit(t.schema, t.audit.load), int64(0)
	for records.Next() {
		rec := records.RecordBatch()
		hasher.hash(rec)
		if err := look(seen{hasher, rec, from, hasher.keyWords, hasher.hashes}); err != nil {
			return err
		}
		from += rec.NumRows()
	}
	return records.Err()
}

// keyOf returns a row's key as readable text.
func (a *audit) keyOf(rec arrow.RecordBatch, row int) string {
	parts := make([]string, len(a.key))
	for i, c := range a.key {
		parts[i], _ = table.CellOf(rec.Column(c), row)
	}
	return strings.Join(parts, "/")
}

// stable returns the hash of a row without its volatile columns.
func (a *audit) stable(rec arrow.RecordBatch, row int) (sum uint64) {
	for i, c := range a.schema.Columns {
		if slices.Contains(a.schema.Volatile, c.Name) {
			continue
		}
		cell := array.NewSlice(rec.Column(i), int64(row), int64(row)+1)
		eachHash(cell, func(_ int, h uint64) { sum = mix(sum ^ h + a.names[i]) })
		cell.Release()
	}
	return sum
}

// mostRemarks limits the remarks on the rows of one load. If a platform sends everything
// twice, one remark would be enough.
const mostRemarks = 1000

// remarks adds a row to the quarantine for each value that was left out.
func (t *staged) remarks(load destination.Load, found map[string]*duplicates) (table.Batch, error) {
	r := &remarking{staged: t, load: load, found: found, into: table.NewBuilder(&table.Quarantine), last: map[string][]string{}}
	for range 2 { // twice: the last row of a key is known only after all were read
		if err := t.again(r.look); err != nil {
			return table.Batch{}, err
		}
	}
	return r.into.Batch(), nil
}

type remarking struct {
	*staged
	load  destination.Load
	found map[string]*duplicates
	into  *table.Builder
	last  map[string][]string // the values that are loaded, by key
}

func (r *remarking) look(s seen) error {
	for row, h := range s.keys {
		if !r.audit.keys.suspects[h] {
			continue
		}
		key := s.audit.keyOf(s.rec, row)
		tw, kept := r.found[key], r.last[key]
		if tw == nil || !tw.differ {
			continue
		}
		switch isLast := s.from+int64(row) == tw.at[len(tw.at)-1]; {
		case isLast && kept == nil && len(r.last) < mostRemarks:
			r.last[key] = texts(s.rec, row)
		case !isLast && kept != nil:
			if err := r.remark(key, texts(s.rec, row), kept); err != nil {
				return err
			}
		}
	}
	return nil
}

func texts(rec arrow.RecordBatch, row int) []string {
	out := make([]string, rec.NumCols())
	for i, c := range rec.Columns() {
		out[i], _ = table.CellOf(c, row)
	}
	return out
}

// remark adds the columns in which a row differs from the later one.
func (r *remarking) remark(key string, was, is []string) error {
	day := ""
	if r.schema.Mode == table.Replace {
		day = was[r.schema.Index(table.DayColumn)]
	}
	for i, c := range r.schema.Columns {
		if was[i] == is[i] || slices.Contains(r.schema.Volatile, c.Name) {
			continue
		}
		cells := []string{r.schema.Name, r.load.Slice.Account, day, key, c.Name, was[i],
			"The platform returned this row twice with different values, even when it was read again. The later values were loaded.", is[i]}
		for column, text := range cells {
			if text == "" && column == table.Quarantine.Index(table.DayColumn) {
				continue // rows of objects have no day
			}
			if err := r.into.Set(column, []byte(text)); err != nil {
				return err
			}
		}
		r.into.EndRow()
	}
	return nil
}

// filteredReader reads rows without the dropped ones.
type filteredReader struct {
	array.RecordReader
	drop  []int64 // row numbers still to be dropped
	at    int64   // the number of the next batch's first row
	parts []arrow.RecordBatch
}

// Next advances to the next run of rows between dropped ones.
func (r *filteredReader) Next() bool {
	if len(r.parts) > 0 {
		r.parts[0].Release()
		r.parts = r.parts[1:]
	}
	for len(r.parts) == 0 {
		if !r.RecordReader.Next() {
			return false
		}
		r.cut(r.RecordReader.RecordBatch())
	}
	return true
}

func (r *filteredReader) cut(rec arrow.RecordBatch) {
	from, end := int64(0), rec.NumRows()
	for ; len(r.drop) > 0 && r.drop[0] < r.at+end; r.drop = r.drop[1:] {
		at := r.drop[0] - r.at
		if at > from {
			r.parts = append(r.parts, rec.NewSlice(from, at))
		}
		from = at + 1
	}
	if from < end {
		r.parts = append(r.parts, rec.NewSlice(from, end))
	}
	r.at += end
}

func (r *filteredReader) RecordBatch() arrow.RecordBatch { return r.parts[0] }

// Record is the former name of RecordBatch in Arrow's interface.
func (r *filteredReader) Record() arrow.RecordBatch { return r.RecordBatch() }

func (r *filteredReader) Release() {
	for _, p := range r.parts {
		p.Release()
	}
	r.parts = nil
	r.RecordReader.Release()
}
