package api_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/api"
)

func login(email, word string) string { return form("email", email, "password", word) }

func (h *testServer) login(email, word string) reply {
	return h.ask("POST", "/api/v1/session", login(email, word))
}

func TestSession_LoginRenewsToken(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.admin()
	planted := &http.Cookie{Name: "adtally", Value: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
	first := h.as(planted).login(ana, goodWord).is(http.StatusOK).cookies()
	if len(first) != 1 || first[0].Value == planted.Value || !first[0].HttpOnly || first[0].SameSite != http.SameSiteLaxMode || first[0].Path != "/" || first[0].Secure {
		t.Fatalf("it sets %v", first)
	}
	h.as(planted).ask("GET", "/api/v1/session", "").refused(http.StatusUnauthorized, "unauthenticated")
	second := h.as(first...).login(strings.ToUpper(ana)+" ", goodWord).is(http.StatusOK).cookies()
	h.as(first...).ask("GET", "/api/v1/session", "").refused(http.StatusUnauthorized, "unauthenticated")
	h.as(second...).ask("GET", "/api/v1/session", "").is(http.StatusOK)
	for token := range h.store.sessions {
		if token == second[0].Value {
			t.Error("the token itself is kept")
		}
	}
}

func TestSession_SecureCookieOverHTTPS(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proxy  bool
		header string
		want   string
	}{
		"behind a proxy that says so":  {true, "X-Forwarded-Proto: https", "__Host-adtally"},
		"behind a proxy, in the open":  {true, "X-Forwarded-Proto: http", "adtally"},
		"somebody claims it":           {false, "X-Forwarded-Proto: https", "adtally"},
		"the client's claim comes too": {true, "X-Forwarded-Proto: https, http", "adtally"},
	} {
		h := newTestServer(t, func(conf *api.Config) { conf.BehindProxy = c.proxy })
		h.admin()
		got := h.ask("POST", "/api/v1/session", login(ana, goodWord), c.header).is(http.StatusOK)
		cookie := got.cookies()[0]
		safe := c.want == "__Host-adtally"
		if cookie.Name != c.want || cookie.Secure != safe || (got.Header().Get("Strict-Transport-Security") != "") != safe {
			t.Errorf("%s: %v, HSTS %q", name, cookie, got.Header().Get("Strict-Transport-Security"))
		}
		h.as(cookie).ask("GET", "/api/v1/session", "", c.header).is(http.StatusOK)
	}
}

// A failed login has the same answer and the same cost, whatever its reason.
func TestSession_FailedLoginRevealsNothing(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	admin.guest("out@example.com", adtally.Viewer)
	admin.disable("out@example.com")
	h.store.users["oidc"] = adtally.User{ID: "oidc", Email: "oidc@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Viewer}, Version: 1}
	var answers, audit []string
	for i, try := range [][2]string{{ana, "wrong"}, {"nobody@example.com", "wrong"}, {"out@example.com", goodWord}, {"oidc@example.com", ""}, {"not an address", "x"}} {
		before, done := h.passwords.compared.Load(), len(h.store.audit)
		got := h.login(try[0], try[1]).refused(http.StatusUnauthorized, "wrong_login")
		if n := h.passwords.compared.Load() - before; n != 1 {
			t.Errorf("try %d compared %d passwords", i, n)
		}
		p := got.problem()
		answers = append(answers, strings.ReplaceAll(got.Body.String(), p.Request, ""))
		audit = append(audit, strings.Join(h.store.what()[done:], " "))
	}
	for i := range answers {
		same(t, "answer", answers[i], answers[0])
		same(t, "entries", audit[i], "session.refused")
	}
}

// disable disables a user, as an admin does.
func (h *testServer) disable(email string) {
	h.t.Helper()
	u, err := h.store.UserByEmail(ctx, email)
	if err != nil {
		h.t.Fatal(err)
	}
	tag := h.ask("GET", "/api/v1/users/"+u.ID, "").is(http.StatusOK).Header().Get("ETag")
	h.ask("PATCH", "/api/v1/users/"+u.ID, `{"disabled":true}`, "If-Match: "+tag).is(http.StatusOK)
}

func TestSession_Ends(t *testing.T) {
	t.Parallel()
	alive := func(h *testServer) bool { return h.ask("GET", "/api/v1/session", "").Code == http.StatusOK }
	for name, end := range map[string]func(h, mine, other *testServer){
		"by logging out":       func(_, mine, _ *testServer) { mine.ask("DELETE", "/api/v1/session", "").is(http.StatusNoContent) },
		"by being left alone":  func(*testServer, *testServer, *testServer) { time.Sleep(time.Hour) },
		"by its age":           func(_, mine, _ *testServer) { restless(mine, 5*time.Hour) },
		"when its user is out": func(h, _, _ *testServer) { h.admin2().disable("eve@example.com") },
		"when all of them end": func(_, _, other *testServer) {
			other.ask("DELETE", "/api/v1/session?everywhere=true", "").is(http.StatusNoContent)
		},
		"when the password moves": func(_, _, other *testServer) {
			other.ask("PUT", "/api/v1/session/password", form("current", goodWord, "new", goodWord+"2")).is(http.StatusNoContent)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newTestServer(t, func(c *api.Config) { c.Idle, c.Lifetime = time.Hour, 5*time.Hour })
				h.admin().guest("eve@example.com", adtally.Viewer)
				mine := h.as(h.login("eve@example.com", goodWord).is(http.StatusOK).cookies()...)
				other := h.as(h.login("eve@example.com", goodWord).is(http.StatusOK).cookies()...)
				if !alive(mine) || !alive(other) {
					t.Fatal("there is no session")
				}
				end(h, mine, other)
				if alive(mine) {
					t.Error("the session goes on")
				}
			})
		})
	}
}

