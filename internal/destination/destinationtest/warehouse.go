package destinationtest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// tester is a *testing.T or a *rapid.T.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// warehouse is the warehouse under test.
type warehouse struct {
	writer  destination.Writer
	dataset string
	loads   int
	asked   time.Time
	run     string // the run of the loads
	defined string // the definition of their tables
}

const firstSet = "facebook_ads"

func newWarehouse(t tester, w destination.Writer) *warehouse {
	t.Helper()
	h := &warehouse{writer: w, dataset: firstSet, asked: time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)}
	h.prepare(t, facts, entities)
	return h
}

func (w *warehouse) prepare(t tester, tables ...*table.Schema) {
	t.Helper()
	for _, s := range tables {
		if err := s.Check(); err != nil {
			t.Fatalf("the suite's own table: %v", err)
		}
	}
	if err := w.writer.Prepare(context.Background(), w.dataset, tables); err != nil {
		t.Fatalf("prepare: %v", err)
	}
}

// load returns a Load that was requested one minute after the previous one.
func (w *warehouse) load(s adtally.Slice, tables ...*table.Schema) destination.Load {
	w.loads++
	asked := w.asked.Add(time.Duration(w.loads) * time.Minute)
	return destination.Load{ID: fmt.Sprintf("load-%d", w.loads), Dataset: w.dataset, Slice: s, Tables: tables, Definition: w.defined, Run: w.run,
		Started: asked.Add(-time.Second), Cost: func() (int64, int64) { return 3, 4000 },
		Asked: func() time.Time { return asked }, Now: func() time.Time { return asked.Add(time.Second) }}
}

// commit commits rows that must be accepted. Rows of table.Remarks may be among them.
func (w *warehouse) commit(t tester, s adtally.Slice, in ...rows) destination.Written {
	t.Helper()
	var tables []*table.Schema
	for _, r := range in {
		if !slices.Contains(table.Remarks, r.schema) && !slices.Contains(tables, r.schema) {
			tables = append(tables, r.schema)
		}
	}
	written, err := w.writer.Commit(context.Background(), w.load(s, tables...), give(in...))
	if err != nil {
		t.Fatalf("commit %s: %v", s, err)
	}
	return written
}

// rows are rows of one table as texts, without the columns that all of them share.
type rows struct {
	schema *table.Schema
	cells  [][]string
}

// null stands for NULL.
const null = "\x00"

func (r rows) batch() table.Batch {
	b := table.NewBuilder(r.schema)
	for _, cells := range r.cells {
		for i, text := range cells {
			if text == null {
				continue
			}
			if err := b.Set(i, []byte(text)); err != nil {
				panic(fmt.Sprintf("the suite's own row: %s: %v", r.schema.Columns[i].Name, err))
			}
		}
		b.EndRow()
	}
	return b.Batch()
}

// give yields one batch for each.
func give(in ...rows) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		for _, r := range in {
			if !yield(r.batch(), nil) {
				return
			}
		}
	}
}

// see runs a query and returns its rows as sorted texts.
func (w *warehouse) see(t tester, query string) []string {
	t.Helper()
	db, done, err := w.writer.Query(context.Background())
	if err != nil {
		t.Fatalf("query: %v", err)
	}
	defer done()
	found, err := db.QueryContext(context.Background(), strings.ReplaceAll(query, "DATASET", w.dataset))
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	out := []string{}
	for found.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := found.Scan(cells...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		out = append(out, line(cells))
	}
	if err := found.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	slices.Sort(out)
	return out
}

func line(cells []any) string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		switch v := (*c.(*any)).(type) {
		case nil:
			texts[i] = "NULL"
		case []byte:
			texts[i] = string(v)
		default:
			texts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(texts, " ")
}

const factCells = "SELECT account_id, CAST(date AS VARCHAR), ad_id, clicks, CAST(spend AS VARCHAR) FROM DATASET.facts"

// facts returns all rows of the facts.
func (w *warehouse) facts(t tester) []string { t.Helper(); return w.see(t, factCells) }

// records returns all rows of _loads without the times.
func (w *warehouse) records(t tester) []string {
	t.Helper()
	return w.see(t, "SELECT load_id, table_name, account_id, CAST(date_from AS VARCHAR), CAST(date_to AS VARCHAR), rows FROM DATASET._loads")
}

func same(t tester, what string, got, want []string) {
	t.Helper()
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}
