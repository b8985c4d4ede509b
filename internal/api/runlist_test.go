package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

type runPage struct {
	Items []api.Run
	Next  string
}

// A connected source is due immediately: its run is listed before it starts, and only
// once.
func TestListRuns_BeginsWithDueRuns(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	before := time.Now().Add(-time.Second)
	first := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	second := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads"}`).is(http.StatusCreated) // it has no token
	list := func(query string) (p runPage) {
		h.ask("GET", "/api/v1/runs?"+query, "").is(http.StatusOK).into(&p)
		return p
	}
	if p := list(""); len(p.Items) != 2 {
		t.Fatalf("%+v", p)
	}
	p := list("source=" + first)
	if len(p.Items) != 1 || p.Items[0].ID != "" || p.Items[0].Source != first || p.Items[0].State != adtally.Waiting || p.Items[0].Trigger != "schedule" ||
		p.Items[0].Started.Before(before) || p.Items[0].Started.After(time.Now()) || p.Items[0].Seconds != 0 || p.Items[0].Ended != nil {
		t.Errorf("%+v", p.Items)
	}
	o := adtally.RunRequest{ID: "r1", Source: first, Trigger: adtally.BySchedule, At: time.Now(), Next: time.Now().Add(time.Hour)}
	if _, placed, err := h.database.RequestRun(ctx, o); !placed || err != nil {
		t.Fatal(err)
	}
	if p := list("source=" + first); len(p.Items) != 1 || p.Items[0].ID != "r1" || p.Items[0].State != adtally.Waiting {
		t.Errorf("once it is there: %+v", p.Items)
	}
	h.ask("POST", "/api/v1/sources/"+first+"/runs", `{"since":"2026-01-01"}`).is(http.StatusCreated)
	p = list("limit=1")
	if len(p.Items) != 2 || p.Items[0].Source != second || p.Items[1].Trigger != "backfill" {
		t.Errorf("the first page: %+v", p.Items)
	}
	if p = list("limit=1&cursor=" + p.Next); len(p.Items) != 1 || p.Items[0].ID != "r1" {
		t.Errorf("the second page: %+v", p.Items)
	}
}

// A list of runs has cost, rows and fault of each run.
func TestListRuns_HaveRowsCallsDurationAndCode(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	source := strings.TrimPrefix(path, "/api/v1/sources/")
	began := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	unmoved := func(r adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		return s, adtally.LogLine{Run: r.ID, At: began, Level: "info", Code: "x", Message: "x"}
	}
	_, _, err := h.database.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: source, Trigger: adtally.ByHand, At: began})
	look, claimed := h.database.LeaseStep(ctx, adtally.JobArgs{Run: "r1"}, "w", time.Hour, began)
	err = errors.Join(err, claimed, h.database.ReleaseStep(ctx, look, adtally.StepResult{State: adtally.Finished}, began), h.database.AddSteps(ctx, "r1", []adtally.Account{{ID: "7"}, {ID: "8"}}))
	for account, f := range map[string]*adtally.Fault{"7": {Act: adtally.Wait, Code: "throttled", Message: "m"}, "8": {Act: adtally.Configure, Code: "permission", Message: "m"}} {
		held, claimed := h.database.LeaseStep(ctx, adtally.JobArgs{Run: "r1", Account: account}, "w", time.Hour, began)
		err = errors.Join(err, claimed,
			h.database.SaveOutcome(ctx, "r1", adtally.Outcome{Slice: adtally.Slice{Stream: "ads", Account: account}, Load: account, Rows: 20, Calls: 3}),
			h.database.SaveOutcome(ctx, "r1", adtally.Outcome{Slice: adtally.Slice{Stream: "campaigns", Account: account}, Rows: 500, Calls: 1, Fault: f}),
			h.database.ReleaseStep(ctx, held, adtally.StepResult{State: adtally.Failed, Fault: f}, began))
	}
	ended, concluded := h.database.Conclude(ctx, "r1", began.Add(90*time.Second+time.Millisecond), unmoved)
	if err = errors.Join(err, concluded); err != nil || !ended {
		t.Fatal(ended, err)
	}
	if _, _, err := h.database.RequestRun(ctx, adtally.RunRequest{ID: "r2", Source: source, Trigger: adtally.ByHand, At: time.Now().Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	var p runPage
	h.ask("GET", "/api/v1/runs", "").is(http.StatusOK).into(&p)
	var one api.Run
	h.ask("GET", "/api/v1/runs/r1", "").is(http.StatusOK).into(&one)
	if len(p.Items) != 2 {
		t.Fatalf("%+v", p.Items)
	}
	for _, r := range []api.Run{p.Items[1], one} {
		if r.ID != "r1" || r.Rows != 40 || r.Calls != 8 || r.Seconds != 90.001 || r.Code != "permission" || r.State != adtally.Failed {
			t.Errorf("%+v, want 40 rows, 8 calls, 90.001 s, permission", r)
		}
	}
	if r := p.Items[0]; r.ID != "r2" || r.Rows != 0 || r.Calls != 0 || r.Code != "" || r.Seconds != 0 {
		t.Errorf("a run that waits: %+v", r)
	}
	look, err = h.database.LeaseStep(ctx, adtally.JobArgs{Run: "r2"}, "w", time.Hour, time.Now())
	if err != nil || look.Run != "r2" {
		t.Fatal(err)
	}
	one = api.Run{}
	h.ask("GET", "/api/v1/runs/r2", "").is(http.StatusOK).into(&one)
	if one.Seconds < 3600 || one.Seconds > 3700 {
		t.Errorf("a run that is on for an hour: %+v", one)
	}
}
