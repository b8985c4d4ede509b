package analytics_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"adtally/internal/analytics"
)

// scratch returns a DuckDB in memory that holds a folder's rows in the schema adtally.
func scratch(t testing.TB, f *analytics.Folder) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	exec(t, db, `SET TimeZone = 'America/New_York'`) // must not matter
	exec(t, db, `SET threads = 1`)                   // small tables
	exec(t, db, `CREATE SCHEMA adtally`)
	for _, table := range analytics.Tables() {
		columns := make([]string, len(table.Columns))
		for i, c := range table.Columns {
			columns[i] = c.Name + " " + c.Type.String()
		}
		exec(t, db, fmt.Sprintf("CREATE TABLE adtally.%s (%s)", table.Name, strings.Join(columns, ", ")))
		insert(t, db, table.Name, len(columns), f.Rows[table.Name])
	}
	return db
}

func insert(t testing.TB, db *sql.DB, table string, columns int, rows [][]any) {
	t.Helper()
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", columns), ", ") + ")"
	for len(rows) > 0 {
		n := min(len(rows), 500)
		var values []any
		for _, r := range rows[:n] {
			values = append(values, r...)
		}
		exec(t, db, "INSERT INTO adtally."+table+" VALUES "+strings.TrimSuffix(strings.Repeat(row+", ", n), ", "), values...)
		rows = rows[n:]
	}
}

func exec(t testing.TB, db *sql.DB, text string, values ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text, values...); err != nil {
		t.Fatalf("%.300s: %v", text, err)
	}
}
