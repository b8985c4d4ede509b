package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// A run that was interrupted says who ended it, by name.
func TestConclude_SaysWhoInterruptedTheRun(t *testing.T) {
	t.Parallel()
	d := auditEntry("run.cancel")
	d.Object = "run:r1"
	whose := map[string]func(*store.DB) error{
		"It was cancelled by Ana": func(db *store.DB) error { return db.Cancel(ctx, "r1", moment, d) },
		"The source was deleted by Ana": func(db *store.DB) error {
			d := auditEntry("source.delete")
			d.Object = "source:s1"
			_, err := db.EditSource(ctx, "s1", 1, func(s *adtally.SourceRecord) { s.Deleted = moment }, adtally.Handover{}, d)
			return err
		},
	}
	for want, end := range whose {
		t.Run(want, func(t *testing.T) {
			onBoth(t, func(t *testing.T, address string) {
				db := withSource(t, address)
				c, err := db.LeaseStep(ctx, readyOne(t, db), "w", time.Hour, moment)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(end(db), db.ReleaseStep(ctx, c, adtally.StepResult{State: adtally.Interrupted}, moment)); err != nil {
					t.Fatal(err)
				}
				if _, err := db.Conclude(ctx, "r1", moment, unmoved); err != nil {
					t.Fatal(err)
				}
				if run, err := db.Run(ctx, "r1"); err != nil || run.State != adtally.Interrupted || run.Error != want {
					t.Errorf("%s, %q, %v", run.State, run.Error, err)
				}
			})
		})
	}
}

// A run whose worker was lost says so, with its host, until another one has it.
func TestFree_SaysWhichWorkerWasLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		if err := db.Beat(ctx, adtally.Worker{ID: "w1", Host: "box", Started: moment, Seen: moment}); err != nil {
			t.Fatal(err)
		}
		args := readyOne(t, db)
		if _, err := db.LeaseStep(ctx, args, "w1", -time.Second, moment); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Free(ctx); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		const says = "The service on box crashed or lost its connection, which was noticed at "
		run, err := db.Run(ctx, "r1")
		if err != nil || !strings.HasPrefix(run.Error, says) {
			t.Errorf("the run says %q, %v", run.Error, err)
		}
		lines, err := db.SearchLog(ctx, "r1", adtally.LogQuery{Text: "worker_lost"}, 0, 9)
		if err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0].Message, says) || lines[0].At.IsZero() || lines[0].Level != "warn" || lines[0].Detail == "" {
			t.Errorf("the log says %+v, %v", lines, err)
		}
		args.Generation++
		if _, err := db.LeaseStep(ctx, args, "w2", time.Hour, moment); err != nil {
			t.Fatal(err)
		}
		if run, err := db.Run(ctx, "r1"); err != nil || run.Error != "" || run.State != adtally.Running {
			t.Errorf("with another worker: %+v, %v", run, err)
		}
	})
}

// A database on a full disk reports a fault, and works again once there is space.
func TestFullDisk_IsAFault(t *testing.T) {
	t.Parallel()
	db := withSource(t, filepath.Join(t.TempDir(), "adtally.db"))
	readyOne(t, db)
	if err := db.Fill(ctx, 1); err != nil {
		t.Fatal(err)
	}
	line := adtally.LogLine{Run: "r1", At: moment, Level: "info", Code: "x", Message: strings.Repeat("long ", 100_000)}
	err := db.AppendLog(ctx, line)
	if f := adtally.FaultOf(err); f == nil || f.Code != adtally.CodeDiskFull || f.Act != adtally.Configure || !strings.Contains(f.Message, "The disk of the state file ") || f.Hint == "" {
		t.Errorf("%v", fmt.Sprintf("%.300v", err))
	}
	if err := errors.Join(db.Fill(ctx, 0), db.AppendLog(ctx, line)); err != nil {
		t.Errorf("with room: %.300v", err)
	}
}
