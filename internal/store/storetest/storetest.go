// Package storetest gives tests a database of the store whose tables are there already: a copy
// of one that was migrated once for the process. To migrate takes much longer than most tests.
//
// Only tests import it. A test of the migrations themselves begins with an empty database.
package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"adtally/internal/postgrestest"
	"adtally/internal/store"
)

// migrated is the content of a migrated SQLite file.
var migrated = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "storetest-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "x.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(address string) error {
	db, err := store.Open(context.Background(), address)
	if err != nil {
		return err
	}
	return db.Close()
}

// File returns the path of a new SQLite database, which is removed when the test ends.
func File(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	content, err := migrated()
	if err = errors.Join(err, os.WriteFile(path, content, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

// Server returns the address of a new PostgreSQL database, which is dropped when the test
// ends. If PostgreSQL is not installed, the test is skipped.
func Server(t testing.TB) string {
	t.Helper()
	return postgrestest.Copy(t, migrate)
}
