package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/api"
)

// runDetails is a run as get-run shows it.
type runDetails struct {
	api.Run
	Left  *float64 `json:"remaining_seconds"`
	Log   api.LogSummary
	Steps []api.Step
}

// runDetails returns the run r1.
func (h *testServer) runDetails() (r runDetails) {
	h.t.Helper()
	h.ask("GET", "/api/v1/runs/r1", "").is(http.StatusOK).into(&r)
	return r
}

// requested begins a run with two accounts, whose discovery is finished.
func (h *testServer) requested(o adtally.RunRequest) {
	h.t.Helper()
	_, _, err := h.database.RequestRun(ctx, o)
	look, claimed := h.database.LeaseStep(ctx, adtally.JobArgs{Run: o.ID}, "w", time.Hour, o.At)
	err = errors.Join(err, claimed, h.database.ReleaseStep(ctx, look, adtally.StepResult{State: adtally.Finished}, o.At),
		h.database.AddSteps(ctx, o.ID, []adtally.Account{{ID: "7", Name: "Halden Outlet FR"}, {ID: "8", Name: "Halden DE"}}))
	if err != nil {
		h.t.Fatal(err)
	}
}

// share carries out a share of a step.
func (h *testServer) share(run, account string, at time.Time, r adtally.StepResult, outcomes ...adtally.Outcome) {
	h.t.Helper()
	ready, err := h.database.Ready(ctx, at, 100)
	i := slices.IndexFunc(ready, func(j adtally.JobArgs) bool { return j.Run == run && j.Account == account })
	if err != nil || i < 0 {
		h.t.Fatalf("the step of %s is not ready: %v, %v", account, ready, err)
	}
	held, err := h.database.LeaseStep(ctx, ready[i], "w", time.Hour, at)
	for i, o := range outcomes {
		o.Slice.Account, o.Load = account, fmt.Sprint(account, i, o.Slice)
		err = errors.Join(err, h.database.SaveOutcome(ctx, run, o))
	}
	if err = errors.Join(err, h.database.ReleaseStep(ctx, held, r, at)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *testServer) conclude(run string, at time.Time) {
	h.t.Helper()
	ended, err := h.database.Conclude(ctx, run, at, func(r adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		return s, adtally.LogLine{Run: r.ID, At: at, Level: "info", Code: "x", Message: "x"}
	})
	if !ended || err != nil {
		h.t.Fatal(ended, err)
	}
}

func outcome(day adtally.Day, gaps, misfits int64) adtally.Outcome {
	return adtally.Outcome{Slice: adtally.Slice{Stream: "basic_ad", Window: adtally.WindowOf(day, day)}, Rows: 1, Calls: 2, Gaps: gaps, Quarantined: misfits}
}

// A list of runs says how many accounts are done, and what is worth knowing.
func TestListRuns_AccountsAndNote(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 13, 9, 0, 0, 0, time.UTC)
	day := adtally.DayOf(at, time.UTC) - 1
	done := adtally.StepResult{State: adtally.Finished}
	for name, c := range map[string]struct {
		first, second adtally.StepResult
		outcomes      []adtally.Outcome
		done          int
		note          string
	}{
		"all well":      {done, done, []adtally.Outcome{outcome(day, 0, 0)}, 2, ""},
		"a gap":         {done, adtally.StepResult{State: adtally.Incomplete}, []adtally.Outcome{outcome(day, 1, 0)}, 2, "1 gap: Halden Outlet FR, 12 Nov 2026."},
		"a filled gap":  {done, done, []adtally.Outcome{outcome(day, 1, 0), outcome(day, 0, 0)}, 2, ""},
		"two days":      {done, done, []adtally.Outcome{outcome(day, 1, 0), outcome(day-1, 2, 0)}, 2, "3 gaps: Halden Outlet FR."},
		"a value":       {done, done, []adtally.Outcome{outcome(day, 0, 4)}, 2, "4 values could not be loaded: Halden Outlet FR, 12 Nov 2026."},
		"one failed":    {done, adtally.StepResult{State: adtally.Failed, Fault: &adtally.Fault{Act: adtally.Configure, Code: "x", Message: "It is refused"}}, nil, 1, "It is refused."},
		"one is waited": {done, adtally.StepResult{State: adtally.Waiting, NotBefore: at.Add(time.Hour), Fault: &adtally.Fault{Act: adtally.Wait, Code: "x", Message: "m"}}, nil, 1, "1 account waits for the platform's rate limit."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, path := connected(t)
			h.requested(adtally.RunRequest{ID: "r1", Source: strings.TrimPrefix(path, "/api/v1/sources/"), Trigger: adtally.ByHand, At: at})
			h.share("r1", "7", at, c.first, c.outcomes...)
			h.share("r1", "8", at, c.second)
			if c.second.State != adtally.Waiting {
				h.conclude("r1", at)
			}
			var p runPage
			h.ask("GET", "/api/v1/runs", "").is(http.StatusOK).into(&p)
			for _, r := range []api.Run{p.Items[len(p.Items)-1], h.runDetails().Run} {
				if r.Done != c.done || r.Total != 2 || r.Note != c.note {
					t.Errorf("%d of %d: %q, want %d of 2: %q", r.Done, r.Total, r.Note, c.done, c.note)
				}
			}
			if steps := h.runDetails().Steps; steps[1].Calls != 2*int64(len(c.outcomes)) || steps[2].Calls != 0 {
				t.Errorf("%+v", steps)
			}
		})
	}
}

