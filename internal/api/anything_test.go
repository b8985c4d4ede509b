package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// values are valid and invalid values for a field.
var values = rapid.SampledFrom([]any{nil, true, -1, 1e300, "", " ", "x", "a@example.com", "viewer", "admin", "2999-01-01T00:00:00Z", "2026-13-40T99:00:00Z",
	"\x00", "é\u202e", strings.Repeat("y", 300), goodWord, []any{}, []any{"syncs"}, []any{"syncs", "syncs"}, []any{1}, map[string]any{}, setupCode})

// names are the fields of all bodies, and one unknown field.
var names = []string{"code", "email", "name", "password", "role", "permissions", "disabled", "current", "new", "expires", "none"}

var queries = []string{"cursor", "limit", "everywhere", "who", "since", "state", "code", "to", "none"}

// Random requests by random callers never make the server fail, and every answer is
// documented.
func TestServer_SurvivesRandomRequests(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.admin()
	operations := h.document()
	rapid.Check(t, func(r *rapid.T) {
		o := rapid.SampledFrom(operations).Draw(r, "operation")
		id := url.PathEscape(rapid.SampledFrom([]string{"x", "\x00", "..", "é", "a b", strings.Repeat("z", 101), slices.Sorted(maps.Keys(h.store.users))[0]}).Draw(r, "id"))
		query := url.Values{}
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(queries), 0, 2).Draw(r, "query") {
			query.Set(name, fmt.Sprint(values.Draw(r, name)))
		}
		body, err := json.Marshal(rapid.MapOfN(rapid.SampledFrom(names), values, 0, 5).Draw(r, "body"))
		if err != nil {
			r.Fatal(err)
		}
		headers := []string{"If-Match: " + rapid.SampledFrom([]string{`"1"`, "*", "x"}).Draw(r, "If-Match")}
		got := h.admin2().ask(o.Method, strings.NewReplacer("{id}", id, "{invite}", id).Replace(o.Path)+"?"+query.Encode(), string(body), headers...)
		if _, known := o.Responses[fmt.Sprint(got.Code)]; got.Code >= http.StatusInternalServerError || !known && got.Code != http.StatusTemporaryRedirect {
			r.Fatalf("%s %s answers %d: %s", o.Method, o.Path, got.Code, got.Body)
		}
	})
}
