package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
)

// connected is a server with a source that reads the ad account 7.
func connected(t *testing.T) (h *testServer, path string) {
	t.Helper()
	h = newTestServer(t).admin()
	return h, "/api/v1/sources/" + h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
}

// The same key with an equal request returns the same run, however the request is
// written; another request is refused.
func TestStartRun_IdempotencyKey(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	order := func(key, body string) reply { return h.ask("POST", path+"/runs", body, "Idempotency-Key: "+key) }
	first := order("k", `{"accounts":["7"],"since":"2026-06-01"}`).is(http.StatusCreated).field("id")
	for _, again := range []string{`{"accounts":["7"],"since":"2026-06-01"}`, `{"since":"2026-06-01","accounts":["act_7"],"tables":[]}`} {
		same(t, again, order("k", again).is(http.StatusCreated).field("id"), first)
	}
	for _, other := range []string{`{}`, `{"accounts":["7"]}`, `{"accounts":["7"],"since":"2026-06-02"}`, `{"accounts":["7"],"since":"2026-06-01","tables":["ads"]}`} {
		order("k", other).refused(http.StatusUnprocessableEntity, "key_reused").names(t, "header.Idempotency-Key")
	}
	order("l", `{"accounts":["7"],"since":"2026-06-01"}`).refused(http.StatusConflict, "run_on")
	second := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	if other := h.ask("POST", "/api/v1/sources/"+second+"/runs", `{}`, "Idempotency-Key: k").is(http.StatusCreated).field("id"); other == first {
		t.Error("a key of another source's gave that one's run")
	}
}

// Invalid input is refused with the path of the field.
func TestRequests_InvalidFieldsAreNamed(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	far := time.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	east := time.Now().UTC().Add(13 * time.Hour).Format(time.DateOnly)
	picked := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","accounts":["7"]}`).is(http.StatusCreated)
	one := "/api/v1/sources/" + picked.field("id")
	tag := "If-Match: " + h.ask("GET", one, "").Header().Get("ETag")
	ask := func(method, path, body string) reply { return h.ask(method, path, body, tag) }
	for _, c := range []struct {
		method, path, body, field string // "" = valid
	}{
		{"POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","accounts":["7","8"]}`, "body.accounts[1]"},
		{"POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","since":"` + far + `"}`, "body.since"},
		{"POST", "/api/v1/sources", `{"connector":"facebookads","tables":["nonsense"]}`, "body.tables[0]"},
		{"POST", "/api/v1/sources", `{"token":"good"}`, "body.connector"},
		{"POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","from_source":"x"}`, "body.from_source"},
		{"POST", "/api/v1/sources", `{"connector":"facebookads","from_source":"x","login":"y"}`, "body.login"},
		{"PUT", path + "/credential", `{"token":"good","login":"y"}`, "body.login"},
		{"PATCH", one, `{"accounts":["act_8"]}`, "body.accounts[0]"},
		{"PATCH", one, `{"since":"` + far + `"}`, "body.since"},
		{"PATCH", one, `{"since":"2026-13-40"}`, "body.since"},
		{"POST", path + "/runs", `{"since":"` + far + `"}`, "body.since"},
		{"POST", path + "/runs", `{"tables":["ads","nonsense"]}`, "body.tables[1]"},
		{"POST", path + "/runs", `{"accounts":["7","8"]}`, "body.accounts[1]"},
		{"POST", one + "/runs", `{"accounts":["8"]}`, "body.accounts[0]"},
		{"POST", path + "/estimate", `{"accounts":["8"]}`, "body.accounts[0]"},
		{"POST", path + "/estimate", `{"since":"2026-06-01","until":"2026-05-01"}`, "body.until"},
		{"POST", path + "/preview", `{"report":{"name":"x","level":"ad"},"account":"8"}`, "body.account"},
		{"POST", path + "/preview", `{"report":{"name":"x","level":"ad"},"day":"` + far + `"}`, "body.day"},
		{"POST", path + "/preview", `{"report":{"level":"ad"}}`, "body.report.name"},
		{"POST", path + "/runs", `{"since":"` + east + `"}`, ""},
		{"PATCH", one, `{"accounts":["act_7"],"since":"2026-06-01"}`, ""},
	} {
		got := ask(c.method, c.path, c.body)
		if c.field == "" {
			if got.Code >= 300 {
				t.Errorf("%s %s: %d %s", c.path, c.body, got.Code, got.Body)
			}
			continue
		}
		if p := got.problem(); got.Code != http.StatusUnprocessableEntity || len(p.Errors) != 1 || p.Errors[0].Field != c.field {
			t.Errorf("%s %s %s: %d %+v, want %s", c.method, c.path, c.body, got.Code, p.Errors, c.field)
		}
	}
	same(t, "since", h.ask("GET", one, "").field("since"), "2026-06-01")
	tag = "If-Match: " + h.ask("GET", one, "").Header().Get("ETag")
	same(t, "since, taken back", ask("PATCH", one, `{"since":null}`).is(http.StatusOK).field("since"), "<nil>")
	h.ask("POST", path+"/credential/reveal", `{"password":"WRONG-CANARY"}`).refused(http.StatusForbidden, "wrong_password").names(t, "body.password")
	h.ask("PUT", "/api/v1/session/password", `{"current":"WRONG-CANARY","new":"x"}`).refused(http.StatusForbidden, "wrong_password").names(t, "body.current")
}

// An account that the token lost may stay picked.
func TestUpdateSource_LostAccountMayStay(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	id := path[strings.LastIndex(path, "/")+1:]
	if err := h.database.SeeAccounts(ctx, id, []adtally.Account{{ID: "9"}}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for n, c := range []struct{ body, field string }{{`{"accounts":["9"]}`, ""}, {`{"accounts":["9","7"]}`, "body.accounts[1]"}} {
		got := h.ask("PATCH", path, c.body, "If-Match: "+h.ask("GET", path, "").Header().Get("ETag"))
		if c.field == "" {
			got.is(http.StatusOK)
		} else {
			got.refused(http.StatusUnprocessableEntity, "invalid").names(t, c.field)
		}
		same(t, fmt.Sprint("edit ", n), h.ask("GET", path, "").field("accounts"), "[9]")
	}
	if err := h.database.SeeAccounts(ctx, id, []adtally.Account{{ID: "7"}}, time.Now().Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	h.ask("PATCH", path, `{"accounts":["9","7"]}`, "If-Match: "+h.ask("GET", path, "").Header().Get("ETag")).is(http.StatusOK)
}

// If the first token cannot see the accounts that were picked before, it must be
// confirmed.
func TestReplaceCredential_FirstTokenMustSeePickedAccounts(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	path := "/api/v1/sources/" + h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","accounts":["8"]}`).is(http.StatusCreated).field("id")
	h.ask("PUT", path+"/credential", `{"token":"good"}`).refused(http.StatusConflict, "accounts_lost").names(t, "body.token")
	h.ask("PUT", path+"/credential", `{"token":"good","confirm":true}`).is(http.StatusOK)
}

