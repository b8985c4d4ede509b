package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/api"
)

func TestDefinitions_FromFirstVersionToDeletion(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	const path = "/api/v1/definitions/own"
	text := func(s string) string { return fmt.Sprintf(`{"yaml":%q}`, s) }
	h.ask("GET", path, "").refused(404, "not_found")
	h.ask("PUT", path, text("a: 1"), `If-Match: "1"`).refused(412, "stale_edit")
	if got := h.ask("PUT", path, text("a: 1"), `If-Match: "0"`).is(http.StatusOK); got.Header().Get("ETag") != `"1"` || got.field("by_name") != "Ana" {
		t.Errorf("%s", got.Body)
	}
	h.ask("PUT", path, text("a: 2"), `If-Match: "0"`).refused(412, "stale_edit")
	h.ask("PUT", path, text("a: 2"), `If-Match: "1"`).is(http.StatusOK)
	if got := h.ask("GET", path, "").is(http.StatusOK); got.field("yaml") != "a: 2" || got.Header().Get("ETag") != `"2"` {
		t.Errorf("%s", got.Body)
	}
	h.ask("DELETE", path, "").refused(428, "edit_unconditional")
	h.ask("DELETE", path, "", `If-Match: "2"`).is(http.StatusNoContent)
	h.ask("GET", path, "").refused(404, "not_found")
	h.ask("DELETE", path, "", `If-Match: "3"`).refused(404, "not_found")
	h.ask("PUT", path, text("a: 4"), `If-Match: "3"`).is(http.StatusOK)
	var versions struct{ Items []api.DefinitionVersion }
	h.ask("GET", path+"/versions", "").is(http.StatusOK).into(&versions)
	var lines []string
	for _, v := range versions.Items {
		lines = append(lines, fmt.Sprint(v.Version, " ", v.YAML, " ", v.Deleted, " ", v.ByName))
	}
	same(t, "versions", lines, []string{"4 a: 4 false Ana", "3  true Ana", "2 a: 2 false Ana", "1 a: 1 false Ana"})
	h.ask("GET", "/api/v1/definitions/nothing/versions", "").refused(404, "not_found")
	same(t, "audit log", audited(t, h, "definition."), []string{"definition.set", "definition.set", "definition.delete", "definition.set"})
	if got := h.ask("GET", "/api/v1/definitions", "").is(http.StatusOK).Body.String(); !strings.Contains(got, `"name":"base","built_in":true`) || !strings.Contains(got, `"name":"own","built_in":false`) {
		t.Errorf("%s", got)
	}
}

func TestDefinitions_RefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	h.ask("PUT", "/api/v1/definitions/own", `{"yaml":"wrong"}`, `If-Match: "0"`).refused(422, "invalid").names(t, "body.yaml:3")
	h.ask("PUT", "/api/v1/definitions/base", `{"yaml":"a: 1"}`, `If-Match: "0"`).refused(409, "conflict")
	h.ask("DELETE", "/api/v1/definitions/base", "", `If-Match: "0"`).refused(409, "conflict")
	h.ask("PUT", "/api/v1/definitions/Own", `{"yaml":"a: 1"}`, `If-Match: "0"`).refused(422, "invalid").names(t, "path.name")
	var c api.DefinitionCheck
	h.ask("POST", "/api/v1/definitions/check", `{"yaml":"wrong"}`).is(http.StatusOK).into(&c)
	if c.Valid || c.Errors[0].Line != 3 || c.Errors[0].Hint != "Did you mean spend?" || c.Metrics[0] != (api.ChangedMetric{Metric: "mine", Change: "added"}) {
		t.Errorf("%+v", c)
	}
	if got := h.ask("GET", "/api/v1/definitions.yaml", "").is(http.StatusOK); got.Body.String() != "metrics: []\n" || got.Header().Get("Content-Type") != "application/yaml" {
		t.Errorf("%s %v", got.Body, got.Header())
	}
}

// SQL reads everything in the warehouse, so only an admin stores it.
func TestDefinitions_OnlyAdminsStoreSQL(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	const body = `{"yaml":"sql: SELECT 1"}`
	for _, role := range []adtally.Role{adtally.Editor, adtally.Builder} {
		h.guest(string(role)+"@example.com", role).ask("PUT", "/api/v1/definitions/own", body, `If-Match: "0"`).refused(403, "forbidden")
	}
	h.ask("PUT", "/api/v1/definitions/own", body, `If-Match: "0"`).is(http.StatusOK)
}
