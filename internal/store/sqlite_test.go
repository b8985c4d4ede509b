package store_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adtally"
	"adtally/internal/store"
)

func TestANewerLedgerAndAStrangersFileAreRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	newer := ledger(t)
	if err := open(t, newer).Close(); err != nil {
		t.Fatal(err)
	}
	alter(t, newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	stranger, text := ledger(t), ledger(t)
	alter(t, stranger, "CREATE TABLE theirs (x)")
	if err := os.WriteFile(text, []byte("no database, this is a diary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]string{newer: "ledger_newer", stranger: "ledger_unreadable", text: "ledger_unreadable", filepath.Join(t.TempDir(), "no", "such"): "ledger_unreadable"} {
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

func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(ctx, statement)
	if err = errorsOf(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func errorsOf(all ...error) error {
	if i := slices.IndexFunc(all, func(err error) bool { return err != nil }); i >= 0 {
		return all[i]
	}
	return nil
}

func TestNobodyElseMayReadIt(t *testing.T) {
	t.Parallel()
	path := ledger(t)
	open(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
