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

// healthStep changes something, and says what the source shows then.
type healthStep struct {
	do       func()
	done, of int
	run      string
	want     api.SourceHealth
}

// healthTest changes a source with two accounts.
type healthTest struct {
	*testServer
	source          string
	now, hour, good time.Time // good is when the source was last up to date
}

var (
	finished    = adtally.StepResult{State: adtally.Finished}
	failedStep  = adtally.StepResult{State: adtally.Failed}
	brokenApp   = &adtally.Fault{Act: adtally.Configure, Code: "app_config", Message: "The app's secret is wrong", Hint: "Correct it."}
	newPassword = &adtally.Fault{Act: adtally.Reconnect, Code: "password_changed", Message: "The password was changed", Hint: "Log in again."}
	oldToken    = &adtally.Fault{Act: adtally.Reconnect, Code: "token_expired", Message: "m"}
	notLoaded   = &adtally.Fault{Act: adtally.Retry, Code: adtally.CodeNotLoaded, Message: "3 values could not be loaded", Hint: "See _quarantine."}
)

func unmoved(*adtally.SourceRecord) {}

// steady is what a good run makes of a source.
func (h *healthTest) steady(s *adtally.SourceRecord) {
	s.Stage, s.LastGood, s.Fault, s.Failures, s.Failing = adtally.Steady, h.good, nil, 0, time.Time{}
}

// faulty is what a run with a fault makes of a source.
func (h *healthTest) faulty(f *adtally.Fault, failures int) func(*adtally.SourceRecord) {
	return func(s *adtally.SourceRecord) { s.Fault, s.Failures, s.Failing = f, failures, h.now }
}

func (h *healthTest) request(run string) func() {
	return func() {
		h.requested(adtally.RunRequest{ID: run, Source: h.source, Trigger: adtally.ByHand, At: h.now})
	}
}

// rest carries out what is left of a run.
func (h *healthTest) rest(run string, change func(*adtally.SourceRecord), results map[string]adtally.StepResult) func() {
	return func() {
		for account, r := range results {
			h.share(run, account, h.hour, r)
		}
		h.ends(run, change)
	}
}

// whole is a run of both accounts.
func (h *healthTest) whole(run string, r adtally.StepResult, change func(*adtally.SourceRecord)) func() {
	return func() {
		h.request(run)()
		h.rest(run, change, map[string]adtally.StepResult{"7": r, "8": r})()
	}
}

func (h *healthTest) tell(kind adtally.AlertKind, closed time.Time) func() {
	return func() {
		o := adtally.Incident{ID: string(kind), Opened: h.now, Closed: closed, Alert: adtally.Alert{Kind: kind, Source: h.source, Since: h.now, Sentence: string(kind) + " is open", Cure: "Act."}}
		if err := h.database.Tell(ctx, []adtally.Incident{o}, nil); err != nil {
			h.t.Fatal(err)
		}
	}
}

// quiet stores an incident whose reason is gone.
func (h *healthTest) quiet(kind adtally.AlertKind) func() {
	return func() {
		o := adtally.Incident{ID: string(kind), Opened: h.now, QuietSince: h.now, Alert: adtally.Alert{Kind: kind, Source: h.source, Since: h.now, Sentence: string(kind) + " is open", Cure: "Act."}}
		if err := h.database.Tell(ctx, []adtally.Incident{o}, nil); err != nil {
			h.t.Fatal(err)
		}
	}
}

// firstLoad is the first load of the source.
func (h *healthTest) firstLoad() []healthStep {
	blocked := adtally.StepResult{State: adtally.Waiting, NotBefore: h.hour, Fault: &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "m"}}
	discover := func() {
		if _, _, err := h.database.RequestRun(ctx, adtally.RunRequest{ID: "r0", Source: h.source, Trigger: adtally.ByHand, At: h.now}); err != nil {
			h.t.Fatal(err)
		}
	}
	return []healthStep{
		{func() {}, 0, 1, "", api.SourceHealth{State: "running", Sentence: "The first sync starts soon."}},
		{discover, 0, 1, "r0", api.SourceHealth{State: "running", Sentence: "Syncing: reading the list of ad accounts."}},
		{func() { h.share("r0", "", h.now, failedStep); h.ends("r0", unmoved); h.request("r1")() }, 0, 2, "r1", api.SourceHealth{State: "running", Sentence: "Loading the history, newest days first: 0 of 2 accounts are up to date."}},
		{func() { h.share("r1", "7", h.now, finished) }, 1, 2, "r1", api.SourceHealth{State: "running", Sentence: "Loading the history, newest days first: 1 of 2 accounts are up to date."}},
		{func() { h.share("r1", "8", h.now, blocked) }, 1, 2, "r1", api.SourceHealth{State: "waiting", Until: &h.hour, Sentence: "1 of 2 accounts are up to date. 1 is waiting for the platform's rate limit; no action needed."}},
	}
}

