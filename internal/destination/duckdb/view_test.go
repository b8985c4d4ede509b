package duckdb_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/destination/duckdb"
	"adtally/internal/table"
)

func everyPerson() *table.View {
	level := table.Column{Name: "level", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "Which."}
	return &table.View{Name: "everybody", Description: "All people.", Union: &table.Union{Column: level, Parts: []table.Part{{Of: people(), Value: "person"}}}}
}

// A view is created again only if its definition changed.
func TestView_CreatedOnce(t *testing.T) {
	var all []string
	w, err := duckdb.New(duckdb.Options{Trace: func(s string) { all = append(all, s) }}).Open(context.Background(),
		adtally.Destination{Location: filepath.Join(t.TempDir(), "w.duckdb")}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	other := everyPerson()
	other.Union.Parts[0].Value = "human"
	reworded := everyPerson()
	reworded.Description = "Everybody."
	for i, c := range []struct {
		view *table.View
		made bool
	}{{everyPerson(), true}, {everyPerson(), false}, {everyPerson(), false}, {other, true}, {other, false}, {reworded, true}} {
		all = nil
		must(t, w.Prepare(context.Background(), "d", []*table.Schema{people()}, c.view))
		made := slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "VIEW adtally_warehouse") })
		if made != c.made || !made && slices.Contains(all, "BEGIN TRANSACTION") {
			t.Errorf("Prepare %d creates the view: %v; it ran %q", i, made, all)
		}
	}
}

// People open the file with their own DuckDB, under any name, and read the descriptions of columns.
func TestView_ReadByOtherPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	func() {
		w, err := duckdb.New(duckdb.Options{}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
		must(t, err)
		defer w.Close()
		must(t, w.Prepare(context.Background(), "d", []*table.Schema{people()}, everyPerson()))
		must(t, commitPeople(w, people(), "a", 3, "x"))
	}()
	for _, c := range []struct{ place, attach, query, want string }{
		{path, "SELECT 1", "SELECT count(*)::VARCHAR FROM d.everybody WHERE level = 'person'", "3"},
		{"", "ATTACH '" + path + "' AS mine", "SELECT count(*)::VARCHAR FROM mine.d.everybody", "3"},
		{path, "SELECT 1", "SELECT comment FROM duckdb_columns() WHERE table_name = 'everybody' AND column_name = 'name'", "It is name. [unit: text; additivity: none]"},
	} {
		db, err := sql.Open("duckdb", c.place)
		must(t, err)
		_, err = db.ExecContext(t.Context(), c.attach)
		must(t, err)
		var got string
		if err := db.QueryRowContext(t.Context(), c.query).Scan(&got); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.query, got, err, c.want)
		}
		must(t, db.Close())
	}
}

// A view's comment holds only its description, and files from before that can still be opened.
func TestView_CommentIsTheDescription(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	prepare := func() {
		w, err := duckdb.New(duckdb.Options{}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
		must(t, err)
		defer w.Close()
		must(t, w.Prepare(context.Background(), "d", []*table.Schema{people()}, everyPerson()))
	}
	comment := func(first ...string) (text string) {
		db, err := sql.Open("duckdb", path)
		must(t, err)
		defer db.Close()
		for _, statement := range first {
			_, err = db.ExecContext(t.Context(), statement)
			must(t, err)
		}
		must(t, db.QueryRowContext(t.Context(), "SELECT coalesce(comment, '') FROM duckdb_views() WHERE view_name = 'everybody'").Scan(&text))
		return text
	}
	prepare()
	if got := comment(); got != "All people." {
		t.Errorf("the comment is %q", got)
	}
	comment("DROP TABLE d._views", "COMMENT ON VIEW d.everybody IS 'All people. [adtally view 0123456789abcdef]'")
	prepare()
	if got := comment(); got != "All people." {
		t.Errorf("the comment of an old file is %q", got)
	}
	comment("CREATE OR REPLACE VIEW d.everybody AS SELECT 7 AS n")
	w := open(t, path)
	if f := adtally.FaultOf(w.Prepare(context.Background(), "d", []*table.Schema{people()}, everyPerson())); f == nil || f.Code != "name_taken" {
		t.Errorf("a view that a person created instead: %+v", f)
	}
}

// Objects that a person created in the file stay.
func TestView_ForeignViewStays(t *testing.T) {
	for _, made := range []string{"CREATE VIEW d.everybody AS SELECT 7 AS n", "CREATE TABLE d.everybody AS SELECT 7 AS n"} {
		path := filepath.Join(t.TempDir(), "w.duckdb")
		db, err := sql.Open("duckdb", path)
		must(t, err)
		_, err = db.ExecContext(t.Context(), "CREATE SCHEMA d; "+made)
		must(t, err)
		must(t, db.Close())
		w := open(t, path)
		f := adtally.FaultOf(w.Prepare(context.Background(), "d", []*table.Schema{people()}, everyPerson()))
		if f == nil || f.Act != adtally.Configure || f.Code != "name_taken" || f.Hint == "" {
			t.Errorf("%s: %+v", made, f)
		}
		reader, done, err := w.Query(context.Background())
		must(t, err)
		var n int
		if err := reader.QueryRowContext(t.Context(), "SELECT n FROM d.everybody").Scan(&n); err != nil || n != 7 {
			t.Errorf("%s: got %d, %v", made, n, err)
		}
		done()
	}
}