// The filters select runs, on every page, and a cursor belongs to its filters.
func TestListRuns_Filters(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	source := strings.TrimPrefix(path, "/api/v1/sources/")
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	for i := range 6 {
		id, at := fmt.Sprint("r", i), at.AddDate(0, 0, i)
		trigger := adtally.ByHand
		if i%2 == 1 {
			trigger = adtally.ByBackfill
		}
		h.requested(adtally.RunRequest{ID: id, Source: source, Trigger: trigger, At: at})
		end := adtally.StepResult{State: adtally.Finished}
		if i < 2 {
			end = adtally.StepResult{State: adtally.Failed, Fault: &adtally.Fault{Act: adtally.Configure, Code: "x", Message: "m"}}
		}
		h.share(id, "7", at, end)
		h.share(id, "8", at, end)
		h.conclude(id, at)
	}
	list := func(query string) (ids []string, next string) {
		var p runPage
		h.ask("GET", "/api/v1/runs?"+query, "").is(http.StatusOK).into(&p)
		for _, r := range p.Items {
			ids = append(ids, r.ID)
		}
		return ids, p.Next
	}
	for query, want := range map[string][]string{
		"since=2026-06-05":                {"", "r5", "r4"},
		"state=failed":                    {"r1", "r0"},
		"state=waiting":                   {""},
		"state=waiting&since=2999-01-01":  nil,
		"trigger=backfill":                {"r5", "r3", "r1"},
		"trigger=schedule":                {""},
		"trigger=manual&state=finished":   {"r4", "r2"},
		"trigger=manual&source=" + source: {"r4", "r2", "r0"},
		"trigger=manual&source=other":     nil,
		"state=finished&since=2026-06-03": {"r5", "r4", "r3", "r2"},
		"state=&trigger=&since=&source=":  {"", "r5", "r4", "r3", "r2", "r1", "r0"},
	} {
		got, _ := list(query)
		same(t, query, got, want)
	}
	got, next := list("trigger=backfill&limit=2")
	same(t, "the first page", got, []string{"r5", "r3"})
	got, _ = list("trigger=backfill&limit=2&cursor=" + next)
	same(t, "the second page", got, []string{"r1"})
	for _, other := range []string{"trigger=manual", "trigger=backfill&state=failed", "trigger=backfill&since=2026-06-01", "trigger=backfill&source=" + source, ""} {
		h.ask("GET", "/api/v1/runs?"+other+"&cursor="+next, "").refused(http.StatusUnprocessableEntity, "bad_cursor")
	}
	h.ask("GET", "/api/v1/runs?state=lost", "").refused(http.StatusUnprocessableEntity, "invalid")
	h.ask("GET", "/api/v1/runs?since=yesterday", "").refused(http.StatusUnprocessableEntity, "invalid")
}

