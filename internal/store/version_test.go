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

// versionStep changes something, and names the objects whose version changes.
type versionStep struct {
	what string
	do   func() error
	want []string
}

func versionSteps(db *store.DB) []versionStep {
	var lease adtally.Lease
	incident := adtally.Incident{ID: "i1", Alert: adtally.Alert{Kind: adtally.SyncFailed, Source: "s1", Since: moment, Sentence: "It failed."}, Opened: moment}
	unmoved := func(r adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		s.LastGood = moment
		return s, adtally.LogLine{Run: r.ID, At: moment, Level: "info"}
	}
	return []versionStep{
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
	}
}

// Every visible change gives exactly the objects that it concerns another version.
func TestVersions_DifferAfterEachChange(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		known := versionsOf(t, db)
		for _, step := range versionSteps(db) {
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

// The days of runs are UTC days, each state once.
func TestRunDays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		midnight := time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)
		for id, r := range map[string]adtally.Run{"1": {Started: midnight.Add(-time.Microsecond), State: adtally.Failed}, "2": {Started: midnight, State: adtally.Finished},
			"3": {Started: midnight.Add(time.Hour), State: adtally.Finished}, "4": {Started: midnight.Add(24*time.Hour - time.Microsecond), State: adtally.Running}} {
			r.ID, r.Source = id, "s1"
			if err := db.BeginRun(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		day := adtally.DayOf(midnight, time.UTC)
		got, err := db.RunDays(ctx, midnight)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "since midnight", got, []adtally.RunDay{{Source: "s1", Day: day, State: adtally.Finished}, {Source: "s1", Day: day, State: adtally.Running}})
		if got, err = db.RunDays(ctx, midnight.Add(-time.Hour)); err != nil || len(got) != 3 || got[0].Day != day-1 {
			t.Errorf("%v, %v", got, err)
		}
	})
}
