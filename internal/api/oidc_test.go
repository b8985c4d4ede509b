package api_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512" // the provider changes to this algorithm
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

// provider is an OIDC provider that asserts any claims the test gives it.
type provider struct {
	*httptest.Server
	key *rsa.PrivateKey
	// change modifies the claims of the next ID token.
	change func(map[string]any)
	// info is the answer of userinfo; nil = the provider has no userinfo.
	info any
	alg  string // of ID tokens
	ways []string
	// discoveries counts the requests for its metadata.
	discoveries atomic.Int64
	mu          sync.Mutex
	grants      map[string]grant
}

type grant struct {
	nonce, challenge string
	claims           map[string]any
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// providerKey signs for all providers: making a key takes longer than most tests.
var providerKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := providerKey()
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{key: key, alg: "RS256", grants: map[string]grant{}, change: func(map[string]any) {}}
	mux := http.NewServeMux()
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys/{alg}", p.keys)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	return p
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (p *provider) discovery(w http.ResponseWriter, _ *http.Request) {
	p.discoveries.Add(1)
	said := map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
		"jwks_uri": p.URL + "/keys/" + p.alg, "id_token_signing_alg_values_supported": []string{p.alg}}
	if p.info != nil {
		said["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	if p.ways != nil {
		said["token_endpoint_auth_methods_supported"] = p.ways
	}
	answer(w, said)
}

func (p *provider) userinfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer ACCESS-CANARY" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answer(w, p.info)
}

func (p *provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"keys": []any{map[string]string{"kty": "RSA", "alg": p.alg, "use": "sig", "kid": "key of " + p.alg,
		"n": encode(p.key.N.Bytes()), "e": encode(big.NewInt(int64(p.key.E)).Bytes())}}})
}

