package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
	"adtally/internal/jobs"
	"adtally/internal/notify"
	"adtally/internal/vault"
)

// env is a service and the simulator in one process. Both use the simulator's clock, which
// advances only when the test says so.
type env struct {
	*running
	sim   *graphsim.Server
	s     *service
	keep  *vault.Watch
	watch *notify.Watch
}

// inline runs steps immediately instead of queueing them. Put can be called with the short
// deadline for releasing a step; the next step must not inherit it.
type inline struct{ scheduler *jobs.Scheduler }

func (q inline) Put(ctx context.Context, jobs []adtally.JobArgs) error {
	for _, t := range jobs {
		if err := q.scheduler.Work(context.WithoutCancel(ctx), t); err != nil {
			return err
		}
	}
	return nil
}

// The app, the person and the system user of the simulator.
const (
	simApp   = "1029384756"
	petra    = "10228765432109876"
	robot    = "122098765432101234"
	anasWord = "correct horse battery"
)

func newEnv(t *testing.T, size string) *env {
	t.Helper()
	h := &env{sim: graphsim.New(graphsim.Options{Now: summer})}
	parsed, err := advertiser.ParseSize(size)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range advertiser.NewSynthetic(parsed, summer.AddDate(0, 0, 130)) {
		h.sim.Add(a)
	}
	h.open(t)
	code := h.serve(t)
	h.ask("POST", "/api/v1/setup", map[string]any{"code": code.Reveal(), "email": "ana@example.com", "name": "Ana", "password": anasWord}, 201)
	return h
}

// open creates the service with the inline queue.
func (h *env) open(t *testing.T) {
	t.Helper()
	h.running = &running{t: t, dir: t.TempDir(), said: &safeBuffer{}}
	p := &program{out: h.said, err: h.said, now: h.sim.Now, poll: time.Millisecond, env: func(string) string { return "" }, http: &http.Client{Transport: h.sim.Transport()}}
	flags := &serviceFlags{Data: h.dir, GraphURL: "http://sim", LoginURL: "http://sim", Workers: 1}
	var err error
	if h.s, err = flags.open(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.s.close)
	h.s.scheduler.Queue = inline{h.s.scheduler}
	h.s.scheduler.Report = func(err error) { t.Error(err) }
	h.keep = h.s.keep()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%.8000s", lastLines(h.said.String()))
		}
	})
}

// lastLines returns the warnings and errors of a log.
func lastLines(text string) string {
	var bad []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, `"ERROR"`) {
			bad = append(bad, line)
		}
	}
	return strings.Join(bad, "")
}

// serve serves the API over HTTP.
func (h *env) serve(t *testing.T) adtally.Secret {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	h.url = server.URL
	h.watch = h.s.watch(h.url)
	c := &serveCommand{serviceFlags: *h.s.serviceFlags, PublicURL: h.url}
	made, code, err := c.handler(t.Context(), h.s, h.watch)
	if err != nil {
		t.Fatal(err)
	}
	handler = made
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	h.http = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return code
}

// tick runs the scheduler and the watches once.
func (h *env) tick() {
	h.t.Helper()
	defer h.reading()()
	ctx := h.t.Context()
	for _, look := range []func(context.Context) error{h.s.scheduler.RunOnce, h.keep.RunOnce, h.watch.RunOnce, h.watch.Deliver} {
		if err := look(ctx); err != nil {
			h.t.Fatal(err)
		}
	}
}

// pass advances the clock by d in steps, with a tick after each.
func (h *env) pass(d, step time.Duration) {
	h.t.Helper()
	defer h.reading()()
	for ; d > 0; d -= step {
		h.sim.Advance(min(step, d))
		h.tick()
	}
	h.enter()
}

