package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"testing"

	"database/sql"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

func orders() *table.Schema {
	text := func(name string) table.Column {
		return table.Column{Name: name, Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "It is " + name + "."}
	}
	return &table.Schema{Name: "orders", Description: "Orders.", Key: []string{"order_id"}, Columns: []table.Column{text("order_id"), text("status"), text("_file")}}
}

// rowsOf are rows of (order_id, status) of a file, in batches of two.
func rowsOf(s *table.Schema, file string, cells ...string) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(s)
		for i := 0; i < len(cells); i += 2 {
			_, _, _ = b.Set(0, []byte(cells[i])), b.Set(1, []byte(cells[i+1])), b.Set(2, []byte(file))
			b.EndRow()
			if b.Rows() == 2 && !yield(b.Batch(), nil) {
				return
			}
		}
		yield(b.Batch(), nil)
	}
}

func sharer(t testing.TB, path string) destination.Sharer {
	t.Helper()
	return open(t, path).(destination.Sharer)
}

func replace(file string, cells ...string) destination.Change {
	return destination.Change{Rows: &destination.Rows{Table: orders(), Column: "_file", Value: file, Batches: rowsOf(orders(), file, cells...)}}
}

func value(t *testing.T, path, query string) (v string) {
	t.Helper()
	with(t, path, func(db *sql.DB) {
		if err := db.QueryRowContext(context.Background(), query).Scan(&v); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	})
	return v
}

const allOrders = `SELECT coalesce(string_agg(order_id || ' ' || coalesce(status, '-') || ' ' || _file, ', ' ORDER BY order_id), '') FROM adtally.orders`

// The rows of one file are replaced, those of another stay, and no key is there twice.
func TestShare_ReplacesTheRowsOfOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	s := sharer(t, path)
	for i, c := range []struct {
		change destination.Change
		rows   string
		want   string
	}{
		{replace("f1", "1", "paid", "2", "paid", "3", "new"), "[{3 0 []}]", "1 paid f1, 2 paid f1, 3 new f1"},
		{replace("f2", "3", "old", "4", "paid", "4", "later", "5", "paid"), "[{2 2 [3 4]}]", "1 paid f1, 2 paid f1, 3 new f1, 4 paid f2, 5 paid f2"},
		{replace("f1", "2", "sent"), "[{1 0 []}]", "2 sent f1, 4 paid f2, 5 paid f2"},
		{replace("f1", "2", "sent"), "[{1 0 []}]", "2 sent f1, 4 paid f2, 5 paid f2"},
		{replace("f2"), "[{0 0 []}]", "2 sent f1"},
	} {
		got, err := s.Share(context.Background(), "adtally", c.change)
		if err != nil || fmt.Sprint(got) != c.rows {
			t.Errorf("%d: %v, %v; want %s", i, got, err, c.rows)
		}
		if left := value(t, path, allOrders); left != c.want {
			t.Errorf("%d: %q, want %q", i, left, c.want)
		}
	}
}

// The key may be any columns, in any order.
func TestShare_KeysOfSeveralColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	s := sharer(t, path)
	o := orders()
	o.Key = []string{"_file", "status"}
	got, err := s.Share(context.Background(), "adtally", destination.Change{Rows: &destination.Rows{Table: o, Column: "_file", Value: "f", Batches: rowsOf(o, "f", "1", "a", "2", "b", "3", "a", "4", "c")}})
	if err != nil || fmt.Sprint(got) != "[{3 1 [f, a]}]" {
		t.Errorf("%v, %v", got, err)
	}
	if left := value(t, path, allOrders); left != "1 a f, 2 b f, 4 c f" {
		t.Errorf("%q", left)
	}
}

// Everything is one transaction: a failing stream, view or SELECT leaves all as it was.
func TestShare_IsAllOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	s := sharer(t, path)
	if _, err := s.Share(context.Background(), "adtally", replace("f1", "1", "paid")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the file ends in the middle")
	failing := func(yield func(table.Batch, error) bool) { yield(table.Batch{}, broken) }
	for name, last := range map[string]destination.Change{
		"stream": {Rows: &destination.Rows{Table: orders(), Batches: failing}},
		"select": {Rows: &destination.Rows{Table: orders(), Select: "SELECT * FROM nothing.there"}},
		"view":   {View: &destination.SQLView{Name: "v", Description: "V.", SQL: "SELECT 1 AS one", Columns: orders().Columns}},
	} {
		_, err := s.Share(context.Background(), "adtally", replace("f1", "9", "new"), destination.Change{Drop: "orders"}, last)
		if err == nil || name == "stream" && !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
		if left := value(t, path, allOrders); left != "1 paid f1" {
			t.Errorf("%s: left are %q", name, left)
		}
	}
}

