package duckdb_test

import (
	"context"
	"path/filepath"
	"testing"

	"adtally/internal/destination"
	"adtally/internal/table"
)

func TestADatasetIsDroppedAndTheOthersStay(t *testing.T) { // R12
	t.Parallel()
	w := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	if err := commitWide(w, "a", 0, 2, 10); err != nil {
		t.Fatal(err)
	}
	if err := w.Prepare(context.Background(), "other", []*table.Schema{people()}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what is gone can go again
		if err := w.(destination.Dropper).Drop(context.Background(), "d"); err != nil {
			t.Fatal(err)
		}
	}
	db, done, err := w.Query(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	var left string
	if err := db.QueryRowContext(context.Background(), "SELECT string_agg(DISTINCT schema_name, ',') FROM duckdb_tables() WHERE NOT internal AND schema_name IN ('d', 'other')").Scan(&left); err != nil || left != "other" {
		t.Errorf("left are %q, %v", left, err)
	}
}
