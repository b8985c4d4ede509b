package duckdb_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

func visits() *table.Schema {
	text := func(name string, kind table.Type) table.Column {
		return table.Column{Name: name, Type: kind, Unit: table.ID, Additivity: table.None, Description: "It is " + name + "."}
	}
	return &table.Schema{Name: "visits", Description: "Visits.", Mode: table.Replace, Key: []string{"account_id", "date"}, Columns: []table.Column{text("account_id", table.Text), text("date", table.Date)}}
}

func commitVisit(t *testing.T, w destination.Writer, day string) error {
	t.Helper()
	d, err := adtally.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }
	_, err = w.Commit(context.Background(), destination.Load{ID: day, Dataset: "ads", Slice: adtally.Slice{Stream: "visits", Account: "7", Window: adtally.WindowOf(d, d)},
		Tables: []*table.Schema{visits()}, Asked: now, Now: now}, func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(visits())
		_, _ = b.Set(0, []byte("7")), b.Set(1, []byte(day))
		b.EndRow()
		yield(b.Batch(), nil)
	})
	return err
}

// A rollup whose SELECT reads something that somebody has dropped does not stop loads. Declared
// again, it has all rows.
func TestRollup_BrokenDoesNotStopLoads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	w := open(t, path)
	if err := w.Prepare(context.Background(), "ads", []*table.Schema{visits()}); err != nil {
		t.Fatal(err)
	}
	of := visits()
	of.Key, of.Columns = nil, append(of.Columns, table.Column{Name: "source", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "Source."})
	declare := destination.Change{Rollup: &destination.Rollup{Table: of, Source: "ads", Loads: "visits", Select: "SELECT account_id, date, 'ads' AS source FROM ads.seen"}}
	with(t, path, func(db *sql.DB) { run(t, db, "CREATE VIEW ads.seen AS SELECT * FROM ads.visits") })
	if _, err := w.(destination.Sharer).Share(context.Background(), "adtally", declare); err != nil {
		t.Fatal(err)
	}
	if err := commitVisit(t, w, "2026-04-01"); err != nil {
		t.Fatal(err)
	}
	with(t, path, func(db *sql.DB) { run(t, db, "DROP VIEW ads.seen") })
	if err := commitVisit(t, w, "2026-04-02"); err != nil {
		t.Fatal(err)
	}
	if n := value(t, path, "SELECT count(*) FROM adtally.visits"); n != "1" {
		t.Errorf("%s rows", n)
	}
	with(t, path, func(db *sql.DB) { run(t, db, "CREATE VIEW ads.seen AS SELECT * FROM ads.visits") })
	if _, err := w.(destination.Sharer).Share(context.Background(), "adtally", declare); err != nil {
		t.Fatal(err)
	}
	if n := value(t, path, "SELECT count(*) FROM adtally.visits"); n != "2" {
		t.Errorf("%s rows after it was declared again", n)
	}
}

func run(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}
