//go:build linux

package duckdb_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"

	"adtally/internal/destination"
)

// A copy holds only whole loads, even while others are being written and DuckDB's log is not empty.
func TestCopy_HoldsWholeLoads(t *testing.T) {
	t.Parallel()
	w := open(t, filepath.Join(t.TempDir(), "w.duckdb"))
	const ads = 40
	if err := commitWide(w, "first", 0, 1, ads); err != nil {
		t.Fatal(err)
	}
	_, done, err := w.Query(t.Context()) // keeps the file attached, and so the log
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	var stop atomic.Bool
	ended := make(chan error, 1)
	go func() {
		for day := 1; !stop.Load(); day++ {
			if err := commitWide(w, "more", day, 1, ads); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}()
	for range 4 {
		folder := t.TempDir()
		names, err := w.(destination.Copier).Copy(t.Context(), folder)
		if err != nil || len(names) == 0 || names[0] != "w.duckdb" {
			t.Fatalf("%v, %v", names, err)
		}
		copied := open(t, filepath.Join(folder, names[0]))
		if n, err := rowsNow(copied); err != nil || n == 0 || n%ads != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
	}
	stop.Store(true)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
