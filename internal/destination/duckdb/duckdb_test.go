package duckdb_test

import (
	"context"
	"path/filepath"
	"testing"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/destinationtest"
	"adtally/internal/destination/duckdb"
)

func TestDuckDB_Contract(t *testing.T) {
	destinationtest.Run(t, func(t *testing.T) destination.Writer {
		return open(t, filepath.Join(t.TempDir(), "w.duckdb"))
	})
}

// open opens a file and closes it when the test ends.
func open(t testing.TB, path string) destination.Writer {
	t.Helper()
	w, err := duckdb.New(duckdb.Options{}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}
