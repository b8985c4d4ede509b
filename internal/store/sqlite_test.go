package store_test

import (
	"bytes"
	"cmp"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/store"
)

func TestSQLite_RefusesNewerAndForeignFiles(t *testing.T) {
	t.Parallel()
	newer := database(t)
	if err := open(t, newer).Close(); err != nil {
		t.Fatal(err)
	}
	change(t, "sqlite", newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	stranger, text := database(t), database(t)
	change(t, "sqlite", stranger, "CREATE TABLE theirs (x)")
	if err := os.WriteFile(text, []byte("no database, this is a diary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]string{newer: "database_newer", stranger: "database_unreadable", text: "database_unreadable", filepath.Join(t.TempDir(), "no", "such"): "database_unreadable"} {
		before, _ := os.ReadFile(path)
		db, err := store.Open(ctx, path)
		if err == nil {
			_ = db.Close()
		}
		f := adtally.FaultOf(err)
		if err == nil || f.Code != code || f.Hint == "" || f.Act != adtally.Configure {
			t.Errorf("%s: %v", code, err)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s: the file was changed", code)
		}
	}
}

// change executes statements beside the database.
func change(t *testing.T, driver, address, statement string) {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(ctx, statement)
	if err = cmp.Or(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestSQLite_FileIsPrivate(t *testing.T) {
	t.Parallel()
	path := database(t)
	open(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// A file from before the first release is refused with a hint, and left unchanged.
func TestOpen_RefusesAPrereleaseFile(t *testing.T) {
	t.Parallel()
	past, err := os.ReadFile("testdata/v2.state")
	if err != nil {
		t.Fatal(err)
	}
	path := database(t)
	if err := os.WriteFile(path, past, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(ctx, path)
	if f := adtally.FaultOf(err); f.Code != "database_prerelease" || f.Act != adtally.Configure || !strings.Contains(f.Hint, "Move it away") {
		t.Errorf("%v", err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, past) {
		t.Errorf("the file was changed, %v", err)
	}
}