// reading keeps the warehouse attached, because detaching it after every small load would
// take half of the test's time.
func (h *env) reading() (stop func()) {
	h.t.Helper()
	if _, err := os.Stat(h.file()); err != nil {
		return func() {} // nothing was loaded yet
	}
	writer, release, err := h.s.warehouse.use(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	_, done, err := writer.Query(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return func() { done(); release() }
}

// enter logs Ana in again after her session has expired.
func (h *env) enter() {
	h.t.Helper()
	h.ask("POST", "/api/v1/session", map[string]any{"email": "ana@example.com", "password": anasWord}, 200)
}

// set sets up the installation's app at Meta.
func (h *env) set(app graphsim.App) {
	h.t.Helper()
	app = h.sim.SetApp(app)
	path := "/api/v1/catalog/facebookads/app"
	shown, _ := h.head(path)
	h.ask("PUT", path, map[string]any{"id": app.ID, "secret": app.Secret}, 200, "If-Match", shown.Get("ETag"))
}

// head gives the headers of an answer.
func (h *env) head(path string) (http.Header, int) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.url+path, http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	res, err := h.http.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(h.said, res.Body)
	return res.Header, res.StatusCode
}

// consented submits the platform's consent page and returns where it redirects to.
func (h *env) consented(page string, change url.Values) string {
	h.t.Helper()
	u, err := url.Parse(page)
	if err != nil {
		h.t.Fatal(err)
	}
	form := u.Query()
	for name, values := range map[string][]string{"person": {petra}, "grant": {"ads_read"}, "decision": {"continue"}} {
		form[name] = values
	}
	for name, values := range change {
		form[name] = values
	}
	u.RawQuery = ""
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := h.sim.Transport().RoundTrip(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	to, err := res.Location()
	if err != nil {
		text, _ := io.ReadAll(res.Body)
		h.t.Fatalf("%d %s", res.StatusCode, text)
	}
	return to.String()
}

// logIn completes a login for a source, or for a new one, and returns the final URL.
func (h *env) logIn(source string) (landed *url.URL) {
	h.t.Helper()
	begun := h.ask("POST", "/api/v1/logins", map[string]any{"connector": "facebookads", "source": source}, 201)
	return h.back(h.consented(begun["url"].(string), nil))
}

// back follows the redirect from the platform to our callback.
func (h *env) back(address string) *url.URL {
	h.t.Helper()
	_, path, _ := strings.Cut(address, h.url)
	path, _, _ = strings.Cut(path, "#") // browsers keep that to themselves
	headers, status := h.head(path)
	if status != http.StatusFound {
		h.t.Fatalf("%d", status)
	}
	to, err := url.Parse(headers.Get("Location"))
	if err != nil {
		h.t.Fatal(err)
	}
	return to
}

// connected creates a source with a token and syncs it.
func (h *env) connected(token string, more map[string]any) string {
	h.t.Helper()
	body := map[string]any{"connector": "facebookads", "token": token, "all_accounts": true, "tables": []string{"basic_ad"}, "since": "2026-05-01"}
	for name, value := range more {
		body[name] = value
	}
	id, _ := h.ask("POST", "/api/v1/sources", body, 201)["id"].(string)
	h.tick()
	return id
}

func (h *env) source(id string) map[string]any {
	h.t.Helper()
	return h.ask("GET", "/api/v1/sources/"+id, nil, 200)
}

func (h *env) faultCode(id string) string {
	h.t.Helper()
	f, _ := h.source(id)["fault"].(map[string]any)
	code, _ := f["code"].(string)
	return code
}

// mint creates a token of the installation's app at the simulated Meta.
func (h *env) mint(kind, person string) string {
	h.t.Helper()
	return h.mintFor(kind, person, simApp)
}

func (h *env) mintFor(kind, person, app string, scopes ...string) string {
	h.t.Helper()
	token, refused := h.sim.Mint(kind, person, app, scopes...)
	if refused != nil {
		h.t.Fatal(refused)
	}
	return token
}

// file is the warehouse.
func (h *env) file() string { return filepath.Join(h.dir, "warehouse.duckdb") }

// mailbox collects notifications as "opened auth_expired Shop".
type mailbox struct {
	*httptest.Server
	mu   sync.Mutex
	said []string
}

// told creates a channel and returns its mailbox.
func (h *env) told() *mailbox {
	m := &mailbox{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var call struct {
			Type string
			Data struct{ Alert, Name, Sentence string }
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.NewDecoder(bytes.NewReader(body)).Decode(&call)
		}
		if err != nil {
			h.t.Error(err)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.said = append(m.said, strings.TrimPrefix(call.Type, "alert.")+" "+call.Data.Alert)
		_, _ = h.said.Write(body)
	}))
	h.t.Cleanup(m.Close)
	h.ask("POST", "/api/v1/channels", map[string]any{"kind": "webhook", "name": "Ours", "settings": map[string]string{"url": m.URL}}, 201)
	return m
}

// heard returns the notifications since the last call.
func (m *mailbox) heard() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	slices.Sort(m.said) // what is told at the same time arrives in any order
	all := strings.Join(m.said, ", ")
	m.said = nil
	return all
}

func toText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