// While a run is in progress, its remaining time follows from what is done so far.
func TestGetRun_RemainingTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, path := connected(t)
		began := time.Now()
		h.requested(adtally.RunRequest{ID: "r1", Source: strings.TrimPrefix(path, "/api/v1/sources/"), Trigger: adtally.ByHand, At: began})
		if r := h.runDetails(); r.Left != nil {
			t.Errorf("nothing is done: %v", *r.Left)
		}
		time.Sleep(time.Minute)
		h.share("r1", "7", time.Now(), adtally.StepResult{State: adtally.Waiting, Left: 6}, outcome(1, 0, 0), outcome(2, 0, 0))
		want := func(what string, seconds float64) {
			t.Helper()
			if r := h.runDetails(); r.Left == nil || *r.Left != seconds {
				t.Errorf("%s: %v, want %v", what, r.Left, seconds)
			}
		}
		want("2 of 8 slices in a minute, and an account like it", 60*14/2)
		h.share("r1", "8", time.Now(), adtally.StepResult{State: adtally.Waiting, Left: 1, NotBefore: time.Now().Add(time.Hour)}, outcome(1, 0, 0))
		want("a rate limit for an hour", 3600)
		time.Sleep(time.Hour)
		h.share("r1", "8", time.Now(), adtally.StepResult{State: adtally.Finished}, outcome(2, 0, 0))
		want("4 of 10 slices in 61 minutes", 61*60*6/4)
		h.share("r1", "7", time.Now(), adtally.StepResult{State: adtally.Finished})
		h.conclude("r1", time.Now())
		if r := h.runDetails(); r.Left != nil {
			t.Errorf("it has ended: %v", *r.Left)
		}
	})
}

// A log is searched by account, in pages, in downloads and live; the run counts its lines.
func TestLog_ByAccount(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	at := time.Now()
	h.requested(adtally.RunRequest{ID: "r1", Source: strings.TrimPrefix(path, "/api/v1/sources/"), Trigger: adtally.ByHand, At: at})
	for i, l := range []adtally.LogLine{{Level: "info", Account: "7"}, {Level: "warn", Account: "8"}, {Level: "error", Account: "7"}, {Level: "error", Account: "8"}, {Level: "info"}} {
		l.Run, l.At, l.Code, l.Message = "r1", at, "x", fmt.Sprint("line ", i)
		if err := h.database.AppendLog(ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	var all struct{ Items []api.LogLine }
	h.ask("GET", "/api/v1/runs/r1/log", "").is(http.StatusOK).into(&all)
	r := h.runDetails()
	first := all.Items[2].Seq
	same(t, "the summary", r.Log, api.LogSummary{Lines: 5, Warnings: 1, Errors: 2, First: &first})
	h.share("r1", "7", at, adtally.StepResult{State: adtally.Finished})
	h.share("r1", "8", at, adtally.StepResult{State: adtally.Finished})
	h.conclude("r1", at)
	for query, want := range map[string]string{"account=7": "0 2", "account=act_7": "0 2", "account=8&level=error": "3", "account=9": "", "account=7&text=LINE+2": "2",
		fmt.Sprintf("account=7&after=%d", all.Items[0].Seq): "2"} {
		for _, part := range []string{"log", "log.txt", "events"} {
			text := h.ask("GET", "/api/v1/runs/r1/"+part+"?"+query, "")
			if part == "log.txt" && strings.Contains(query, "after") {
				continue // a download has no position
			}
			var got []string
			for i := range 5 {
				if strings.Contains(text.is(http.StatusOK).Body.String(), fmt.Sprint("line ", i)) {
					got = append(got, fmt.Sprint(i))
				}
			}
			same(t, part+" with "+query, strings.Join(got, " "), want)
		}
	}
	h.ask("GET", "/api/v1/runs/r1/log.jsonl", "").refused(http.StatusNotFound, "not_found")
}
