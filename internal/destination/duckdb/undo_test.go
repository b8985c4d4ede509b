package duckdb_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"adtally"
	"adtally/internal/destination/duckdb"
)

// FuzzUndo: whatever the undo file contains, opening the warehouse neither fails nor
// changes its contents, unless the file was saved completely for the warehouse's current
// state.
func FuzzUndo(f *testing.F) {
	folder := f.TempDir()
	origin := filepath.Join(folder, "origin.duckdb")
	w := open(f, origin)
	if err := w.Prepare(context.Background(), "d", nil); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(origin)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "adtally undo 1\n", "adtally undo 1\n\x00\x00\x00\x00\x00\x00\x00\x00", "adtally undo 2\n" + string(make([]byte, 64)), "adtally undo 1\n" + string(make([]byte, 4096))} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, kept []byte) {
		file := filepath.Join(t.TempDir(), "w.duckdb")
		for path, content := range map[string][]byte{file: whole, file + ".undo": kept} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		w, err := duckdb.New(duckdb.Options{}).Open(t.Context(), adtally.Destination{Location: file}, adtally.Secret{})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if got, err := w.Loads(t.Context(), "d", "1"); err != nil || len(got) > 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		db, done, err := w.Query(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer done()
		var tables int
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'd'").Scan(&tables); err != nil || tables < 3 {
			t.Fatalf("%d tables, %v", tables, err)
		}
	})
}
