package jobs_test

import (
	"os"
	"path/filepath"
	"testing"

	"adtally/internal/jobs"
)

// The queue's file is readable only by its owner, even if an earlier version created
// it.
func TestOpen_QueueFileIsPrivate(t *testing.T) {
	t.Parallel()
	for _, old := range []bool{false, true} {
		dir := t.TempDir()
		path := filepath.Join(dir, "queue.db")
		if old {
			if err := os.WriteFile(path, nil, 0o644); err != nil { //nolint:gosec // the mode of an earlier version
				t.Fatal(err)
			}
		}
		place, err := jobs.Open(t.Context(), path, jobs.RiverOptions{ID: "w", Workers: 1, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		for _, name := range files {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("old %t: %s has %v, %v", old, name, info.Mode(), err)
			}
		}
		if err != nil || len(files) == 0 {
			t.Errorf("%v, %v", files, err)
		}
		if err := place.Close(); err != nil {
			t.Error(err)
		}
	}
}
