package duckdb_test

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
	"adtally/internal/table"
)

// people is a table of objects with a column of long texts.
func people(extra ...table.Column) *table.Schema {
	c := func(name string) table.Column {
		return table.Column{Name: name, Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "It is " + name + "."}
	}
	return &table.Schema{Name: "people", Description: "Entities.", Mode: table.Upsert, Key: []string{"account_id", "id"},
		Columns: append([]table.Column{c("account_id"), c("id"), c("name")}, extra...)}
}

func commitPeople(w destination.Writer, s *table.Schema, id string, n int, name string) error {
	_, err := w.Commit(context.Background(), destination.Load{ID: id, Dataset: "d", Tables: []*table.Schema{s}, Asked: time.Now, Now: time.Now,
		Slice: adtally.Slice{Stream: "people", Account: "1"}}, func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(s)
		for i := range n {
			_, _, _ = b.Set(0, []byte("1")), b.Set(1, fmt.Append(nil, i)), b.Set(2, []byte(name))
			b.EndRow()
			if b.Rows() == 500 && !yield(b.Batch(), nil) {
				return
			}
		}
		yield(b.Batch(), nil)
	})
	return err
}

// A sync never drops or truncates anything. It deletes only rows of an account's days.
func TestCommit_DropsNothing(t *testing.T) {
	var mu sync.Mutex
	var all []string
	trace := func(s string) { mu.Lock(); defer mu.Unlock(); all = append(all, strings.Join(strings.Fields(s), " ")) }
	w, err := duckdb.New(duckdb.Options{Trace: trace}).Open(context.Background(), adtally.Destination{Location: filepath.Join(t.TempDir(), "w.duckdb")}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s, wider := people(), people(table.Column{Name: "more", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "More."})
	s.History, wider.History = true, true
	for i, do := range []func() error{
		func() error { return commitWide(w, "a", 0, 2, 10) },
		func() error { return commitWide(w, "b", 0, 2, 0) },
		func() error { return commitPeople(w, s, "c", 10, "x") },
		func() error { return commitPeople(w, wider, "d", 5, "y") },
	} {
		if err := do(); err != nil {
			t.Fatal(i, err)
		}
	}
	taking := regexp.MustCompile(`(?i)\b(DROP|TRUNCATE|DELETE|REPLACE)\b`)
	harmless := regexp.MustCompile(`^DELETE FROM \S+ AS t USING temp\.staged_\d+ AS s WHERE t\."account_id" = s\."account_id" AND |^DELETE FROM \S+ WHERE account_id = \? AND ("date" >= DATE '[\d-]+' AND "date" < DATE '[\d-]+'|"date" IS NULL)( AND table_name IN \([^)]*\))?$`)
	taken := 0
	for _, statement := range all {
		if taking.MatchString(statement) && !strings.HasPrefix(statement, "COMMENT ") {
			if taken++; !harmless.MatchString(statement) {
				t.Errorf("a sync runs %s", statement)
			}
		}
	}
	if taken == 0 || len(all) < 20 {
		t.Errorf("none of the %d statements deletes anything, so this test proves nothing", len(all))
	}
}

// If the same rows are loaded again, only _loads is written.
func TestCommit_UnchangedRowsAreNotWritten(t *testing.T) {
	var mu sync.Mutex
	var all []string
	trace := func(s string) { mu.Lock(); defer mu.Unlock(); all = append(all, s) }
	w, err := duckdb.New(duckdb.Options{Trace: trace}).Open(context.Background(), adtally.Destination{Location: filepath.Join(t.TempDir(), "w.duckdb")}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	writing := regexp.MustCompile(`^(DELETE FROM|INSERT INTO|UPDATE) adtally_warehouse\."d"\."wide"`)
	for i, c := range []struct {
		ads    int
		writes bool
	}{{100, true}, {100, false}, {100, false}, {101, true}} {
		all = nil
		if err := commitWide(w, fmt.Sprint(i), 0, 5, c.ads); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(all, writing.MatchString) != c.writes {
			t.Errorf("load %d: should write: %v, ran %q", i, c.writes, all)
		}
	}
}

// All objects of a large account change at once, and their history grows, within a small
// memory limit.
func TestCommit_UpsertMemory(t *testing.T) {
	const many = 100_000
	w := open(t, filepath.Join(t.TempDir(), "w.duckdb"))
	s, long := people(), strings.Repeat("long text ", 100)
	s.History = true
	for i, name := range []string{long + "a", long + "b", long + "b"} {
		if err := commitPeople(w, s, fmt.Sprint("load-", i), many, name); err != nil {
			t.Fatal(err)
		}
	}
	db, done, err := w.Query(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	for query, want := range map[string]int{
		"SELECT count(DISTINCT id) FROM d.people":                         many,
		"SELECT count(*) FROM d.people WHERE _load_id = 'load-1'":         many, // the last load to change them
		"SELECT count(*) FROM d.people_history":                           2 * many,
		"SELECT count(*) FROM d.people_history WHERE valid_to IS NULL":    many,
		"SELECT count(*) FROM d.people_history WHERE _load_id = 'load-2'": 0,
	} {
		var n int
		if err := db.QueryRowContext(context.Background(), query).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", query, n, err, want)
		}
	}
}
