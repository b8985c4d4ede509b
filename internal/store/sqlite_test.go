package store_test

import (
	"bytes"
	"cmp"
	"database/sql"
	"os"
	"path/filepath"
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
	change(t, "sqlite", newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	stranger, text := ledger(t), ledger(t)
	change(t, "sqlite", stranger, "CREATE TABLE theirs (x)")
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

// change carries out statements beside the ledger.
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

func TestNobodyElseMayReadIt(t *testing.T) {
	t.Parallel()
	path := ledger(t)
	open(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// A file of the past opens, with all that is in it; and it is kept as it was.
func TestAFileOfThePastOpens(t *testing.T) { // R5
	t.Parallel()
	past, err := os.ReadFile("testdata/v2.state")
	if err != nil {
		t.Fatal(err)
	}
	path := ledger(t)
	if err := os.WriteFile(path, past, 0o600); err != nil {
		t.Fatal(err)
	}
	db := open(t, path)
	checkpoints, err := db.Checkpoints(ctx, "s", "7")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "checkpoints", checkpoints, []adtally.Checkpoint{{Table: "basic_ad", Account: "7", Window: slice.Window, Asked: moment, Load: "l"}})
	outcomes, err := db.Outcomes(ctx, "1")
	if err != nil || len(outcomes) != 1 || outcomes[0].Rows != 12 || outcomes[0].Gaps != 1 {
		t.Errorf("outcomes: %+v, %v", outcomes, err)
	}
	run, found, err := db.LastRun(ctx, "s", "all")
	if err != nil || !found || run.State != adtally.Finished || !run.Started.Equal(moment) {
		t.Errorf("run: %+v, %v", run, err)
	}
	if lesson, err := db.Lesson(ctx, "s", "7", "basic_ad"); err != nil || string(lesson) != "31 days" {
		t.Errorf("lesson: %s, %v", lesson, err)
	}
	kept := column(t, "sqlite", path+".backup-v2", "SELECT max(version_id) || ' ' || (SELECT count(*) FROM checkpoints) FROM goose_db_version")
	same(t, "the copy", kept, []string{"2 1"})
}
