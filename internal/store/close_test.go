package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// A program that is asked to end closes its database during a transaction: after Close
// the file is intact and does not change any more.
func TestClose_WaitsForTransaction(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "adtally.db")
	db := withSource(t, path)
	if _, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.ByHand, At: moment}); err != nil {
		t.Fatal(err)
	}
	if err := db.Cancel(ctx, "r1", moment, auditEntry("run.cancel")); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	_, err := db.Conclude(ctx, "r1", moment, func(_ adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		go func() { closed <- db.Close() }()
		select {
		case err := <-closed:
			t.Error("it is closed while a transaction is under way")
			closed <- err
		case <-time.After(100 * time.Millisecond): // no event tells that nothing will come
		}
		return s, adtally.LogLine{Run: "r1"}
	})
	if err := errors.Join(err, <-closed); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the write-ahead log is still there: %v", err)
	}
	again, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if run, err := again.Run(ctx, "r1"); err != nil || run.State != adtally.Interrupted {
		t.Errorf("%v, %v", run.State, err)
	}
}
