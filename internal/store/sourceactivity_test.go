package store_test

import (
	"errors"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// syncs is a database whose sources sync.
type syncs struct {
	*store.DB
	t *testing.T
}

// expect compares what is known about the latest sync of s1, for one source and for all.
func (s syncs) expect(what string, want adtally.SourceActivity) {
	s.t.Helper()
	for _, source := range []string{"", "s1"} {
		got, err := s.SourceActivities(ctx, source)
		if err != nil {
			s.t.Fatal(err)
		}
		same(s.t, what, got["s1"], want)
	}
	if got, err := s.SourceActivities(ctx, "other"); err != nil || len(got) != 0 {
		s.t.Errorf("%s, of another source: %v, %v", what, got, err)
	}
}

func (s syncs) request(id string, trigger adtally.Trigger, accounts ...string) {
	s.t.Helper()
	_, _, err := s.RequestRun(ctx, adtally.RunRequest{ID: id, Source: "s1", Trigger: trigger, At: moment})
	var all []adtally.Account
	for _, a := range accounts {
		all = append(all, adtally.Account{ID: a})
	}
	if err = errors.Join(err, s.AddSteps(ctx, id, all)); err != nil {
		s.t.Fatal(err)
	}
}

func (s syncs) share(run, account string, r adtally.StepResult) {
	s.t.Helper()
	held, err := s.LeaseStep(ctx, adtally.JobArgs{Run: run, Account: account}, "w", time.Hour, moment)
	if err = errors.Join(err, s.ReleaseStep(ctx, held, r, moment)); err != nil {
		s.t.Fatal(err)
	}
}

func (s syncs) conclude(run string) {
	s.t.Helper()
	ended, err := s.Conclude(ctx, run, moment, func(r adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		return s, adtally.LogLine{Run: r.ID, At: moment}
	})
	if err != nil || !ended {
		s.t.Fatal(ended, err)
	}
}

// The latest sync counts, unless it was cancelled or has not listed its accounts.
func TestSourceActivities(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		s := syncs{withSource(t, address), t}
		until := moment.Add(time.Hour)
		s.expect("no run", adtally.SourceActivity{})
		s.request("r1", adtally.ByHand, "7", "8", "9")
		s.share("r1", "7", adtally.StepResult{State: adtally.Incomplete})
		s.share("r1", "8", adtally.StepResult{State: adtally.Waiting, NotBefore: until, Fault: &adtally.Fault{Act: adtally.Wait, Code: "x"}})
		s.share("r1", "9", adtally.StepResult{State: adtally.Waiting, NotBefore: until.Add(time.Hour), Fault: &adtally.Fault{Act: adtally.Retry, Code: "x"}})
		first := adtally.SourceActivity{Run: "r1", Accounts: 3, Done: 1, Blocked: 1, Until: until}
		s.expect("a run", first)
		s.request("r2", adtally.ByBackfill, "7")
		s.expect("a backfill", first)
		err := errors.Join(s.SeeAccounts(ctx, "s1", []adtally.Account{{ID: "7"}, {ID: "8"}}, moment),
			s.AdoptCheckpoints(ctx, "s1", "7", []adtally.Checkpoint{{Table: "a", Window: adtally.WindowOf(1, 1), Partial: true}, {Table: "b", Window: adtally.WindowOf(1, 1), Partial: true}}),
			s.AdoptCheckpoints(ctx, "s1", "8", []adtally.Checkpoint{{Table: "a", Window: adtally.WindowOf(1, 1)}}))
		if err != nil {
			t.Fatal(err)
		}
		first.Seen, first.Partial = 2, 1
		s.expect("accounts and a gap", first)
		if err := s.Cancel(ctx, "r1", moment, auditEntry("run.cancel")); err != nil {
			t.Fatal(err)
		}
		s.conclude("r1")
		s.expect("it is cancelled", adtally.SourceActivity{Seen: 2, Partial: 1})
		s.request("r3", adtally.ByHand)
		s.expect("the accounts are not listed yet", adtally.SourceActivity{Run: "r3", Seen: 2, Partial: 1})
		s.share("r3", "", adtally.StepResult{State: adtally.Failed, Fault: &adtally.Fault{Act: adtally.Retry, Code: "x"}})
		s.conclude("r3")
		s.expect("a sync has ended", adtally.SourceActivity{Judged: moment, Seen: 2, Partial: 1})
	})
}
