package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally/internal/postgrestest"
)

// running is a service in this process, and a browser that talks to it.
type running struct {
	t        *testing.T
	url, dir string
	http     *http.Client
	said     *safeBuffer // with all answers of the API
	stop     func()
}

type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// run starts a command and waits until it prints a text.
func run(t *testing.T, said *safeBuffer, until string, args ...string) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &program{out: said, err: said, env: func(string) string { return "" }}
	ended := make(chan int, 1)
	go func() { ended <- p.run(ctx, args) }()
	stop = sync.OnceValue(func() int { cancel(); return <-ended })
	t.Cleanup(func() { stop() })
	for range 600 {
		if strings.Contains(said.String(), until) {
			return stop
		}
		select {
		case code := <-ended:
			ended <- code
			t.Fatalf("it ended with %d: %s", code, said)
		case <-time.After(50 * time.Millisecond): // bounded: 30 s
		}
	}
	t.Fatalf("it does not start: %s", said)
	return nil
}

var setupCodeSaid = regexp.MustCompile(`first admin: (\S+)`)

// startService starts one against a simulator, and logs its first admin in.
func startService(t *testing.T, sim *simulator, args ...string) *running {
	t.Helper()
	r := &running{t: t, dir: t.TempDir(), said: &safeBuffer{}}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.http = &http.Client{Jar: jar, Timeout: 30 * time.Second}
	stop := run(t, r.said, "first admin: ", append([]string{"serve", "--listen", "127.0.0.1:0", "--data", r.dir, "--graph-url", sim.URL}, args...)...)
	r.stop = func() {
		if code := stop(); code != 0 {
			t.Errorf("it ended with %d: %s", code, r.said)
		}
	}
	r.url = regexp.MustCompile(`http://\S+:\d+`).FindString(r.said.String())
	code := setupCodeSaid.FindStringSubmatch(r.said.String())[1]
	r.ask("POST", "/api/v1/setup", map[string]any{"code": code, "email": "ana@example.com", "name": "Ana", "password": "correct horse battery"}, 201)
	return r
}

// ask sends a request and reads the answer.
func (r *running) ask(method, path string, body any, status int, headers ...string) map[string]any {
	r.t.Helper()
	var text io.Reader = http.NoBody
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		text = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, r.url+path, text)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	_, _ = r.said.Write(raw)
	if err != nil || res.StatusCode != status {
		r.t.Fatalf("%s %s: %d, want %d: %s", method, path, res.StatusCode, status, raw)
	}
	out := map[string]any{"etag": res.Header.Get("ETag")}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			r.t.Fatalf("%s: %s", err, raw)
		}
	}
	return out
}

// ended waits until the newest run of a source has ended, and gives it.
func (r *running) ended(source string) map[string]any {
	r.t.Helper()
	return r.endedWithin(source, time.Minute)
}

func (r *running) endedWithin(source string, limit time.Duration) map[string]any {
	r.t.Helper()
	for range limit / (100 * time.Millisecond) {
		items, _ := r.ask("GET", "/api/v1/runs?source="+source, nil, 200)["items"].([]any)
		if len(items) > 0 {
			newest, _ := items[0].(map[string]any)
			if newest["ended"] != nil {
				return newest
			}
		}
		time.Sleep(100 * time.Millisecond) // bounded by the limit
	}
	r.t.Fatalf("no run of %s ended within %s: %s", source, limit, r.said)
	return nil
}

