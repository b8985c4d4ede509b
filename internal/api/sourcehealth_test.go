package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

// sourceView is a source as the list shows it.
type sourceView struct {
	ID       string
	UpToDate int    `json:"accounts_up_to_date"`
	Accounts int    `json:"accounts_total"`
	Run      string `json:"running_run"`
	Health   api.SourceHealth
}

// ends concludes a run and changes the source as the scheduler would.
func (h *testServer) ends(run string, change func(*adtally.SourceRecord)) {
	h.t.Helper()
	ended, err := h.database.Conclude(ctx, run, time.Now(), func(r adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		change(&s)
		return s, adtally.LogLine{Run: r.ID, At: time.Now(), Level: "info", Code: "x", Message: "x"}
	})
	if !ended || err != nil {
		h.t.Fatal(ended, err)
	}
}

// The state of a source is the worst that is true, and stays until the opposite is proven.
func TestSource_Health(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	id := strings.TrimPrefix(path, "/api/v1/sources/")
	now := time.Now().UTC().Truncate(time.Millisecond)
	hour, good := now.Add(time.Hour), now.Add(-72*time.Hour)
	finished, failed := adtally.StepResult{State: adtally.Finished}, adtally.StepResult{State: adtally.Failed}
	blocked := adtally.StepResult{State: adtally.Waiting, NotBefore: hour, Fault: &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "m"}}
	broken := &adtally.Fault{Act: adtally.Configure, Code: "app_config", Message: "The app's secret is wrong", Hint: "Correct it."}
	refused := &adtally.Fault{Act: adtally.Reconnect, Code: "password_changed", Message: "The password was changed", Hint: "Log in again."}
	steady := func(s *adtally.SourceRecord) {
		s.Stage, s.LastGood, s.Fault, s.Failures, s.Failing = adtally.Steady, good, nil, 0, time.Time{}
	}
	with := func(f *adtally.Fault, failures int) func(*adtally.SourceRecord) {
		return func(s *adtally.SourceRecord) { s.Fault, s.Failures, s.Failing = f, failures, now }
	}
	request := func(run string) func() {
		return func() {
			h.requested(adtally.RunRequest{ID: run, Source: id, Trigger: adtally.ByHand, At: now})
		}
	}
	// whole is a run of both accounts.
	whole := func(run string, r adtally.StepResult, change func(*adtally.SourceRecord)) func() {
		return func() {
			request(run)()
			h.share(run, "7", hour, r)
			h.share(run, "8", hour, r)
			h.ends(run, change)
		}
	}
	tell := func(kind adtally.AlertKind, closed time.Time) func() {
		return func() {
			o := adtally.Incident{ID: string(kind), Opened: now, Closed: closed, Alert: adtally.Alert{Kind: kind, Source: id, Since: now, Sentence: string(kind) + " is open", Cure: "Act."}}
			if err := h.database.Tell(ctx, []adtally.Incident{o}, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, c := range []struct {
		do       func()
		done, of int
		run      string
		want     api.SourceHealth
	}{
		{func() {}, 0, 1, "", api.SourceHealth{State: "running", Sentence: "The first sync starts soon."}},
		{func() {
			if _, _, err := h.database.RequestRun(ctx, adtally.RunRequest{ID: "r0", Source: id, Trigger: adtally.ByHand, At: now}); err != nil {
				t.Fatal(err)
			}
		}, 0, 1, "r0", api.SourceHealth{State: "running", Sentence: "Syncing: reading the list of ad accounts."}},
		{func() { h.share("r0", "", now, failed); h.ends("r0", func(*adtally.SourceRecord) {}); request("r1")() }, 0, 2, "r1", api.SourceHealth{State: "running", Sentence: "Loading the history, newest days first: 0 of 2 accounts are up to date."}},
		{func() { h.share("r1", "7", now, finished) }, 1, 2, "r1", api.SourceHealth{State: "running", Sentence: "Loading the history, newest days first: 1 of 2 accounts are up to date."}},
		{func() { h.share("r1", "8", now, blocked) }, 1, 2, "r1", api.SourceHealth{State: "waiting", Until: &hour, Sentence: "1 of 2 accounts are up to date. 1 is waiting for the platform's rate limit; no action needed."}},
		{func() { h.share("r1", "8", hour, finished); h.ends("r1", steady) }, 2, 2, "", api.SourceHealth{State: "fine", Sentence: "All 2 accounts are up to date."}},
		{request("r2"), 0, 2, "r2", api.SourceHealth{State: "running", Sentence: "Syncing: 0 of 2 accounts are up to date."}},
		{func() {
			h.share("r2", "7", now, finished)
			h.share("r2", "8", now, failed)
			h.ends("r2", with(broken, 1))
		}, 1, 2, "", api.SourceHealth{State: "failed", Sentence: "The app's secret is wrong.", Hint: "Correct it."}},
		{request("r3"), 0, 2, "r3", api.SourceHealth{State: "failed", Sentence: "The app's secret is wrong.", Hint: "Correct it."}},
		{func() { h.share("r3", "7", now, finished); h.share("r3", "8", now, finished); h.ends("r3", steady) }, 2, 2, "", api.SourceHealth{State: "fine", Sentence: "All 2 accounts are up to date."}},
		{tell(adtally.AccessEnding, time.Time{}), 2, 2, "", api.SourceHealth{State: "soon", Sentence: "access_ending is open.", Hint: "Act."}},
		{tell(adtally.Suspect, time.Time{}), 2, 2, "", api.SourceHealth{State: "incomplete", Sentence: "suspect is open.", Hint: "Act."}},
		{whole("r4", failed, with(refused, 1)), 0, 2, "", api.SourceHealth{State: "expired", Sentence: "The password was changed.", Hint: "Log in again."}},
		{whole("r5", failed, with(&adtally.Fault{Act: adtally.Reconnect, Code: "token_expired", Message: "m"}, 2)), 0, 2, "", api.SourceHealth{State: "expired", Sentence: "The token has expired.", Hint: "Reconnect to load the 3 missing days. No data has been lost."}},
		{func() {
			tell(adtally.Suspect, now)()
			tell(adtally.AccessEnding, now)()
			whole("r6", finished, with(&adtally.Fault{Act: adtally.Retry, Code: adtally.CodeNotLoaded, Message: "3 values could not be loaded", Hint: "See _quarantine."}, 0))()
		}, 2, 2, "", api.SourceHealth{State: "incomplete", Sentence: "3 values could not be loaded.", Hint: "See _quarantine."}},
		{whole("r7", finished, steady), 2, 2, "", api.SourceHealth{State: "fine", Sentence: "All 2 accounts are up to date."}},
		{func() {
			cp := adtally.Checkpoint{Table: "basic_ad", Window: adtally.WindowOf(20000, 20001), Asked: now, Partial: true}
			if err := h.database.AdoptCheckpoints(ctx, id, "7", []adtally.Checkpoint{cp}); err != nil {
				t.Fatal(err)
			}
		}, 2, 2, "", api.SourceHealth{State: "incomplete", Sentence: "Some data of 1 account is missing. Adtally requests it again at the next sync."}},
	} {
		c.do()
		if i >= 5 {
			c.want.AsOf = &good
		}
		var list struct{ Items []sourceView }
		h.ask("GET", "/api/v1/sources", "").is(http.StatusOK).into(&list)
		var one sourceView
		h.ask("GET", path, "").is(http.StatusOK).into(&one)
		want := sourceView{id, c.done, c.of, c.run, c.want}
		same(t, fmt.Sprint("step ", i, " in the list"), list.Items[0], want)
		same(t, fmt.Sprint("step ", i), one, want)
	}
	// A cancelled run does not count, and neither does a backfill.
	request("r8")()
	h.ask("POST", "/api/v1/runs/r8/cancel", "").is(http.StatusOK)
	h.ends("r8", func(*adtally.SourceRecord) {})
	h.requested(adtally.RunRequest{ID: "r9", Source: id, Trigger: adtally.ByBackfill, At: now})
	var one sourceView
	h.ask("GET", path, "").is(http.StatusOK).into(&one)
	if one.UpToDate != 2 || one.Accounts != 2 || one.Run != "" {
		t.Errorf("%+v", one)
	}
}

// A source without a token, or without accounts, says what it needs. A deleted one has no
// state.
func TestSource_HealthBeforeAndAfter(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	for body, want := range map[string]string{`{"connector":"facebookads"}`: "This source has no token yet.", `{"connector":"facebookads","token":"good"}`: "No ad account is picked yet."} {
		var one sourceView
		made := h.ask("POST", "/api/v1/sources", body).is(http.StatusCreated)
		made.into(&one)
		if one.Health.State != "new" || one.Health.Sentence != want || one.Health.Hint == "" {
			t.Errorf("%s: %+v", body, one.Health)
		}
		h.ask("DELETE", "/api/v1/sources/"+one.ID, "", "If-Match: "+made.Header().Get("ETag")).is(http.StatusOK)
	}
	if got := h.ask("GET", "/api/v1/sources?deleted=true", "").is(http.StatusOK).Body.String(); strings.Contains(got, `"health"`) {
		t.Error(got)
	}
}
