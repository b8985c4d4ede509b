package api_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"adtally/internal/api"
)

// without removes claims from an ID token.
func without(c map[string]any, keys ...string) map[string]any {
	for _, k := range keys {
		delete(c, k)
	}
	return c
}

// npm's oidc-provider, and others by default, return the e-mail address from userinfo
// only (OpenID Connect Core 1.0, section 5.4).
func TestOIDC_ReadsUserinfoForMissingEmail(t *testing.T) {
	t.Parallel()
	bare := func(sub string) map[string]any {
		return without(someone(sub, "", false), "email", "email_verified", "name")
	}
	for name, c := range map[string]struct {
		token map[string]any
		info  any
		want  string
	}{
		"all of it":                {bare("1"), map[string]any{"sub": "1", "email": "Ana@Example.com", "email_verified": true}, "/sources"},
		"verified, as a text":      {bare("1"), map[string]any{"sub": "1", "email": ana, "email_verified": "true"}, "/sources"},
		"only the rest":            {without(someone("1", ana, true), "email_verified"), map[string]any{"sub": "1", "email": ana, "email_verified": true}, "/sources"},
		"not verified":             {bare("1"), map[string]any{"sub": "1", "email": ana, "email_verified": "false"}, "/login?problem=oidc_unverified"},
		"it does not say":          {bare("1"), map[string]any{"sub": "1", "email": ana}, "/login?problem=oidc_unverified"},
		"another's":                {bare("1"), map[string]any{"sub": "2", "email": ana, "email_verified": true}, "/login?problem=oidc_refused"},
		"nobody's":                 {bare("1"), map[string]any{"email": ana, "email_verified": true}, "/login?problem=oidc_refused"},
		"verified, of another one": {without(someone("1", ana, true), "email_verified"), map[string]any{"sub": "1", "email": "eve@example.com", "email_verified": true}, "/login?problem=oidc_unverified"},
		"not JSON":                 {bare("1"), "?", "/login?problem=oidc_unverified"},
	} {
		p := newProvider(t)
		p.info = c.info
		h := newTestServer(t, withOIDC(p))
		h.admin()
		same(t, name, h.viaOIDC(p, c.token).Header().Get("Location"), c.want)
		if strings.Contains(h.log.String(), "CANARY") {
			t.Error("the log holds a token")
		}
	}
}

func TestOIDC_ChecksIDTokenClaims(t *testing.T) {
	t.Parallel()
	const good, refused = "/sources", "/login?problem=oidc_refused"
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"no sub":                        {func(c map[string]any) { delete(c, "sub") }, refused},
		"an empty sub":                  {func(c map[string]any) { c["sub"] = " " }, refused},
		"azp, us":                       {func(c map[string]any) { c["azp"] = "adtally" }, good},
		"azp, another program":          {func(c map[string]any) { c["azp"] = "other" }, refused},
		"two audiences and azp, us":     {func(c map[string]any) { c["aud"], c["azp"] = []string{"adtally", "x"}, "adtally" }, good},
		"two audiences and azp, others": {func(c map[string]any) { c["aud"], c["azp"] = []string{"adtally", "x"}, "x" }, refused},
		"two audiences without azp":     {func(c map[string]any) { c["aud"] = []string{"adtally", "x"} }, refused},
		"verified, as a text":           {func(c map[string]any) { c["email_verified"] = "true" }, good},
		"verified, as another text":     {func(c map[string]any) { c["email_verified"] = "false" }, "/login?problem=oidc_unverified"},
		"verified, as a number":         {func(c map[string]any) { c["email_verified"] = 1 }, "/login?problem=oidc_unverified"},
		"ended half a minute ago":       {func(c map[string]any) { c["exp"] = time.Now().Add(-30 * time.Second).Unix() }, good},
		"ended two minutes ago":         {func(c map[string]any) { c["exp"] = time.Now().Add(-2 * time.Minute).Unix() }, refused},
		"begins half a minute from now": {func(c map[string]any) { c["nbf"] = time.Now().Add(30 * time.Second).Unix() }, good},
	} {
		p := newProvider(t)
		p.change = c.change
		h := newTestServer(t, withOIDC(p))
		h.admin()
		same(t, name, h.viaOIDC(p, someone("1", ana, true)).Header().Get("Location"), c.want)
	}
}

// The metadata is read again if a provider changes its algorithm, keys or endpoints,
// but not for every token if tokens never verify.
func TestOIDC_ReloadsRotatedKeys(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	var later time.Duration
	h := newTestServer(t, withOIDC(p), func(c *api.Config) { c.Now = func() time.Time { return time.Now().Add(later) } })
	h.admin()
	h.viaOIDC(p, someone("1", ana, true)).session()
	p.alg = "RS512"
	later = 61 * time.Second
	h.viaOIDC(p, someone("1", ana, true)).session()
	same(t, "discoveries", p.discoveries.Load(), int64(2))
	p.change = func(c map[string]any) { c["aud"] = "other" }
	for range 5 {
		same(t, "a bad token", h.viaOIDC(p, someone("1", ana, true)).Header().Get("Location"), "/login?problem=oidc_refused")
	}
	same(t, "discoveries", p.discoveries.Load(), int64(2))
}

