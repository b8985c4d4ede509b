package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/api"
)

func TestRouter_RefusesCrossOriginRequests(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	for _, foreign := range []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example"} {
		for _, o := range h.document() {
			if o.Method != "GET" {
				admin.ask(o.Method, o.Path, "{}", foreign).refused(http.StatusForbidden, "cross_origin")
			}
		}
		admin.ask("GET", "/api/v1/session", "", foreign).is(http.StatusOK)
	}
	for _, own := range []string{"Sec-Fetch-Site: same-origin", "Origin: http://ads.example.com", "X-Nothing: at all"} {
		admin.ask("POST", "/api/v1/invites", form("email", "x@example.com", "role", "viewer"), own).is(http.StatusCreated)
	}
}

func TestRouter_SetsSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	for _, path := range []string{"/api/docs", "/api/openapi.json", "/api/v1/setup", "/api/v1/session", "/nowhere", "/api/nowhere", "/healthz"} {
		header := h.ask("GET", path, "").Header()
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Content-Security-Policy": "frame-ancestors 'none'", "X-Request-Id": "id-"} {
			if !strings.Contains(header.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, header.Get(name))
			}
		}
		if policy := header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("%s: the policy is %s", path, policy)
		}
	}
}

func TestRouter_NotFoundIsAProblem(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.ask("GET", "/api/v1/nowhere", "").refused(http.StatusNotFound, "not_found")
	h.ask("GET", "/nowhere", "").refused(http.StatusNotFound, "not_found")
	got := h.ask("DELETE", "/api/v1/setup", "").refused(http.StatusMethodNotAllowed, "method_not_allowed")
	same(t, "Allow", got.Header().Get("Allow"), "GET, HEAD, POST")
	h.ask("GET", "/api//v1/setup", "").is(http.StatusTemporaryRedirect)
}

func TestRouter_SiteServesOtherPaths(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(c *api.Config) {
		c.Site = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "site "+r.URL.Path) })
	})
	same(t, "page", h.ask("GET", "/sources/1", "").is(http.StatusOK).Body.String(), "site /sources/1")
	h.ask("GET", "/api/v1/nowhere", "").refused(http.StatusNotFound, "not_found")
	h.ask("GET", "/auth/nowhere", "").refused(http.StatusNotFound, "not_found")
}

func TestProblem_BadRequests(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	const path = "/api/v1/session"
	h.ask("POST", path, "{").refused(http.StatusBadRequest, "bad_request")
	h.ask("POST", path, "").refused(http.StatusBadRequest, "bad_request")
	h.ask("POST", path, "{}", "Content-Type: text/xml").refused(http.StatusUnsupportedMediaType, "unsupported_media")
	h.ask("POST", path, login("a@example.com", strings.Repeat("x", 1<<20))).refused(http.StatusRequestEntityTooLarge, "too_large")
	got := h.ask("POST", path, `{"email":"a@example.com","password":["CANARY"],"more":"CANARY"}`).refused(http.StatusUnprocessableEntity, "invalid")
	fields := map[string]bool{}
	for _, e := range got.problem().Errors {
		fields[e.Field] = true
	}
	same(t, "fields", fields, map[string]bool{"body.password": true, "body.more": true})
	if strings.Contains(got.Body.String(), "CANARY") {
		t.Errorf("it repeats what it was sent: %s", got.Body)
	}
}

// Internal errors stay internal: the caller gets the ID of the log line.
func TestProblem_HidesInternalErrors(t *testing.T) {
	t.Parallel()
	secret := errors.New("INNER-CANARY")
	h := newTestServer(t, func(c *api.Config) {
		c.Store = broken{c.Store.(*fake), secret}
		c.Mounts = []api.Mount{{Pattern: "/panic", Access: api.Access{Public: true}, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(secret) })}}
	})
	for _, path := range []string{"/api/v1/setup", "/panic"} {
		got := h.ask("GET", path, "").refused(http.StatusInternalServerError, "unexpected")
		p := got.problem()
		if strings.Contains(got.Body.String(), "CANARY") || p.Act != adtally.Bug {
			t.Errorf("%s says %s", path, got.Body)
		}
		if !regexp.MustCompile(`"request":"` + p.Request + `".*CANARY`).MatchString(h.log.String()) {
			t.Errorf("%s: the log does not say what %s was: %s", path, p.Request, h.log)
		}
	}
}

// broken is a store whose query fails.
type broken struct {
	*fake
	err error
}

func (b broken) AnyUser(context.Context) (bool, error) { return false, b.err }

