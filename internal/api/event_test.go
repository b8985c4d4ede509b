package api_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/api"
)

type others interface{ api.Runs }

// running is a run in progress whose log the test controls.
type running struct {
	others
	lines atomic.Int64
	ended atomic.Bool
}

func (r *running) Run(_ context.Context, id string) (adtally.RunRecord, error) {
	state := adtally.Running
	if r.ended.Load() {
		state = adtally.Finished
	}
	return adtally.RunRecord{Run: adtally.Run{ID: id, State: state}, Active: !r.ended.Load()}, nil
}

func (r *running) Log(_ context.Context, run string, after int64, _ int) (all []adtally.LogLine, _ error) {
	for n := after + 1; n <= r.lines.Load(); n++ {
		all = append(all, adtally.LogLine{Seq: n, Run: run, Level: "info", Code: "x", Message: fmt.Sprint("line ", n)})
	}
	return all, nil
}

func (r *running) SearchLog(ctx context.Context, run string, _ adtally.LogQuery, after int64, limit int) ([]adtally.LogLine, error) {
	return r.Log(ctx, run, after, limit)
}

func (*running) LogSummary(context.Context, string) (s adtally.LogSummary, _ error) { return s, nil }

func (r *running) testServer(t *testing.T) *testServer {
	t.Helper()
	return newTestServer(t, func(c *api.Config) { c.Service.Runs, c.Service.Log = r, r }).admin()
}

// A stream writes at least every 15 seconds, and its headers tell proxies not to
// buffer.
func TestEvents_SendsHeartbeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &running{}
		h := r.testServer(t)
		time.AfterFunc(50*time.Second, func() { r.lines.Store(1) })
		time.AfterFunc(70*time.Second, func() { r.ended.Store(true) })
		got := h.ask("GET", "/api/v1/runs/1/events", "").is(http.StatusOK)
		for name, want := range map[string]string{"X-Accel-Buffering": "no", "Cache-Control": "no-store", "Content-Type": "text/event-stream"} {
			same(t, name, got.Header().Get(name), want)
		}
		var kinds []string
		for block := range strings.SplitSeq(strings.TrimSpace(got.Body.String()), "\n\n") {
			first, _, _ := strings.Cut(block, "\n")
			kinds = append(kinds, first)
		}
		same(t, "what it says", strings.Join(kinds, ", "), ": still here, : still here, : still here, : still here, id: 1, : still here, event: end")
	})
}

// Behind nginx with default settings, each line arrives while the run is in progress.
func TestEvents_AreNotBufferedByNginx(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("nginx is not installed")
	}
	r := &running{}
	h := r.testServer(t)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	front := nginx(t, program, server.Listener.Addr().String())
	limited, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	request, err := http.NewRequestWithContext(limited, http.MethodGet, "http://"+front+"/api/v1/runs/1/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range h.cookies {
		request.AddCookie(c)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	// Without the header nginx would send nothing before the end of the stream, which the
	// test only triggers after it has read the lines.
	for in, n := bufio.NewScanner(answer.Body), int64(0); in.Scan(); {
		if strings.HasPrefix(in.Text(), "event: end") {
			return
		}
		if n == 0 || strings.HasPrefix(in.Text(), "data: ") {
			n++
			r.lines.Store(n)
			r.ended.Store(n > 2)
		}
	}
	t.Errorf("it ends too early: %s", answer.Status)
}

// nginx starts a proxy in front of a server and returns its address.
func nginx(t *testing.T, program, behind string) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front, folder := free.Addr().String(), t.TempDir()
	_ = free.Close()
	conf := filepath.Join(folder, "nginx.conf")
	text := fmt.Sprintf("daemon off; master_process off; pid %[1]s/pid; error_log stderr; events {}\nhttp { access_log off; client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;\nserver { listen %[2]s; location / { proxy_pass http://%[3]s; } } }\n", folder, front, behind)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, program, "-p", folder, "-e", "stderr", "-c", conf)
	run.Stderr = t.Output()
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = run.Wait() })
	for range 500 {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", front)
		if err == nil {
			_ = conn.Close()
			return front
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nginx does not start")
	return ""
}
