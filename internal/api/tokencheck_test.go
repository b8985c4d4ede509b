package api_test

import (
	"strings"
	"testing"

	"adtally"
)

func TestTokenChecks_AreStreamed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	source := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201).field("id")
	for _, path := range []string{"/api/v1/catalog/facebookads/checks", "/api/v1/sources/" + source + "/credential/checks"} {
		const order = `{"checks":["form","live","permission","expiry","accounts","same_accounts","insights"]}`
		const dead = `{"name":"live","result":"fail","code":"token_expired","message":"It is not good","hint":"Take another."}`
		got := h.ask("POST", path, `{"token":"dead-CANARY"}`).lines()
		same(t, path, got, []string{order, `{"check":` + dead + `}`, `{"findings":{"checks":[` + dead + `],"who":"Ana","lost":[],"gained":[]}}`})
		busy := h.ask("POST", path, `{"token":"busy-CANARY"}`).lines()
		if len(busy) != 2 || !strings.HasPrefix(busy[1], `{"fault":{"code":"throttled","act":"wait","message":"Too much","hint":"Wait.","until":"`) {
			t.Errorf("%s: %q", path, busy)
		}
		if strings.Contains(strings.Join(append(got, busy...), "")+h.log.String(), "CANARY") {
			t.Errorf("%s: the token is in an answer or in the log", path)
		}
		h.ask("POST", path, `{}`).refused(422, "invalid").names(t, "body.token")
		h.ask("POST", path, `{"token":"a","login":"b"}`).refused(422, "invalid").names(t, "body.login")
		h.guest("b"+path[8:12]+"@example.com", adtally.Builder).ask("POST", path, `{"token":"a"}`).refused(403, "forbidden")
	}
	if got := h.ask("POST", "/api/v1/sources/"+source+"/credential/checks", `{"from_source":"`+source+`"}`).lines(); len(got) != 3 {
		t.Errorf("of another source: %q", got)
	}
	h.ask("POST", "/api/v1/sources/none/credential/checks", `{"token":"a"}`).refused(404, "not_found")
	if got := h.ask("GET", "/api/v1/sources/"+source+"/credential", "").is(200).Body.String(); strings.Contains(got, `"number":2`) {
		t.Errorf("a token was stored: %s", got)
	}
}
