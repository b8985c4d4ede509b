package store_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// versionsOf returns the versions by kind and ID.
func versionsOf(t *testing.T, db *store.DB) map[string]adtally.Version {
	t.Helper()
	list, err := db.Versions(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]adtally.Version{}
	for _, v := range list {
		all[v.Kind+" "+v.ID] = v
	}
	return all
}

// Every visible change gives exactly the objects that it concerns another version.
func TestVersions_DifferAfterEachChange(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		var lease adtally.Lease
		incident := adtally.Incident{ID: "i1", Alert: adtally.Alert{Kind: adtally.SyncFailed, Source: "s1", Since: moment, Sentence: "It failed."}, Opened: moment}
		unmoved := func(r adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
			s.LastGood = moment
			return s, adtally.LogLine{Run: r.ID, At: moment, Level: "info"}
		}
		known := versionsOf(t, db)
		for _, step := range []struct {
			what string
			do   func() error
			want []string
		}{
			{"nothing", func() error { return nil }, nil},
			{"an edit", func() error {
				s, err := db.Source(ctx, "s1")
				if err != nil {
					return err
				}
				_, err = db.EditSource(ctx, "s1", s.Revision, func(s *adtally.SourceRecord) { s.Name = "Other" }, adtally.Handover{}, auditEntry("source.update"))
				return err
			}, []string{"source s1"}},
			{"a run", func() error {
				_, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.ByHand, At: moment})
				return err
			}, []string{"run r1"}},
			{"a lease", func() (err error) {
				lease, err = db.LeaseStep(ctx, adtally.JobArgs{Run: "r1"}, "w", time.Hour, moment)
				return err
			}, []string{"run r1"}},
			{"an account", func() error { return db.AddSteps(ctx, "r1", []adtally.Account{{ID: "7"}}) }, []string{"run r1"}},
			{"a released step", func() error { return db.ReleaseStep(ctx, lease, adtally.StepResult{State: adtally.Finished}, moment) }, []string{"run r1"}},
			{"rows", func() error { return db.SaveOutcome(ctx, "r1", adtally.Outcome{Slice: slice, Rows: 5, Load: "l"}) }, []string{"run r1"}},
			{"a cancellation", func() error { return db.Cancel(ctx, "r1", moment, auditEntry("run.cancel")) }, []string{"run r1"}},
			{"an end", func() error { _, err := db.Conclude(ctx, "r1", moment, unmoved); return err }, []string{"run r1", "source s1"}},
			{"an incident", func() error { return db.Tell(ctx, []adtally.Incident{incident}, nil) }, []string{"incident i1"}},
			{"a worse incident", func() error {
				incident.Stage++
				return db.Tell(ctx, []adtally.Incident{incident}, nil)
			}, []string{"incident i1"}},
			{"a closed incident", func() error {
				incident.Closed = moment
				return db.Tell(ctx, []adtally.Incident{incident}, nil)
			}, []string{"incident i1"}},
		} {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
			now := versionsOf(t, db)
			var got []string
			for _, key := range slices.Sorted(maps.Keys(now)) {
				if now[key] != known[key] {
					got = append(got, key)
				}
			}
			for key := range known {
				if _, there := now[key]; !there {
					got = append(got, key)
				}
			}
			same(t, step.what, got, step.want)
			known = now
		}
		if v := known["run r1"]; !v.Final || v.Source != "s1" {
			t.Errorf("the run that has ended: %+v", v)
		}
	})
}
