package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/api"
)

// askKey creates a key with scopes that is valid for an hour.
func (h *testServer) askKey(scopes ...adtally.KeyScope) reply {
	h.t.Helper()
	end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	return h.ask("POST", "/api/v1/keys", fmt.Sprintf(`{"name":"claude","role":"viewer","scopes":["%s"],"expires":"%s"}`, strings.Join(asStrings(scopes), `","`), end)).is(http.StatusCreated)
}

func asStrings(all []adtally.KeyScope) (out []string) {
	for _, s := range all {
		out = append(out, string(s))
	}
	return out
}

// withScoped adds a mount for keys with the scope ask; it answers with the key's name.
func withScoped(c *api.Config) {
	c.Mounts = append(c.Mounts, api.Mount{Pattern: "/scoped", Access: api.Access{Scope: adtally.AskScope, Role: adtally.Viewer},
		Serve: func(who api.Caller, w http.ResponseWriter, _ *http.Request) error {
			_, err := fmt.Fprint(w, who.Name, who.Scopes)
			return err
		}})
}

func TestScope_AdmitsKeysThatHaveIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newTestServer(t, withScoped).at("127.0.0.1")
		admin := h.admin()
		plain := admin.key(adtally.Admin, nil)
		made, gone := admin.askKey(adtally.AskScope), admin.askKey(adtally.AskScope)
		token := made.field("token")
		admin.ask("DELETE", "/api/v1/keys/"+gone.field("id"), "").is(http.StatusNoContent)
		same(t, "prefix", token[:4], "atk_")
		visit := func(who *testServer, headers ...string) reply { return who.ask("GET", "/scoped", "", headers...) }
		same(t, "answer", visit(h.as(), "Authorization: Bearer "+token).is(http.StatusOK).Body.String(), "claude[ask]")
		for name, got := range map[string]reply{"a session": visit(admin), "nobody": visit(h.as()), "revoked": visit(h.as(), "Authorization: Bearer "+gone.field("token")),
			"unknown": visit(h.as(), "Authorization: Bearer atk_nothing"), "in the address": h.as().ask("GET", "/scoped?access_token="+token, "")} {
			if got.Code != http.StatusUnauthorized || got.Header().Get("WWW-Authenticate") != `Bearer realm="adtally"` {
				t.Errorf("%s: %d %v", name, got.Code, got.Header())
			}
		}
		refused := visit(h.as(), "Authorization: Bearer "+plain).refused(http.StatusForbidden, "forbidden")
		same(t, "challenge", refused.Header().Get("WWW-Authenticate"), `Bearer error="insufficient_scope", scope="ask"`)
		time.Sleep(time.Hour)
		visit(h.as(), "Authorization: Bearer "+token).refused(http.StatusUnauthorized, "unauthenticated")
	})
}

// No operation of the API can be called with a key that has a scope, whatever its role.
func TestScope_KeyCallsNoOperation(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	token := admin.ask("POST", "/api/v1/keys", `{"name":"x","role":"admin","scopes":["ask","ask:sql"],"expires":"`+end+`"}`).is(http.StatusCreated).field("token")
	for _, o := range h.document() {
		path := strings.NewReplacer("{id}", "nobody", "{invite}", "nothing").Replace(o.Path)
		body := ""
		if o.Body != nil {
			body = "{}"
		}
		got := h.as().ask(o.Method, path, body, "Authorization: Bearer "+token)
		want := http.StatusForbidden
		if o.Access.Share { // it is not a link
			want = http.StatusNotFound
		}
		if !o.Access.Public && got.Code != want {
			t.Errorf("%s %s answers %d", o.Method, o.Path, got.Code)
		}
	}
}

func TestScope_KeyMustExpireWithinAYear(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	in := func(d time.Duration) string {
		return `,"expires":"` + time.Now().Add(d).UTC().Format(time.RFC3339) + `"`
	}
	const year = 365 * 24 * time.Hour
	for rest, field := range map[string]string{
		`"scopes":["ask"]`:                                         "body.expires",
		`"scopes":["ask"]` + in(year+48*time.Hour):                 "body.expires",
		`"scopes":["ask:sql"]` + in(time.Hour):                     "body.scopes",
		`"scopes":["ask","ask:sql"]` + in(time.Hour):               "body.role",
		`"scopes":["ask"],"permissions":["syncs"]` + in(time.Hour): "body.permissions",
		`"scopes":["everything"]` + in(time.Hour):                  "body.scopes",
		`"scopes":["ask","ask"]` + in(time.Hour):                   "body.scopes",
		`"scopes":[{},{}]` + in(time.Hour):                         "body.scopes",
	} {
		got := admin.ask("POST", "/api/v1/keys", `{"name":"x","role":"viewer",`+rest+`}`).refused(http.StatusUnprocessableEntity, "invalid")
		if !strings.Contains(got.Body.String(), field) {
			t.Errorf("%s: %s", rest, got.Body)
		}
	}
	admin.ask("POST", "/api/v1/keys", `{"name":"x","role":"viewer","scopes":["ask"]`+in(year)+`}`).is(http.StatusCreated)
}

// A key is not sent over a network in the clear.
func TestScope_NeedsEncryption(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proxied, host string
		refused       bool
	}{
		"in the clear":     {"", "ads.example.com", true},
		"through TLS":      {"https", "ads.example.com", false},
		"this computer":    {"", "localhost:8085", false},
		"also this":        {"", "127.0.0.1", false},
		"also this, IPv6":  {"", "[::1]:8085", false},
		"only in its name": {"", "localhost.example.com", true},
		"a part of a name": {"", "127.0.0.1.example.com", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestServer(t, withScoped, func(c *api.Config) { c.BehindProxy, c.PublicURL = true, "" })
			token := h.admin().askKey(adtally.AskScope).field("token")
			got := h.as().ask("GET", "/scoped", "", "Authorization: Bearer "+token, "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: "+c.proxied, "Host: "+c.host)
			if refused := got.Code == http.StatusForbidden && got.field("code") == "https_required"; refused != c.refused {
				t.Errorf("%d %s", got.Code, got.Body)
			}
		})
	}
}

func TestScope_UnknownKeysAreSlowedByAddress(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, withScoped).at("127.0.0.1")
	token := h.admin().askKey(adtally.AskScope).field("token")
	var last reply
	for range 8 {
		last = h.as().ask("GET", "/scoped", "", "Authorization: Bearer atk_guess")
	}
	last.refused(http.StatusTooManyRequests, "too_many_tries")
	h.as().ask("GET", "/scoped", "", "Authorization: Bearer "+token).is(http.StatusOK)
}

// A client that looks for a way to log in finds none, and not a page of the UI.
func TestScope_NoLoginIsAnnounced(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	h := newTestServer(t, func(c *api.Config) { c.Site = page })
	for _, path := range []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server"} {
		h.ask("GET", path, "").refused(http.StatusNotFound, "not_found")
	}
}