// laterRuns are the runs after the first load.
func (h *healthTest) laterRuns() []healthStep {
	fine := api.SourceHealth{State: "fine", Sentence: "All 2 accounts are up to date."}
	broken := api.SourceHealth{State: "failed", Sentence: "The app's secret is wrong.", Hint: "Correct it."}
	partial := func() {
		cp := adtally.Checkpoint{Table: "basic_ad", Window: adtally.WindowOf(20000, 20001), Asked: h.now, Partial: true}
		if err := h.database.AdoptCheckpoints(ctx, h.source, "7", []adtally.Checkpoint{cp}); err != nil {
			h.t.Fatal(err)
		}
	}
	return []healthStep{
		{h.rest("r1", h.steady, map[string]adtally.StepResult{"8": finished}), 2, 2, "", fine},
		{h.request("r2"), 0, 2, "r2", api.SourceHealth{State: "running", Sentence: "Syncing: 0 of 2 accounts are up to date."}},
		{h.rest("r2", h.faulty(brokenApp, 1), map[string]adtally.StepResult{"7": finished, "8": failedStep}), 1, 2, "", broken},
		{h.request("r3"), 0, 2, "r3", broken},
		{h.rest("r3", h.steady, map[string]adtally.StepResult{"7": finished, "8": finished}), 2, 2, "", fine},
		{h.tell(adtally.Stale, time.Time{}), 2, 2, "", api.SourceHealth{State: "incomplete", Sentence: "stale is open.", Hint: "Act."}},
		{h.quiet(adtally.Stale), 2, 2, "", fine},
		{h.tell(adtally.AccessEnding, time.Time{}), 2, 2, "", api.SourceHealth{State: "soon", Sentence: "access_ending is open.", Hint: "Act."}},
		{h.tell(adtally.Suspect, time.Time{}), 2, 2, "", api.SourceHealth{State: "incomplete", Sentence: "suspect is open.", Hint: "Act."}},
		{h.whole("r4", failedStep, h.faulty(newPassword, 1)), 0, 2, "", api.SourceHealth{State: "expired", Sentence: "The password was changed.", Hint: "Log in again."}},
		{h.whole("r5", failedStep, h.faulty(oldToken, 2)), 0, 2, "", api.SourceHealth{State: "expired", Sentence: "The token has expired.", Hint: "Reconnect to load the 3 missing days. No data has been lost."}},
		{func() {
			h.tell(adtally.Suspect, h.now)()
			h.tell(adtally.AccessEnding, h.now)()
			h.whole("r6", finished, h.faulty(notLoaded, 0))()
		}, 2, 2, "", api.SourceHealth{State: "incomplete", Sentence: "3 values could not be loaded.", Hint: "See _quarantine."}},
		{h.whole("r7", finished, h.steady), 2, 2, "", fine},
		{partial, 2, 2, "", api.SourceHealth{State: "incomplete", Sentence: "Some data of 1 account is missing. Adtally requests it again at the next sync."}},
	}
}

func newHealthTest(t *testing.T) (h *healthTest, path string) {
	t.Helper()
	server, path := connected(t)
	now := time.Now().UTC().Truncate(time.Millisecond)
	return &healthTest{server, strings.TrimPrefix(path, "/api/v1/sources/"), now, now.Add(time.Hour), now.Add(-72 * time.Hour)}, path
}

// The state of a source is the worst that is true, and stays until the opposite is proven.
func TestSource_Health(t *testing.T) {
	t.Parallel()
	h, path := newHealthTest(t)
	first := h.firstLoad()
	for i, c := range append(first, h.laterRuns()...) {
		c.do()
		if i >= len(first) {
			c.want.AsOf = &h.good
		}
		var list struct{ Items []sourceView }
		h.ask("GET", "/api/v1/sources", "").is(http.StatusOK).into(&list)
		var one sourceView
		h.ask("GET", path, "").is(http.StatusOK).into(&one)
		want := sourceView{h.source, c.done, c.of, c.run, c.want}
		same(t, fmt.Sprint("step ", i, " in the list"), list.Items[0], want)
		same(t, fmt.Sprint("step ", i), one, want)
	}
}

// A cancelled run does not count, and neither does a backfill.
func TestSource_CountsTheLatestSync(t *testing.T) {
	t.Parallel()
	h, path := newHealthTest(t)
	h.whole("r1", finished, h.steady)()
	h.request("r2")()
	h.ask("POST", "/api/v1/runs/r2/cancel", "").is(http.StatusOK)
	h.ends("r2", unmoved)
	h.requested(adtally.RunRequest{ID: "r3", Source: h.source, Trigger: adtally.ByBackfill, At: h.now})
	var one sourceView
	h.ask("GET", path, "").is(http.StatusOK).into(&one)
	if one.UpToDate != 2 || one.Accounts != 2 || one.Run != "" || one.Health.State != "fine" {
		t.Errorf("%+v", one)
	}
}

// After a token was replaced, the source is no longer expired.
func TestSource_HealthAfterRenewal(t *testing.T) {
	t.Parallel()
	h, path := newHealthTest(t)
	h.whole("r1", failedStep, h.faulty(oldToken, 1))()
	h.ask("PUT", path+"/credential", `{"token":"good"}`).is(http.StatusOK)
	h.now = h.hour
	h.request("r2")()
	var one sourceView
	h.ask("GET", path, "").is(http.StatusOK).into(&one)
	if one.Health.State != "running" {
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