// The event stream is an operation like all others, and ends with the run.
func TestStreamLog_EndsWithTheRun(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	run := h.ask("POST", path+"/runs", `{}`).is(http.StatusCreated).field("id")
	for n := range 2 {
		if err := h.database.AppendLog(ctx, adtally.LogLine{Run: run, At: time.Unix(int64(n), 0), Level: "info", Code: "x", Message: fmt.Sprint("line ", n)}); err != nil {
			t.Fatal(err)
		}
	}
	h.ask("POST", "/api/v1/runs/"+run+"/cancel", "").is(http.StatusOK)
	quiet := func(_ adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		return s, adtally.LogLine{Run: run, Level: "info", Code: "end", Message: "It was cancelled"}
	}
	if ended, err := h.database.Conclude(ctx, run, time.Now(), quiet); err != nil || !ended {
		t.Fatal(ended, err)
	}
	events := "/api/v1/runs/" + run + "/events"
	got := h.ask("GET", events, "").is(http.StatusOK)
	if text := got.Body.String(); got.Header().Get("Content-Type") != "text/event-stream" || strings.Count(text, "event: line") != 3 || !strings.HasSuffix(text, "event: end\ndata: \"interrupted\"\n\n") {
		t.Errorf("%v %s", got.Header(), text)
	}
	if text := h.ask("GET", events, "", "Last-Event-ID: 2").is(http.StatusOK).Body.String(); strings.Count(text, "event: line") != 1 {
		t.Errorf("after the second line: %s", text)
	}
	h.ask("GET", "/api/v1/runs/nobody/events", "").refused(http.StatusNotFound, "not_found")
	h.as().ask("GET", events, "").refused(http.StatusUnauthorized, "unauthenticated")
	if content := h.described().Paths["/api/v1/runs/{id}/events"]["get"].Responses["200"].Content; content["text/event-stream"] == nil {
		t.Errorf("the document says %v", content)
	}
}