// A source is connected through the API and its first load starts by itself. Its rows equal
// those of adtally sync, also after it was deleted and restored. The token is in no response,
// log or file.
func TestServe_ConnectAndSync(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=2,ads=20,days=60,seed=3")
	databases := map[string][]string{"sqlite": nil, "postgres": {"--database-url", postgrestest.Start(t)}}
	for name, more := range databases {
		t.Run(name, func(t *testing.T) {
			r := startService(t, sim, more...)
			since := time.Now().AddDate(0, 0, -40).Format(time.DateOnly)
			made := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token[:10] + "\n " + sim.Token[10:], "all_accounts": true,
				"tables": []string{"ad_accounts", "ads", "basic_ad"}, "since": since}, 201)
			id, _ := made["id"].(string)
			first := r.ended(id)
			if first["state"] != "finished" || first["trigger"] != "schedule" {
				t.Fatalf("%v\n%s", first, r.said)
			}
			s := r.ask("GET", "/api/v1/sources/"+id, nil, 200)
			if s["stage"] != "running" || s["last_good"] == nil || s["dataset"] != "facebook_ads" {
				t.Errorf("%v", s)
			}
			if items, _ := r.ask("GET", "/api/v1/sources/"+id+"/accounts", nil, 200)["items"].([]any); len(items) != 2 {
				t.Errorf("%d accounts", len(items))
			}
			log := r.ask("GET", fmt.Sprintf("/api/v1/runs/%s/log", first["id"]), nil, 200)
			if items, _ := log["items"].([]any); len(items) < 5 {
				t.Errorf("the log says %v", log)
			}
			r.sameAsTheCommandLine(sim, since)
			r.twoAtOnce(id)
			r.deletedAndRestored(id)
			r.refusals(id)
			r.measures(id)
			r.board()
			r.stop()
			r.supported(more...)
			r.holdsNoSecret(sim.Token)
			if len(more) > 0 {
				holdsNoSecret(t, more[1], sim.Token)
			}
		})
	}
}

func (r *running) sums() string {
	return one(r.t, filepath.Join(r.dir, "warehouse.duckdb"), tally)
}

const tally = "SELECT count(*) || ' ' || sum(spend)::VARCHAR || ' ' || sum(impressions)::VARCHAR FROM facebook_ads.basic_ad"

func (r *running) sameAsTheCommandLine(sim *simulator, since string) {
	r.t.Helper()
	file := filepath.Join(r.t.TempDir(), "x.duckdb")
	c := command(r.t.Context(), sim.env(), sim.args(file, "--account", "all", "--tables", "ad_accounts,ads,basic_ad", "--since", since)...)
	if out, err := c.CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %s", err, out)
	}
	if got, want := r.sums(), one(r.t, file, tally); got != want {
		r.t.Errorf("the service brought %s, the command line %s", got, want)
	}
}