// While the provider hangs, concurrent visitors wait for the same request, none longer
// than its timeout.
func TestOIDC_HangingProviderTimesOutOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		h := newTestServer(t, func(c *api.Config) {
			c.OIDC = &api.OIDC{Issuer: "https://id.example", ClientID: "adtally", Client: &http.Client{Timeout: 10 * time.Second, Transport: through(func(r *http.Request) (*http.Response, error) {
				asked++
				<-r.Context().Done()
				return nil, r.Context().Err()
			})}}
		})
		began := time.Now()
		var visitors sync.WaitGroup
		for range 4 {
			visitors.Go(func() {
				w := httptest.NewRecorder()
				h.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://ads.example.com/auth/oidc/start", http.NoBody))
				same(t, "where it goes", w.Header().Get("Location"), "/login?problem=busy")
			})
		}
		visitors.Wait()
		if waited := time.Since(began); waited != 10*time.Second || asked != 1 {
			t.Errorf("they wait for %s, and the provider is asked %d times", waited, asked)
		}
	})
}

// repeating is an endless answer.
type repeating struct{ read *int64 }

func (r repeating) Read(p []byte) (int, error) {
	*r.read += int64(len(p))
	return copy(p, bytes.Repeat([]byte(" "), len(p))), nil
}

type through func(*http.Request) (*http.Response, error)

func (f through) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Every answer of a provider is limited in size.
func TestOIDC_LimitsAnswerSize(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/.well-known/openid-configuration": "busy", "/keys/RS256": "oidc_refused", "/token": "oidc_refused", "/userinfo": "oidc_unverified"} {
		p := newProvider(t)
		p.info = map[string]any{"sub": "1"}
		var read int64
		h := newTestServer(t, withOIDC(p), func(c *api.Config) {
			c.OIDC.Client = &http.Client{Transport: through(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path != path {
					return http.DefaultTransport.RoundTrip(r)
				}
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(repeating{&read}), Request: r}, nil
			})}
		})
		h.admin()
		got := h.ask("GET", "/auth/oidc/start?to=/sources", "")
		if want != "busy" {
			got = h.viaOIDC(p, without(someone("1", "", false), "email", "email_verified"))
		}
		same(t, path, got.Header().Get("Location"), "/login?problem="+want)
		if read == 0 || read > 4<<20 {
			t.Errorf("%s: %d bytes are read", path, read)
		}
	}
}

// The client secret is sent once, in the way that the provider asks for.
func TestOIDC_AuthStyleFollowsProvider(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.ways = []string{"client_secret_post"}
	h := newTestServer(t, withOIDC(p))
	h.admin()
	h.viaOIDC(p, someone("1", ana, true)).session()
}

// A browser gets a page with the reason; a program gets a problem.
func TestOIDC_FailureShowsPage(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	h := newTestServer(t, withOIDC(p))
	h.admin()
	for _, path := range []string{"/auth/oidc/callback?code=" + strings.Repeat("x", 5000) + "&state=x", "/auth/oidc/callback?state=" + strings.Repeat("x", 500), "/auth/oidc/callback?error=" + strings.Repeat("x", 500)} {
		to := h.ask("GET", path, "").is(http.StatusFound).Header().Get("Location")
		same(t, path[:30], to, "/login?problem=oidc_stale")
		page := h.ask("GET", to, "", "Accept: text/html,application/xhtml+xml").is(http.StatusOK)
		if body := page.Body.String(); page.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(body, "started in another browser") || !strings.Contains(body, `href="/auth/oidc/start"`) {
			t.Errorf("%v %s", page.Header(), body)
		}
	}
	to := "/login?problem=%3Cscript%3E"
	if body := h.ask("GET", to, "", "Accept: text/html").is(http.StatusOK).Body.String(); strings.Contains(body, "script") || !strings.Contains(body, "The request failed") {
		t.Error(body)
	}
	h.ask("GET", "/login", "", "Accept: application/json").refused(http.StatusNotFound, "not_found")
	h.ask("GET", "/nowhere", "", "Accept: text/html").refused(http.StatusNotFound, "not_found")
	long := h.ask("GET", "/auth/oidc/start?to=/"+strings.Repeat("x", 600), "").is(http.StatusFound)
	if !strings.HasPrefix(long.Header().Get("Location"), p.URL) {
		t.Error(long.Header())
	}
}

// Foreign names become one line of limited length.
func TestOIDC_NamesAreCleaned(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Ana\x1b[31m\r\nMaria\t Pérez": "Ana[31m Maria Pérez",
		"\u202eevil\u2066x":            "evilx",
		strings.Repeat("é", 5000):      strings.Repeat("é", 200),
		"\x00\x01":                     "bob@staff.example",
	} {
		p := newProvider(t)
		h := newTestServer(t, withOIDC(p, "staff.example"))
		h.admin()
		c := someone("9", "bob@staff.example", true)
		c["name"] = given
		session := h.viaOIDC(p, c).session()
		same(t, given[:2], h.as(session).ask("GET", "/api/v1/session", "").field("name"), want)
	}
}
