//go:build linux

package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
	"adtally/internal/table"
)

// People use the file with their own DuckDB during a sync, between loads and while the
// sync waits for rows.
func TestLease_OthersOpenBetweenLoads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w := open(t, path)
	if err := commitWide(w, "first", 0, 1, 100); err != nil {
		t.Fatal(err)
	}
	person := start(t, "read", path)
	person.expect("100")

	load, window := wideLoad("second", 1, 1)
	_, err := w.Commit(context.Background(), load, func(yield func(table.Batch, error) bool) {
		for b, err := range wideRows(wideTable, window, 3000) {
			person.goOn()
			person.expect("100")
			if !yield(b, err) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	person.goOn()
	person.expect("3100")

	_, done, err := w.Query(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	person.goOn()
	person.expect("refused")
	done()
	person.goOn()
	person.expect("3100")
}

func TestLease_TimeoutNamesTheHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	const lockTimeout = 300 * time.Millisecond
	w, err := duckdb.New(duckdb.Options{LockTimeout: lockTimeout}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := commitWide(w, "before", 0, 1, 10); err != nil {
		t.Fatal(err)
	}
	person := start(t, "hold", path)
	person.expect("held")
	began := time.Now()
	var told []*adtally.Fault
	load, window := wideLoad("in vain", 0, 1)
	_, err = w.Commit(destination.WithWaiting(context.Background(), func(f *adtally.Fault) { told = append(told, f) }), load, wideRows(wideTable, window, 20))
	f := adtally.FaultOf(err)
	if f.Act != adtally.Configure || f.Code != "destination_locked" || !strings.Contains(strings.ToLower(f.Hint), "close the program") ||
		!strings.Contains(f.Message, path) || !strings.Contains(f.Message, fmt.Sprint("process ", person.cmd.Process.Pid)) {
		t.Errorf("got %+v", f)
	}
	if waited := time.Since(began); waited < lockTimeout/2 || waited > 20*lockTimeout {
		t.Errorf("waited %s, want about %s", waited, lockTimeout)
	}
	if len(told) != 1 || told[0].Message != f.Message {
		t.Errorf("the caller was told %v while it waited", told)
	}
	if _, err := w.Loads(context.Background(), "d", "1"); adtally.FaultOf(err).Code != "destination_locked" {
		t.Errorf("Loads: %v", err)
	}
	if _, _, err := w.Query(context.Background()); adtally.FaultOf(err).Code != "destination_locked" {
		t.Errorf("Query: %v", err)
	}
	_, err = duckdb.New(duckdb.Options{LockTimeout: lockTimeout}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if adtally.FaultOf(err).Code != "destination_locked" {
		t.Errorf("Open: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Loads(ctx, "d", "1"); !errors.Is(err, context.Canceled) {
		t.Errorf("Loads without a callback: %v", err)
	}
}

// The file is released while the load waits for it.
func TestLease_WaitsForRelease(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w := open(t, path)
	if err := commitWide(w, "before", 0, 1, 10); err != nil {
		t.Fatal(err)
	}
	person := start(t, "hold", path)
	person.expect("held")
	load, window := wideLoad("waits", 0, 1)
	taken := false
	load.Asked = func() time.Time { // called last before the file is needed
		taken = true
		person.goOn()
		return time.Now()
	}
	if _, err := w.Commit(context.Background(), load, wideRows(wideTable, window, 20)); err != nil || !taken {
		t.Fatal(err)
	}
	person.expect("released")
	if n, err := rowsNow(w); err != nil || n != 20 {
		t.Errorf("the file has %d rows, %v", n, err)
	}
}

// Two writers of one process share the file. The operating system would not stop a second
// DuckDB, and it would corrupt the file.
func TestOpen_WritersShareTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	one, two := open(t, path), open(t, filepath.Join(filepath.Dir(path), ".", "w.duckdb"))
	for i := range 3 {
		if err := errors.Join(commitWide(one, "one", 2*i, 1, 10), commitWide(two, "two", 2*i+1, 1, 10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(one.Close(), one.Close()); err != nil {
		t.Fatal(err)
	}
	if n, err := rowsNow(two); err != nil || n != 60 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// Rows that do not fit in memory are next to the file only while they are needed.
func TestScratch_LeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w, err := duckdb.New(duckdb.Options{Memory: 64 << 20}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	load, window := wideLoad("spills", 0, 30)
	spilled := 0
	load.Asked = func() time.Time {
		files, _ := filepath.Glob(path + ".loading-*/*")
		spilled = len(files)
		return time.Now()
	}
	if _, err := w.Commit(context.Background(), load, wideRows(wideTable, window, 4000)); err != nil || spilled == 0 {
		t.Fatalf("%v; %d files beside it", err, spilled)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Errorf("left are %q", left)
	}
	if n, err := countRows(path); err != nil || n != 30*4000 {
		t.Errorf("%d rows, %v", n, err)
	}
}
