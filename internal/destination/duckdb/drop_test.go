package duckdb_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

func TestDrop_OtherDatasetsStay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.duckdb")
	w := open(t, path)
	if err := commitWide(w, "a", 0, 2, 10); err != nil {
		t.Fatal(err)
	}
	if err := w.Prepare(context.Background(), "other", []*table.Schema{people()}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // dropping twice is not an error
		drop(t, w, "d")
	}
	if left := objects(t, path, "d"); left != "" {
		t.Errorf("left are %q", left)
	}
	if left := objects(t, path, "other"); !strings.Contains(left, "table people") {
		t.Errorf("of the other are left %q", left)
	}
}

// Other people's tables, views and macros stay, and so does their schema; so does a table
// that only looks like ours. When their owner has removed them, the name can be used
// again.
func TestDrop_ForeignObjectsStay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.duckdb")
	w := open(t, path)
	if err := commitWide(w, "a", 0, 2, 10); err != nil {
		t.Fatal(err)
	}
	if err := w.Prepare(context.Background(), "d", []*table.Schema{people()}); err != nil {
		t.Fatal(err)
	}
	byHand(t, path, `CREATE TABLE d.budget AS SELECT 1 AS euros`, `CREATE TABLE d.people_copy AS SELECT * FROM d.people`,
		`CREATE INDEX mine ON d.people (_load_id)`, `CREATE VIEW d."my "" AS view" AS SELECT count(*) AS n FROM d.people`,
		`CREATE VIEW main.outside (a) AS WITH q AS (SELECT 1 AS x) SELECT q.x FROM q, "d"."people"`,
		`CREATE VIEW main.elsewhere AS SELECT 'from d.people' AS text`, `CREATE MACRO d.total() AS (SELECT count(*) FROM d.people)`,
		`CREATE TYPE d.mood AS ENUM ('good')`)
	foreign, err := w.(destination.DatasetManager).Foreign(context.Background(), "d")
	if got := fmt.Sprint(foreign); err != nil || got != `[{d.budget table false} {d.my " AS view view true} {d.people_copy table false} {d.total macro true} {main.outside view true}]` {
		t.Errorf("other people's: %s, %v", got, err)
	}
	drop(t, w, "d")
	if left := objects(t, path, "d"); left != `macro total, table budget, table people_copy, view my " AS view` {
		t.Errorf("left are %q", left)
	}
	if f := adtally.FaultOf(w.(destination.DatasetManager).Vacant(context.Background(), "d")); f == nil || f.Code != "dataset_foreign" {
		t.Errorf("Vacant accepts the name: %v", f)
	}
	drop(t, w, "d") // nothing of ours is left
	if left := objects(t, path, "d"); !strings.Contains(left, "table budget") {
		t.Errorf("the second time took what was left of: %q", left)
	}
}

// A schema that others created or that is reserved cannot be a dataset.
func TestVacant_RejectsForeignSchemas(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.duckdb")
	w := open(t, path)
	if err := w.Prepare(context.Background(), "ours", []*table.Schema{people()}); err != nil {
		t.Fatal(err)
	}
	byHand(t, path, `CREATE SCHEMA bare`, `CREATE SCHEMA "Marketing"`, `CREATE TABLE "Marketing"._loads (id INT)`)
	for dataset, want := range map[string]string{"ours": "", "new": "", "bare": "dataset_foreign", "marketing": "dataset_foreign", "main": "dataset_foreign",
		"MAIN": "dataset_foreign", "information_schema": "dataset_foreign", "pg_catalog": "dataset_foreign", "temp": "dataset_foreign", "system": "dataset_foreign", "Adtally": "dataset_foreign"} {
		code := func(err error) string {
			if err == nil {
				return ""
			}
			return adtally.FaultOf(err).Code
		}
		if got := code(w.(destination.DatasetManager).Vacant(context.Background(), dataset)); got != want {
			t.Errorf("%s: %q, want %q", dataset, got, want)
		}
	}
}

func TestPrepare_RejectsReservedSchemas(t *testing.T) {
	t.Parallel()
	w := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	for _, dataset := range []string{"main", "Main", "temp", "system", "pg_catalog", "information_schema"} {
		if f := adtally.FaultOf(w.Prepare(context.Background(), dataset, []*table.Schema{people()})); f == nil || f.Code != "dataset_foreign" {
			t.Errorf("%s: %v", dataset, f)
		}
	}
}

func drop(t *testing.T, w destination.Writer, dataset string) {
	t.Helper()
	if err := w.(destination.DatasetManager).Drop(context.Background(), dataset); err != nil {
		t.Fatal(err)
	}
}

// byHand runs statements like a person with their own DuckDB.
func byHand(t *testing.T, path string, statements ...string) {
	t.Helper()
	with(t, path, func(db *sql.DB) {
		for _, s := range statements {
			if _, err := db.ExecContext(context.Background(), s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	})
}

// objects lists what is in a schema.
func objects(t *testing.T, path, schema string) (all string) {
	t.Helper()
	with(t, path, func(db *sql.DB) {
		err := db.QueryRowContext(context.Background(), `SELECT coalesce(string_agg(o, ', ' ORDER BY o), '') FROM (
			SELECT 'table ' || table_name AS o FROM duckdb_tables() WHERE schema_name = $1
			UNION ALL SELECT 'view ' || view_name FROM duckdb_views() WHERE schema_name = $1
			UNION ALL SELECT 'macro ' || function_name FROM duckdb_functions() WHERE schema_name = $1)`, schema).Scan(&all)
		if err != nil {
			t.Fatal(err)
		}
	})
	return all
}

func with(t *testing.T, path string, use func(*sql.DB)) {
	t.Helper()
	c, err := duckdb.NewConnector(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	defer db.Close()
	use(db)
}