// A user who is enabled again must log in again.
func TestSession_EnablingUserRestoresNoSession(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	eve := admin.guest("eve@example.com", adtally.Viewer)
	u, err := h.store.UserByEmail(ctx, "eve@example.com")
	if err != nil {
		t.Fatal(err)
	}
	set := func(disabled bool) {
		u.Disabled = disabled
		h.store.users[u.ID] = u
	}
	set(true)
	eve.ask("GET", "/api/v1/session", "").refused(http.StatusUnauthorized, "unauthenticated")
	set(false)
	eve.ask("GET", "/api/v1/session", "").is(http.StatusOK)
	admin.disable("eve@example.com")
	u = h.store.users[u.ID]
	set(false)
	eve.ask("GET", "/api/v1/session", "").refused(http.StatusUnauthorized, "unauthenticated")
}

// admin2 is the admin in another browser.
func (h *testServer) admin2() *testServer {
	return h.as(h.as().login(ana, goodWord).is(http.StatusOK).cookies()...)
}

// restless uses a session continuously.
func restless(h *testServer, long time.Duration) {
	const pause = 50 * time.Minute
	for ; long > pause; long -= pause {
		time.Sleep(pause)
		h.ask("GET", "/api/v1/session", "").is(http.StatusOK)
	}
	time.Sleep(long)
}

// A request in progress does not revive a session that ended meanwhile.
func TestSession_LateRequestRevivesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newTestServer(t)
		mine := h.admin()
		slow := h.store.sessions
		time.Sleep(2 * time.Minute) // so that its use would be stored
		for token := range slow {
			if err := h.store.EndSession(ctx, token); err != nil {
				t.Fatal(err)
			}
			if err := h.store.TouchSession(ctx, token, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		mine.ask("GET", "/api/v1/session", "").refused(http.StatusUnauthorized, "unauthenticated")
	})
}

func TestPassword_ChangeRequiresCurrent(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	const path = "/api/v1/session/password"
	admin.ask("PUT", path, form("current", "wrong", "new", "another good word")).refused(http.StatusForbidden, "wrong_password")
	admin.ask("PUT", path, form("current", goodWord, "new", "short")).refused(http.StatusUnprocessableEntity, "weak_password")
	cookies := admin.ask("PUT", path, form("current", goodWord, "new", "another good word")).is(http.StatusNoContent).cookies()
	admin.ask("GET", "/api/v1/session", "").refused(http.StatusUnauthorized, "unauthenticated")
	h.as(cookies...).ask("GET", "/api/v1/session", "").is(http.StatusOK)
	h.login(ana, goodWord).refused(http.StatusUnauthorized, "wrong_login")
	h.login(ana, "another good word").is(http.StatusOK)
}

// Guessing slows down the guesser only: the owner of the account can log in
// immediately from elsewhere.
func TestSession_GuessingIsThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newTestServer(t)
		h.admin()
		evil := h.at("203.0.113.9")
		good := 0
		for range 600 { // one guess per second for ten minutes
			if evil.login(ana, "guess").Code == http.StatusUnauthorized {
				good++
			}
			time.Sleep(time.Second)
		}
		if good < 10 || good > 25 {
			t.Errorf("%d guesses were answered", good)
		}
		slowed := evil.login(ana, goodWord).refused(http.StatusTooManyRequests, "too_many_tries")
		if p := slowed.problem(); slowed.Header().Get("Retry-After") == "" || p.Act != adtally.Wait || p.Until == nil {
			t.Errorf("it says %v %s", slowed.Header(), slowed.Body)
		}
		h.at("198.51.100.7").login(ana, goodWord).is(http.StatusOK)
		time.Sleep(time.Minute)
		evil.login(ana, goodWord).is(http.StatusOK)
	})
}

func TestSession_ManyAccountsFromOneAddressAreThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newTestServer(t)
		h.admin()
		for i := range 21 {
			// One owner has a whole /64 of IPv6.
			h.at("[2001:db8::"+string(rune('a'+i%6))+"]").login("u"+string(rune('a'+i))+"@example.com", "guess").refused(http.StatusUnauthorized, "wrong_login")
		}
		h.at("[2001:db8::ffff]").login("new@example.com", "guess").refused(http.StatusTooManyRequests, "too_many_tries")
		h.at("[2001:db8:0:1::1]").login("new@example.com", "guess").refused(http.StatusUnauthorized, "wrong_login")
	})
}
