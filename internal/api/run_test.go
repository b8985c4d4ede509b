package api_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"adtally"
)

// A run and its steps count what is missing in the warehouse.
func TestGetRun_CountsGapsAndQuarantinedValues(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	run := h.ask("POST", "/api/v1/sources/"+made.field("id")+"/runs", `{}`).is(201).field("id")
	err := h.database.AddSteps(ctx, run, []adtally.Account{{ID: "7"}, {ID: "8"}})
	for account, n := range map[string]int64{"7": 3, "8": 20} {
		o := adtally.Outcome{Slice: adtally.Slice{Stream: "ads", Account: account}, Load: account, Rows: 10 * n, Tables: map[string]int64{"ads": n, "ads_actions": 9 * n}, Gaps: 2 * n, Quarantined: n}
		held, claimed := h.database.LeaseStep(ctx, adtally.JobArgs{Run: run, Account: account}, "w", time.Hour, time.Now())
		left := h.database.ReleaseStep(ctx, held, adtally.StepResult{State: adtally.Incomplete, Fault: adtally.NotLoaded(account, n)}, time.Now())
		err = errors.Join(err, h.database.SaveOutcome(ctx, run, o), claimed, left)
	}
	if err != nil {
		t.Fatal(err)
	}
	got := h.ask("GET", "/api/v1/runs/"+run, "").is(200).Body.String()
	for _, want := range []string{
		`"rows":230,"calls":0,`, `"gaps":46,"quarantined":23,"tables":[{"table":"ads","rows":23},{"table":"ads_actions","rows":207}],"steps":`,
		`"rows":30,"gaps":6,"quarantined":3,`, `"rows":200,"gaps":40,"quarantined":20,`,
		`"state":"incomplete"`, `"code":"quarantined","message":"3 values of act_7 could not be loaded"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}
