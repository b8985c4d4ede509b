package api_test

import (
	"net/url"
	"testing"

	"adtally"
)

// Each person has their own progress for each source, and resumes it elsewhere.
func TestGuideProgress_IsResumed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	other := h.guest("b@example.com", adtally.Viewer)
	source := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201).field("id")
	const path = "/api/v1/catalog/facebookads/guide/progress"
	of := path + "?source=" + url.QueryEscape(source)
	const none, half = `{"done":[]}` + "\n", `{"done":["app"],"step":"user"}` + "\n"
	same(t, "at first", h.ask("GET", path, "").is(200).Body.String(), none)
	same(t, "when set", h.ask("PUT", of, half).is(200).Body.String(), half)
	same(t, "resumed", h.ask("GET", of, "").is(200).Body.String(), half)
	same(t, "without a source", h.ask("GET", path, "").is(200).Body.String(), none)
	same(t, "of somebody else", other.ask("GET", of, "").is(200).Body.String(), none)
	other.ask("PUT", path, half).is(200)
	h.ask("PUT", of, `{"done":["app","flight"]}`).refused(422, "invalid").names(t, "body.done[1]")
	h.ask("PUT", of, `{"done":[],"step":"flight"}`).refused(422, "invalid").names(t, "body.step")
	h.ask("PUT", path+"?source=none", half).refused(422, "invalid").names(t, "query.source")
	h.ask("PUT", path, `{}`).refused(422, "invalid")
	h.ask("GET", "/api/v1/catalog/none/guide/progress", "").refused(404, "not_found")
}
