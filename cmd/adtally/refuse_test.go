package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adtally/internal/vault"
)

// With a wrong key, or with the state of a newer version, the service does not start, says
// what to do, and changes nothing.
func TestServe_RefusesUnreadableState(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		spoil func(t *testing.T, dir string) (key string)
		says  []string
	}{
		"another key": {func(_ *testing.T, _ string) string { return vault.NewKey().Text().Reveal() }, []string{"The key", "is not in ADTALLY_KEY", "Put it back"}},
		"a lost key": {func(t *testing.T, dir string) string {
			if err := os.RemoveAll(filepath.Join(dir, "keys")); err != nil {
				t.Fatal(err)
			}
			return ""
		}, []string{"The key", "Put it back"}},
		"a newer database": {func(t *testing.T, dir string) string {
			db, err := sql.Open("sqlite", filepath.Join(dir, "adtally.db"))
			if err == nil {
				_, err = db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			return ""
		}, []string{"was written by a newer adtally", "Use the newer version of adtally"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			stop := run(t, &safeBuffer{}, "first admin: ", "serve", "--listen", "127.0.0.1:0", "--data", dir)
			if code := stop(); code != 0 {
				t.Fatal(code)
			}
			key := c.spoil(t, dir)
			before := databaseOf(t, dir)
			_, errs, code := typed(t, map[string]string{"ADTALLY_KEY": key}, "serve", "--listen", "127.0.0.1:0", "--data", dir)
			if code != exitConfigure {
				t.Errorf("it ended with %d", code)
			}
			for _, words := range c.says {
				if !strings.Contains(errs, words) {
					t.Errorf("it says %q, and no %q", errs, words)
				}
			}
			if after := databaseOf(t, dir); after != before {
				t.Error("the database was changed")
			}
		})
	}
}

// databaseOf returns the bytes of the database, with everything that is still in its
// write-ahead log: whether the last program moved that over does not matter.
func databaseOf(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "adtally.db")
	db, err := sql.Open("sqlite", path)
	if err == nil {
		_, err = db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
