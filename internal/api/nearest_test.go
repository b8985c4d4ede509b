package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// An unknown table is refused with the nearest names.
func TestSource_UnknownTableSuggestsNearest(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	const means = "No such table exists. Did you mean ads?"
	for _, r := range []reply{
		h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","tables":["adds"]}`),
		h.ask("POST", path+"/runs", `{"tables":["Ads "]}`),
	} {
		p := r.refused(http.StatusUnprocessableEntity, "invalid").problem()
		if len(p.Errors) != 1 || p.Errors[0].Field != "body.tables[0]" || p.Errors[0].Message != means {
			t.Errorf("%+v, want %q", p.Errors, means)
		}
	}
	far := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","tables":["nonsense"]}`).refused(http.StatusUnprocessableEntity, "invalid")
	if text := far.Body.String(); strings.Contains(text, "Did you mean") || !strings.Contains(text, `"No such table exists"`) {
		t.Errorf("nothing is like it: %s", text)
	}
}
