package duckdb_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
)

// A reader who leaves while DuckDB is given more memory takes none of it from those who come later.
func TestQuery_MemoryAfterAReaderLeft(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	reading := false // opening the file sets the memory as well
	trace := func(statement string) {
		if reading && strings.HasPrefix(statement, "SET GLOBAL memory_limit") {
			leave()
		}
	}
	w, err := duckdb.New(duckdb.Options{Trace: trace}).Open(context.Background(), adtally.Destination{Location: filepath.Join(t.TempDir(), "w.duckdb")}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	reading = true
	if _, done, err := w.Query(ctx); err == nil {
		done()
		t.Fatal("the reader did not leave, so this test proves nothing")
	}
	// When the first of them is done, the file is detached, and memory is returned.
	for range 2 {
		if limit := readerLimit(t, w); limit != "256.0 MiB" {
			t.Errorf("a later reader has %s, want 256.0 MiB", limit)
		}
	}
}

func readerLimit(t *testing.T, w destination.Writer) (limit string) {
	t.Helper()
	db, done, err := w.Query(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if err := db.QueryRowContext(context.Background(), "SELECT current_setting('memory_limit')").Scan(&limit); err != nil {
		t.Fatal(err)
	}
	return limit
}