// authorize plays the browser: a person logs in at the provider, which redirects back
// with a code.
func (p *provider) authorize(t *testing.T, location string, claims map[string]any) (back string) {
	t.Helper()
	u, err := url.Parse(location)
	q := u.Query()
	if err != nil || !strings.HasPrefix(location, p.URL+"/authorize?") || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" ||
		q.Get("client_id") != "adtally" || q.Get("redirect_uri") != "http://ads.example.com/auth/oidc/callback" {
		t.Fatalf("it goes to %s", location)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := rand.Text()
	p.grants[code] = grant{q.Get("nonce"), q.Get("code_challenge"), claims}
	return "/auth/oidc/callback?session_state=x&code=" + code + "&state=" + url.QueryEscape(q.Get("state"))
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, known := p.grants[r.FormValue("code")]
	delete(p.grants, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	id, secret, _ := r.BasicAuth()
	if p.ways != nil {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	if !known || encode(sum[:]) != g.challenge || id != "adtally" || secret != "client-secret" {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": p.URL, "aud": "adtally", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": g.nonce}
	for k, v := range g.claims {
		claims[k] = v
	}
	p.change(claims)
	answer(w, map[string]string{"access_token": "ACCESS-CANARY", "token_type": "Bearer", "id_token": p.sign(claims)})
}

func (p *provider) sign(claims map[string]any) string {
	raw, _ := json.Marshal(claims)
	text := encode([]byte(`{"alg":"`+p.alg+`","kid":"key of `+p.alg+`"}`)) + "." + encode(raw)
	kind := map[string]crypto.Hash{"RS256": crypto.SHA256, "RS512": crypto.SHA512}[p.alg]
	hash := kind.New()
	hash.Write([]byte(text))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, p.key, kind, hash.Sum(nil))
	return text + "." + encode(signature)
}

func withOIDC(p *provider, domains ...string) func(*api.Config) {
	return func(c *api.Config) {
		c.OIDC = &api.OIDC{Name: "Example", Issuer: p.URL, ClientID: "adtally", ClientSecret: adtally.NewSecret("client-secret"), Domains: domains, Role: adtally.Viewer}
	}
}

func someone(subject, email string, verified bool) map[string]any {
	return map[string]any{"sub": subject, "email": email, "email_verified": verified, "name": "Somebody"}
}

// viaOIDC logs in by the provider and returns the last answer.
func (h *testServer) viaOIDC(p *provider, claims map[string]any) reply {
	h.t.Helper()
	start := h.ask("GET", "/auth/oidc/start?to=/sources", "").is(http.StatusFound)
	return h.as(start.cookies()...).ask("GET", p.authorize(h.t, start.Header().Get("Location"), claims), "").is(http.StatusFound)
}

// session returns the cookie of a successful login.
func (r reply) session() *http.Cookie {
	r.t.Helper()
	if r.Header().Get("Location") != "/sources" {
		r.t.Fatalf("it goes to %s", r.Header().Get("Location"))
	}
	return r.cookies()[0]
}

func TestOIDC_AcceptsUsersInvitesAndDomains(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	h := newTestServer(t, withOIDC(p, "staff.example"))
	admin := h.admin()
	admin.invite("invited@else.example", adtally.Builder)
	admin.guest("out@example.com", adtally.Viewer)
	admin.disable("out@example.com")
	role := func(c *http.Cookie) string {
		return h.as(c).ask("GET", "/api/v1/session", "").is(http.StatusOK).field("role")
	}
	same(t, "a user", role(h.viaOIDC(p, someone("1", "ANA@example.com", true)).session()), "admin")
	same(t, "the same, with a new address", role(h.viaOIDC(p, someone("1", "new@else.example", false)).session()), "admin")
	same(t, "the invited", role(h.viaOIDC(p, someone("2", "invited@else.example", true)).session()), "builder")
	same(t, "of the domain", role(h.viaOIDC(p, someone("3", "bob@staff.example", true)).session()), "viewer")
	for name, c := range map[string]struct {
		claims map[string]any
		code   string
	}{
		"nobody":                     {someone("4", "eve@else.example", true), "oidc_unknown"},
		"not verified":               {someone("5", "carl@staff.example", false), "oidc_unverified"},
		"no address":                 {map[string]any{"sub": "6"}, "oidc_unverified"},
		"disabled":                   {someone("7", "out@example.com", true), "oidc_unknown"},
		"another with ana's address": {someone("8", ana, true), "oidc_unknown"},
		"a domain below":             {someone("9", "x@evil.staff.example", true), "oidc_unknown"},
		"a domain in the name":       {someone("10", "x@staff.example@evil.example", true), "oidc_unknown"},
	} {
		got := h.viaOIDC(p, c.claims)
		same(t, name, got.Header().Get("Location"), "/login?problem="+c.code)
		email, _ := c.claims["email"].(string)
		if d := h.store.audit[len(h.store.audit)-1]; d.What != "session.refused" || d.Detail["email"] != email || d.Detail["why"] != c.code {
			t.Errorf("%s: the audit log says %+v", name, d)
		}
		if all := got.cookies(); len(all) != 1 || all[0].MaxAge >= 0 && all[0].Expires.After(time.Now()) {
			t.Errorf("%s gets %v", name, all)
		}
	}
	if len(h.store.users) != 4 {
		t.Errorf("there are %d users", len(h.store.users))
	}
	if strings.Contains(h.log.String(), "CANARY") {
		t.Error("the log holds a token")
	}
}

// A token for another browser, another login or another client is refused.
func TestOIDC_RefusesForeignStatesAndTokens(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	h := newTestServer(t, withOIDC(p))
	h.admin()
	claims := someone("1", ana, true)
	begin := func() (cookies []*http.Cookie, back string) {
		start := h.ask("GET", "/auth/oidc/start", "").is(http.StatusFound)
		return start.cookies(), p.authorize(t, start.Header().Get("Location"), claims)
	}
	mine, back := begin()
	_, state, _ := strings.Cut(back, "&state=")
	others, _ := begin()
	for name, c := range map[string]struct {
		cookies []*http.Cookie
		back    string
		code    string
	}{
		"no cookie":         {nil, back, "oidc_stale"},
		"another's cookie":  {others, back, "oidc_stale"},
		"a forged cookie":   {[]*http.Cookie{{Name: mine[0].Name, Value: mine[0].Value[:len(mine[0].Value)-4] + "AAAA"}}, back, "oidc_stale"},
		"no state":          {mine, "/auth/oidc/callback?code=x", "oidc_stale"},
		"a made-up code":    {mine, "/auth/oidc/callback?code=made-up&state=" + state, "oidc_refused"},
		"the provider's no": {mine, "/auth/oidc/callback?error=access_denied&state=" + state, "oidc_refused"},
	} {
		same(t, name, h.as(c.cookies...).ask("GET", c.back, "").is(http.StatusFound).Header().Get("Location"), "/login?problem="+c.code)
	}
	for name, change := range map[string]func(map[string]any){
		"an endless name":  func(c map[string]any) { c["sub"] = strings.Repeat("x", 256) },
		"another nonce":    func(c map[string]any) { c["nonce"] = "x" },
		"another audience": func(c map[string]any) { c["aud"] = "x" },
		"another issuer":   func(c map[string]any) { c["iss"] = "https://evil.example" },
		"expired":          func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
	} {
		p.change = change
		same(t, name, h.viaOIDC(p, claims).Header().Get("Location"), "/login?problem=oidc_refused")
	}
}

// A login that takes longer than ten minutes must start again.
func TestOIDC_LoginExpires(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	var late time.Duration
	h := newTestServer(t, withOIDC(p), func(c *api.Config) { c.Now = func() time.Time { return time.Now().Add(late) } })
	h.admin()
	start := h.ask("GET", "/auth/oidc/start", "").is(http.StatusFound)
	back := p.authorize(t, start.Header().Get("Location"), someone("1", ana, true))
	late = 10 * time.Minute
	same(t, "where it goes", h.as(start.cookies()...).ask("GET", back, "").is(http.StatusFound).Header().Get("Location"), "/login?problem=oidc_stale")
}

// The return address cannot lead to another site.
func TestOIDC_RedirectsOnlyToThisServer(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	h := newTestServer(t, withOIDC(p))
	h.admin()
	for to, want := range map[string]string{"": "/", "/a?b=c": "/a?b=c", "//evil.example": "/", "///evil.example": "/", "https://evil.example": "/", "/\\evil.example": "/", "evil": "/", "/\t/evil.example": "/", "javascript:alert(1)": "/"} {
		start := h.ask("GET", "/auth/oidc/start?to="+url.QueryEscape(to), "").is(http.StatusFound)
		back := p.authorize(t, start.Header().Get("Location"), someone("1", ana, true))
		same(t, to, h.as(start.cookies()...).ask("GET", back, "").is(http.StatusFound).Header().Get("Location"), want)
	}
}

func TestOIDC_WithoutProviderIsNotFound(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	same(t, "without one", h.ask("GET", "/auth/oidc/start", "").is(http.StatusFound).Header().Get("Location"), "/login?problem=not_found")
	p := newProvider(t)
	p.Close()
	h = newTestServer(t, withOIDC(p))
	same(t, "while it is away", h.ask("GET", "/auth/oidc/start", "").is(http.StatusFound).Header().Get("Location"), "/login?problem=busy")
}