// twoAtOnce checks that of two run requests one starts and the other is told which run is
// active, and that a repeated request starts nothing.
func (r *running) twoAtOnce(id string) {
	r.t.Helper()
	path := "/api/v1/sources/" + id + "/runs"
	run := r.ask("POST", path, map[string]any{}, 201, "Idempotency-Key", "once")
	again := r.ask("POST", path, map[string]any{}, 201, "Idempotency-Key", "once")
	if again["id"] != run["id"] {
		r.t.Errorf("the same order gave %v and %v", run["id"], again["id"])
	}
	var mu sync.Mutex
	answers := map[int]int{}
	var wg sync.WaitGroup
	r.ended(id)
	for range 2 {
		wg.Go(func() {
			req, _ := http.NewRequestWithContext(context.Background(), "POST", r.url+path, strings.NewReader("{}"))
			req.Header.Set("Content-Type", "application/json")
			res, err := r.http.Do(req)
			if err != nil {
				r.t.Error(err)
				return
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			mu.Lock()
			defer mu.Unlock()
			if answers[res.StatusCode]++; res.StatusCode == 409 && !bytes.Contains(body, []byte(`"object":"run:`)) {
				r.t.Errorf("it does not say which run is on: %s", body)
			}
		})
	}
	wg.Wait()
	if answers[201] != 1 || answers[409] != 1 {
		r.t.Errorf("two orders at once were answered %v", answers)
	}
	if last := r.ended(id); last["state"] != "finished" {
		r.t.Errorf("%v", last)
	}
}

func (r *running) deletedAndRestored(id string) {
	r.t.Helper()
	before := r.sums()
	path := "/api/v1/sources/" + id
	s := r.ask("GET", path, nil, 200)
	r.ask("DELETE", path, nil, 428)
	gone := r.ask("DELETE", path, nil, 200, "If-Match", fmt.Sprint(s["etag"]))
	r.ask("POST", path+"/runs", map[string]any{}, 409)
	r.ask("DELETE", path, nil, 412, "If-Match", fmt.Sprint(s["etag"]))
	back := r.ask("POST", path+"/restore", nil, 200, "If-Match", fmt.Sprint(gone["etag"]))
	if back["deleted"] != nil || back["next"] == nil || back["stage"] != "running" || r.sums() != before {
		r.t.Errorf("after it was restored: %v, %s before %s", back, r.sums(), before)
	}
}

// refusals: bad input gets a problem with a code and a hint, and changes nothing.
func (r *running) refusals(id string) {
	r.t.Helper()
	path := "/api/v1/sources/" + id
	s := r.ask("GET", path, nil, 200)
	for body, code := range map[string]string{
		`{"token":"EAAnonsense"}`: "token_", `{"token":"  "}`: "invalid",
	} {
		var form map[string]any
		if err := json.Unmarshal([]byte(body), &form); err != nil {
			r.t.Fatal(err)
		}
		p := r.ask("PUT", path+"/credential", form, 422)
		if said := fmt.Sprint(p["code"]); !strings.HasPrefix(said, code) || p["hint"] == nil {
			r.t.Errorf("%s: %v", body, p)
		}
	}
	r.ask("PATCH", path, map[string]any{"tables": []string{"no_such"}}, 422, "If-Match", fmt.Sprint(s["etag"]))
	r.ask("PATCH", path, map[string]any{"every_minutes": 7}, 422, "If-Match", fmt.Sprint(s["etag"]))
	r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "dataset": "facebook_ads"}, 409)
	r.ask("POST", "/api/v1/sources", map[string]any{"connector": "carrier_pigeon"}, 422)
	if after := r.ask("GET", path, nil, 200); after["etag"] != s["etag"] {
		r.t.Errorf("something that was refused changed the source: %v, before %v", after, s)
	}
}

// After a restart the service continues with the same users and sources.
func TestServe_ContinuesAfterRestart(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=1,ads=40,days=200,seed=3", "--latency", "50ms")
	r := startService(t, sim)
	made := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true}, 201)
	id := fmt.Sprint(made["id"])
	time.Sleep(time.Second) // it is at work
	r.stop()
	var said safeBuffer
	if code := (&program{out: &said, err: &said, env: func(string) string { return "" }}).run(t.Context(), []string{"vault", "rotate", "--data", r.dir}); code != 0 || !strings.Contains(said.String(), "1 tokens are encrypted") {
		t.Fatalf("the keys were not changed: %d, %s", code, said.String())
	}
	r.said = &safeBuffer{}
	stop := run(t, r.said, "described at", "serve", "--listen", strings.TrimPrefix(r.url, "http://"), "--data", r.dir, "--graph-url", sim.URL)
	if strings.Contains(r.said.String(), "asked for") {
		t.Error("it asks for a first admin again")
	}
	if last := r.ended(id); last["state"] != "finished" {
		t.Errorf("%v: %s", last, r.said)
	}
	if code := stop(); code != 0 {
		t.Errorf("it ended with %d: %s", code, r.said)
	}
}

// measures checks the metrics, which require an API key.
func (r *running) measures(id string) {
	r.t.Helper()
	key := r.ask("POST", "/api/v1/keys", map[string]any{"name": "prometheus", "role": "viewer"}, 201)
	for token, status := range map[string]int{"": 401, fmt.Sprint(key["token"]): 200} {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, r.url+"/metrics", http.NoBody)
		if err != nil {
			r.t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			r.t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != status || status == 200 && !bytes.Contains(body, []byte(`adtally_source_failures{source="`+id+`"} 0`)) {
			r.t.Errorf("%d, want %d: %v %s", res.StatusCode, status, err, body)
		}
	}
}
