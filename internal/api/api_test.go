package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/api/password"
	"adtally/internal/store"
)

var ctx = context.Background()

// counter counts password comparisons.
type counter struct {
	api.Passwords
	compared atomic.Int64
}

func (c *counter) Matches(ctx context.Context, text string, hash adtally.Secret) (bool, error) {
	c.compared.Add(1)
	return c.Passwords.Matches(ctx, text, hash)
}

// testServer is a server with its store, for one test.
type testServer struct {
	t         *testing.T
	handler   http.Handler
	store     *fake
	passwords *counter
	log       *lockedLog
	cookies   []*http.Cookie
	from      string
	database  *store.DB // of sources and runs
}

type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

const (
	setupCode = "SETUPCODE-CANARY"
	goodWord  = "correct horse battery"
	ana       = "ana@example.com"
)

// Passwords are cheap to hash here; the password package tests the real cost.
var cheap = password.New(1, 8, 4)

func newTestServer(t *testing.T, change ...func(*api.Config)) *testServer {
	t.Helper()
	h := &testServer{t: t, store: newFake(), passwords: &counter{Passwords: cheap}, log: &lockedLog{}, from: "192.0.2.1:1234"}
	var n atomic.Int64
	h.database = newStore(t)
	c := api.Config{Store: h.store, Service: serviceOf(h.database), Passwords: h.passwords, Log: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: time.Now, NewID: func() string { return fmt.Sprintf("id-%06d", n.Add(1)) },
		Key: adtally.NewSecret(strings.Repeat("k", 32)), SetupCode: adtally.NewSecret(setupCode), PublicURL: "http://ads.example.com", Hosts: []string{"ads.example.com"}}
	for _, f := range change {
		f(&c)
	}
	handler, err := api.New(c)
	if err != nil {
		t.Fatal(err)
	}
	h.handler = handler
	return h
}

// as is the same server in another browser.
func (h *testServer) as(cookies ...*http.Cookie) *testServer {
	other := *h
	other.cookies = cookies
	return &other
}

func (h *testServer) at(address string) *testServer {
	other := *h
	other.from = address + ":1"
	return &other
}

// reply is an answer of the server.
type reply struct {
	*httptest.ResponseRecorder
	t *testing.T
}

// ask sends a request from this browser; a header is "Name: value".
func (h *testServer) ask(method, path, body string, headers ...string) reply {
	h.t.Helper()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := httptest.NewRequestWithContext(ctx, method, "http://ads.example.com"+path, strings.NewReader(body))
	r.RemoteAddr = h.from
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range h.cookies {
		r.AddCookie(c)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	w := httptest.NewRecorder()
	if strings.HasPrefix(path, "/api/v1/events") || strings.HasPrefix(path, "/s/api/events") { // the stream ends only when the browser leaves
		h.handler.ServeHTTP(&leaver{w, stop}, r)
	} else {
		h.handler.ServeHTTP(w, r)
	}
	// The document allows null only in the rows of a preview.
	if bytes.Contains(w.Body.Bytes(), []byte(`":null`)) {
		h.t.Errorf("%s %s answers null: %s", method, path, w.Body)
	}
	return reply{w, h.t}
}

// leaver leaves as soon as it has received something.
type leaver struct {
	*httptest.ResponseRecorder
	leave func()
}

func (l *leaver) Flush() { l.leave() }

// is checks the status.
func (r reply) is(status int) reply {
	r.t.Helper()
	if r.Code != status {
		r.t.Fatalf("got %d, want %d: %s", r.Code, status, r.Body)
	}
	return r
}

// refused checks for a problem with this status and code.
func (r reply) refused(status int, code string) reply {
	r.t.Helper()
	p := r.problem()
	if r.Code != status || p.Code != code || p.Status != status || r.Header().Get("Content-Type") != "application/problem+json" ||
		p.Request == "" || p.Detail == "" || p.Hint == "" || p.Type != "urn:adtally:problem:"+code {
		r.t.Fatalf("got %d %s, want %d %s", r.Code, r.Body, status, code)
	}
	return r
}

// names checks that the problem lists exactly these fields.
func (r reply) names(t *testing.T, fields ...string) {
	t.Helper()
	var got []string
	for _, e := range r.problem().Errors {
		got = append(got, e.Field)
	}
	same(t, "the fields that are wrong", got, fields)
}

func (r reply) problem() (p api.Problem) {
	r.t.Helper()
	r.into(&p)
	return p
}

func (r reply) into(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.Body.Bytes(), v); err != nil {
		r.t.Fatalf("%d %s: %v", r.Code, r.Body, err)
	}
}

// field returns a member of the answer.
func (r reply) field(name string) string {
	r.t.Helper()
	all := map[string]any{}
	r.into(&all)
	return fmt.Sprint(all[name])
}

// cookies returns the cookies that the answer sets.
func (r reply) cookies() []*http.Cookie { return r.Result().Cookies() }

// admin sets up the server; later requests come from the admin.
func (h *testServer) admin() *testServer {
	h.t.Helper()
	return h.as(h.ask("POST", "/api/v1/setup", form("code", setupCode, "email", ana, "name", "Ana", "password", goodWord)).is(http.StatusCreated).cookies()...)
}

// form builds a JSON object from names and values.
func form(pairs ...string) string {
	all := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	raw, _ := json.Marshal(all)
	return string(raw)
}

// guest invites a person with a role and permissions and logs them in.
func (h *testServer) guest(email string, role adtally.Role, permissions ...adtally.Permission) *testServer {
	h.t.Helper()
	raw, _ := json.Marshal(map[string]any{"email": email, "role": role, "permissions": append([]adtally.Permission{}, permissions...)})
	link := h.ask("POST", "/api/v1/invites", string(raw)).is(http.StatusCreated).field("link")
	_, code, _ := strings.Cut(link, "#")
	return h.as(h.as().ask("POST", "/api/v1/invites/"+code, form("name", email, "password", goodWord)).is(http.StatusCreated).cookies()...)
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}
