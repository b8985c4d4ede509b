package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// A copy of a database in use is a complete database and changes nothing in the
// original.
func TestCopy_OfDatabaseInUse(t *testing.T) {
	t.Parallel()
	from, to := filepath.Join(t.TempDir(), "adtally.db"), filepath.Join(t.TempDir(), "copy.db")
	db, err := store.Open(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	add := func(id string) {
		t.Helper()
		u := adtally.User{ID: id, Email: id + "@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Admin}, Version: 1, Created: time.Now()}
		if err := db.AddUser(t.Context(), u, adtally.AuditEntry{ID: id, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	add("before")
	if err := store.Copy(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	add("after")
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := store.Copy(t.Context(), from, to); err == nil {
		t.Error("a copy was written over")
	}
	if err := store.Copy(t.Context(), filepath.Join(t.TempDir(), "none.db"), to+"2"); adtally.FaultOf(err) == nil || adtally.FaultOf(err).Code != "database_unreadable" {
		t.Errorf("of none: %v", err)
	}
	copied, err := store.Open(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if _, err := copied.UserByEmail(t.Context(), "before@example.com"); err != nil {
		t.Error(err)
	}
	if _, err := copied.UserByEmail(t.Context(), "after@example.com"); err == nil {
		t.Error("it has what came later")
	}
}