func TestRouter_LogsNoPaths(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.ask("GET", "/api/v1/invites/PATH-CANARY?x=QUERY-CANARY", "")
	h.ask("GET", "/elsewhere/PATH-CANARY", "", "Authorization: Bearer adt_CANARY")
	if log := h.log.String(); strings.Contains(log, "CANARY") || !strings.Contains(log, `"pattern":"GET /api/v1/invites/{invite}"`) {
		t.Errorf("the log is %s", log)
	}
}

func TestHealth_NamesFailedChecks(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(c *api.Config) {
		c.Checks = []api.Check{{Name: "store", Do: func(context.Context) error { return nil }},
			{Name: "warehouse", Do: func(context.Context) error { return errors.New("INNER-CANARY") }}}
	})
	h.ask("GET", "/healthz", "").is(http.StatusOK)
	got := h.ask("GET", "/readyz", "").refused(http.StatusServiceUnavailable, "not_ready")
	if p := got.problem(); len(p.Errors) != 1 || p.Errors[0].Field != "warehouse" || strings.Contains(got.Body.String(), "CANARY") {
		t.Errorf("it says %s", got.Body)
	}
	newTestServer(t).ask("GET", "/readyz", "").is(http.StatusOK)
}

// The reference page loads nothing from other servers.
func TestReference_LoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	for path, kind := range map[string]string{"/api/docs": "text/html", "/api/docs/reference.js": "text/javascript", "/api/docs/reference.css": "text/css", "/api/openapi.json": "application/openapi+json"} {
		got := h.ask("GET", path, "").is(http.StatusOK)
		if !strings.HasPrefix(got.Header().Get("Content-Type"), kind) {
			t.Errorf("%s is %s", path, got.Header().Get("Content-Type"))
		}
		if path != "/api/openapi.json" && regexp.MustCompile(`(https?:)?//[a-z]`).MatchString(got.Body.String()) {
			t.Errorf("%s names another server", path)
		}
		h.ask("GET", path, "", "If-None-Match: "+got.Header().Get("ETag")).is(http.StatusNotModified)
	}
}

func TestNew_RefusesInvalidPublicURL(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"ads.example.com", "://x", "%"} {
		_, err := api.New(api.Config{PublicURL: bad})
		if f := adtally.FaultOf(err); f == nil || f.Code != "public_url" || f.Hint == "" {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// impatient is a client that leaves while its question is answered or its answer is sent.
type impatient struct {
	api.Analytics
	*httptest.ResponseRecorder
	leave   context.CancelFunc
	err     error // of the question
	headers []int
}

func (c *impatient) Ask(context.Context, analytics.Query) (*analytics.Answer, error) {
	if c.err != nil {
		c.leave()
	}
	return &analytics.Answer{}, c.err
}

func (c *impatient) WriteHeader(status int) {
	c.headers = append(c.headers, status)
	c.ResponseRecorder.WriteHeader(status)
}

func (c *impatient) Write([]byte) (int, error) {
	c.leave()
	return 0, errors.New("the connection is closed")
}

// A client that leaves is no error of the server, and gets no second header.
func TestRouter_ClientLeaves(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err    error
		status string
	}{
		"the warehouse stops":   {context.Canceled, `"status":499`},
		"the warehouse is busy": {&adtally.Fault{Act: adtally.Retry, Code: "warehouse_busy", Message: "Another process is using the warehouse", Hint: "Try again."}, `"status":499`},
		"the answer is sent":    {nil, `"status":200`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, leave := context.WithCancel(ctx)
			c := &impatient{ResponseRecorder: httptest.NewRecorder(), leave: leave, err: test.err}
			h := newTestServer(t, func(config *api.Config) { config.Service.Analytics = c }).admin()
			r := httptest.NewRequestWithContext(ctx, "POST", "http://ads.example.com/api/v1/query", strings.NewReader(someQuestion))
			r.Header.Set("Content-Type", "application/json")
			for _, cookie := range h.cookies {
				r.AddCookie(cookie)
			}
			h.handler.ServeHTTP(c, r)
			if len(c.headers) != 1 {
				t.Errorf("headers %v", c.headers)
			}
			lines := strings.Split(strings.TrimSpace(h.log.String()), "\n")
			if last := lines[len(lines)-1]; !strings.Contains(last, test.status) || strings.Contains(h.log.String(), `"level":"ERROR"`) {
				t.Errorf("the log is\n%s", h.log)
			}
		})
	}
}
