package main

import (
	"testing"
	"time"

	"adtally"
	"adtally/internal/graphsim"
	"adtally/internal/jobs"
)

// A process that resumes a run, without having listed the accounts itself, uses the
// platform's clock of the run.
func TestMoment_ARunIsTakenUpAgainByThePlatformsClock(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=2,days=220,seed=8,steady=1")
	const behind = 400 * oneDay // this machine's clock
	h.s.p.now = func() time.Time { return h.sim.Now().Add(-behind) }
	h.enter()
	id, _ := h.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": h.mint(graphsim.LongToken, petra),
		"all_accounts": true, "tables": []string{"basic_ad"}, "since": "2025-04-20"}, 201)["id"].(string)
	ctx := t.Context()
	placed, _, err := h.s.store.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: id, Trigger: adtally.ByHand, At: h.s.p.clock()})
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := (&runner{service: h.s}).DiscoverAccounts(ctx, placed)
	if err != nil || len(accounts) != 1 {
		t.Fatal(accounts, err)
	}
	run, err := h.s.store.Run(ctx, placed.ID)
	if err != nil {
		t.Fatal(err)
	}
	if off := run.Moment.Sub(run.Started) - behind; off.Abs() > time.Minute {
		t.Errorf("it began at %s by the platform's clock, and at %s by ours", run.Moment, run.Started)
	}
	restarted := &runner{service: h.s}
	done, err := restarted.RunStep(ctx, run, adtally.Step{Run: run.ID, Account: accounts[0]}, jobs.Hold{})
	if err != nil || len(done.Outcomes) == 0 {
		t.Errorf("it read %d slices: %v", len(done.Outcomes), err)
	}
	for _, o := range done.Outcomes {
		if o.Fault != nil || h.sim.Now().Sub(o.Started).Abs() > time.Hour {
			t.Errorf("%+v", o)
		}
	}
}
