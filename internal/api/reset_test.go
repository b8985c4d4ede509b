package api_test

import (
	"net/http"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/api"
)

// An admin creates a link with which its holder chooses a new password, once. The old
// password and the person's sessions end; other people's sessions do not.
func TestReset_SetsNewPassword(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) api.Store{"in memory": func(*testing.T) api.Store { return newFake() }, "on the database": func(t *testing.T) api.Store { t.Helper(); return newStore(t) }} {
		h := newTestServer(t, func(c *api.Config) { c.Store = open(t) })
		admin := h.admin()
		eve := admin.guest("eve@example.com", adtally.Builder)
		id := eve.ask("GET", "/api/v1/session", "").is(http.StatusOK).field("id")
		code := func(r reply) string {
			_, code, _ := strings.Cut(r.is(http.StatusCreated).field("link"), "http://ads.example.com/reset#")
			return "/api/v1/resets/" + code
		}
		eve.ask("POST", "/api/v1/users/"+id+"/reset", "").refused(http.StatusForbidden, "forbidden")
		admin.ask("POST", "/api/v1/users/nobody/reset", "").refused(http.StatusNotFound, "not_found")
		old := code(admin.ask("POST", "/api/v1/users/"+id+"/reset", ""))
		link := code(admin.ask("POST", "/api/v1/users/"+id+"/reset", ""))
		h.ask("GET", old, "").refused(http.StatusNotFound, "reset_gone")
		same(t, name+": whose it is", h.ask("GET", link, "").is(http.StatusOK).field("email"), "eve@example.com")
		eve.ask("GET", "/api/v1/session", "").is(http.StatusOK) // nothing has changed yet
		h.ask("POST", link, form("password", "short")).refused(http.StatusUnprocessableEntity, "weak_password").names(t, "body.password")
		again := h.as(h.ask("POST", link, form("password", "another battery staple")).is(http.StatusOK).cookies()...)
		same(t, name+": who is logged in", again.ask("GET", "/api/v1/session", "").is(http.StatusOK).field("id"), id)
		eve.ask("GET", "/api/v1/session", "").refused(http.StatusUnauthorized, "unauthenticated")
		h.ask("POST", link, form("password", "a third battery staple")).refused(http.StatusNotFound, "reset_gone")
		h.login("eve@example.com", goodWord).refused(http.StatusUnauthorized, "wrong_login")
		h.at("192.0.2.7").login("eve@example.com", "another battery staple").is(http.StatusOK)
		admin.ask("GET", "/api/v1/session", "").is(http.StatusOK)
		last := code(admin.ask("POST", "/api/v1/users/"+id+"/reset", ""))
		tag := "If-Match: " + admin.ask("GET", "/api/v1/users/"+id, "").Header().Get("ETag")
		admin.ask("PATCH", "/api/v1/users/"+id, `{"disabled":true}`, tag).is(http.StatusOK)
		h.ask("GET", last, "").refused(http.StatusNotFound, "reset_gone")
		h.ask("POST", last, form("password", "a fourth battery staple")).refused(http.StatusNotFound, "reset_gone")
		admin.ask("POST", "/api/v1/users/"+id+"/reset", "").refused(http.StatusConflict, "conflict")
	}
}
