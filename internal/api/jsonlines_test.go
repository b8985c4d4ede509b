package api_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"adtally"
)

// lines returns the lines of a streamed answer.
func (r reply) lines() (all []string) {
	r.t.Helper()
	if got := r.is(200).Header().Get("Content-Type"); got != "application/jsonl" {
		r.t.Errorf("the answer is %s", got)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(r.Body.Bytes()), []byte("\n")) {
		if !json.Valid(line) {
			r.t.Errorf("%s is not JSON", line)
		}
		all = append(all, string(line))
	}
	return all
}

const seenSeven = `{"account":{"id":"7","name":"Seven","currency":"EUR","zone":"UTC","status":"ACTIVE"`

func TestVisibleAccounts_AreStreamed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	const path = "/api/v1/catalog/facebookads/visible-accounts"
	same(t, "the lines", h.ask("POST", path, `{"token":" good \n"}`).lines(), []string{`{"expected":1}`, seenSeven + `}}`,
		seenSeven + `,"portfolio":"Shop","portfolio_id":"9","owned":"client","spend_30d":"12.50"}}`, `{"done":true,"count":1}`})
	broken := h.ask("POST", path, `{"token":"busy-CANARY"}`).lines()
	same(t, "the last line", broken[len(broken)-1], `{"fault":{"code":"throttled","act":"wait","message":"Too much","hint":"Wait."}}`)
	if strings.Contains(strings.Join(broken, "")+h.log.String(), "CANARY") {
		t.Error("the token is in an answer or in the log")
	}
	source := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201).field("id")
	if got := h.ask("POST", path, `{"source":"`+source+`"}`).lines(); len(got) != 4 {
		t.Errorf("of a source: %v", got)
	}
	h.ask("POST", path, `{}`).refused(422, "invalid").names(t, "body.token")
	h.ask("POST", path, `{"source":"none"}`).refused(422, "invalid").names(t, "body.source")
	h.ask("POST", path, `{"login":"none"}`).refused(422, "invalid").names(t, "body.login")
	h.ask("POST", path, `{"token":"a","source":"b"}`).refused(422, "invalid").names(t, "body.source")
	h.ask("POST", "/api/v1/catalog/none/visible-accounts", `{"token":"a"}`).refused(404, "not_found")
	h.guest("b@example.com", adtally.Builder).ask("POST", path, `{"token":"a"}`).refused(403, "forbidden")
}
