package duckdb_test

import (
	"context"
	"path/filepath"
	"testing"

	"adtally/internal/destination"
)

// Only our tables are counted; rows that were replaced are counted once.
func TestSizes_CountsRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.duckdb")
	w := open(t, path)
	sizes := func(dataset string) map[string]int64 {
		t.Helper()
		got, err := w.(destination.DatasetManager).Sizes(context.Background(), dataset)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := sizes("d"); len(got) != 0 {
		t.Errorf("of a dataset that does not exist: %v", got)
	}
	for _, id := range []string{"a", "b"} {
		if err := commitWide(w, id, 0, 2, 10+len(id)); err != nil {
			t.Fatal(err)
		}
	}
	byHand(t, path, `CREATE TABLE d.budget AS SELECT 1 AS euros`)
	got := sizes("d")
	if want, err := countRows(path); err != nil || got["wide"] != int64(want) || want == 0 || got["_loads"] == 0 {
		t.Errorf("%v, want %d, %v", got, want, err)
	}
	if _, counted := got["budget"]; counted {
		t.Errorf("somebody else's table is counted: %v", got)
	}
}