// Tables and views can be computed from the warehouse's tables, in an order that later changes read.
func TestShare_ComputesFromTheWarehouse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	w := open(t, path)
	must(t, w.Prepare(context.Background(), "d", []*table.Schema{people()}, everyPerson()))
	must(t, commitPeople(w, people(), "a", 3, "x"))
	s := w.(destination.Sharer)
	select3 := "SELECT name AS order_id, 'sql' AS _file FROM d.people UNION ALL SELECT '9', 'sql'"
	view := &destination.SQLView{Name: "everything", Description: "All.", SQL: "SELECT order_id FROM adtally.orders UNION ALL SELECT name FROM d.people", Columns: orders().Columns[:1]}
	for range 2 {
		got, err := s.Share(context.Background(), "adtally", replace("f", "9", "ours"),
			destination.Change{Rows: &destination.Rows{Table: orders(), Column: "_file", Value: "sql", Select: select3}}, destination.Change{View: view})
		if err != nil || got[0].Rows != 1 || got[1].Twice < 1 || got[1].Keys[0] != "9" {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if n := value(t, path, "SELECT count(*) FROM adtally.everything"); n == "0" {
		t.Errorf("the view has %s rows", n)
	}
	with(t, "", func(db *sql.DB) { // under another name of the file
		for _, q := range []string{"ATTACH '" + path + "' AS mine", "SELECT count(*) FROM mine.adtally.everything"} {
			if _, err := db.ExecContext(context.Background(), q); err != nil {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
	if got := value(t, path, "SELECT comment FROM duckdb_columns() WHERE schema_name = 'adtally' AND table_name = 'everything'"); got != "It is order_id. [unit: id; additivity: none]" {
		t.Errorf("the comment is %q", got)
	}
}

// A column that comes later is added, one whose type changes is converted, and a view can become a table.
func TestShare_TablesGrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	s := sharer(t, path)
	more := orders()
	more.Columns[1].Type = table.Int
	more.Columns = append(more.Columns, table.Column{Name: "amount", Type: table.Decimal(18, 6), Unit: table.Count, Additivity: table.Sum, Description: "Amount."})
	for _, c := range []destination.Change{
		{View: &destination.SQLView{Name: "orders", Description: "A view at first.", SQL: "SELECT 1 AS order_id"}},
		replace("f1", "1", "7"),
		{Rows: &destination.Rows{Table: more, Column: "_file", Value: "f2", Batches: rowsOf(more, "f2", "2", "8")}},
		replace("f3", "3", "9"), // without the new column
	} {
		if _, err := s.Share(context.Background(), "adtally", c); err != nil {
			t.Fatal(err)
		}
	}
	if got := value(t, path, allOrders+" WHERE amount IS NULL"); got != "1 7 f1, 2 8 f2, 3 9 f3" {
		t.Errorf("%q", got)
	}
}

// Other people's objects are neither replaced nor dropped, even if they have a name that was ours.
func TestShare_LeavesForeignObjects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	s := sharer(t, path)
	byHand(t, path, "CREATE SCHEMA adtally", "CREATE TABLE adtally.orders AS SELECT 1 AS mine")
	code := func(changes ...destination.Change) string {
		if _, err := s.Share(context.Background(), "adtally", changes...); err != nil {
			return adtally.FaultOf(err).Code
		}
		return ""
	}
	if got := code(replace("f", "1", "x")); got != "name_taken" {
		t.Errorf("a table: %q", got)
	}
	if got := code(destination.Change{View: &destination.SQLView{Name: "Orders", Description: "V.", SQL: "SELECT 1"}}); got != "name_taken" {
		t.Errorf("a view: %q", got)
	}
	if got := code(destination.Change{Drop: "orders"}); got != "" || value(t, path, "SELECT mine FROM adtally.orders") != "1" {
		t.Errorf("drop: %q", got)
	}
	byHand(t, path, "DROP TABLE adtally.orders")
	if got := code(replace("f", "1", "x"), destination.Change{View: &destination.SQLView{Name: "v", Description: "V.", SQL: "SELECT 1 AS one"}}); got != "" {
		t.Errorf("after it is gone: %q", got)
	}
	if got, err := s.Shared(context.Background(), "adtally"); fmt.Sprint(got, err) != "[orders v] <nil>" {
		t.Errorf("ours are %v, %v", got, err)
	}
	byHand(t, path, "DROP VIEW adtally.v", "CREATE VIEW adtally.v AS SELECT 2 AS mine")
	if got := code(destination.Change{View: &destination.SQLView{Name: "v", Description: "V.", SQL: "SELECT 1 AS one"}}); got != "name_taken" {
		t.Errorf("a view that replaced ours: %q", got)
	}
	if got := code(destination.Change{Drop: "orders"}); got != "" || objects(t, path, "adtally") != "table _shared, view v" {
		t.Errorf("drop ours: %q, left are %s", got, objects(t, path, "adtally"))
	}
}

// A large table does not stay in memory while it is received.
func TestShare_ManyRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	s := sharer(t, path)
	const batches, size = 40, 5000
	many := func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(orders())
		for i := range batches * size {
			_, _ = b.Set(0, fmt.Appendf(nil, "order %d", i)), b.Set(2, []byte("f"))
			if b.EndRow(); b.Rows() == size && !yield(b.Batch(), nil) {
				return
			}
		}
	}
	for range 2 {
		got, err := s.Share(context.Background(), "adtally", destination.Change{Rows: &destination.Rows{Table: orders(), Column: "_file", Value: "f", Batches: many}})
		if err != nil || got[0].Rows != batches*size || got[0].Twice != 0 {
			t.Errorf("%v, %v", got, err)
		}
	}
}
