package pdf_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/pdf"
)

// site serves one page, and notes what was asked for.
type site struct {
	page   string
	status int
	wait   chan struct{} // the page is served when it is closed; nil = at once

	mu    sync.Mutex
	asked []string
	most  int
	now   int
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Host+" "+r.URL.String()+r.Header.Get("Cookie"))
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.now--; s.mu.Unlock() }()
	if s.wait != nil {
		select {
		case <-s.wait:
		case <-r.Context().Done():
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(max(s.status, http.StatusOK))
	if r.URL.Path == "/s/ats_secret" {
		fmt.Fprint(w, s.page)
	}
}

func newPrinter(t *testing.T, s *site) *pdf.Printer {
	t.Helper()
	program := pdf.Find()
	if program == "" {
		t.Skip("Chromium is not installed")
	}
	return &pdf.Printer{Chromium: program, Handler: s, Host: "ads.example.com", Timeout: 20 * time.Second}
}

const head = `<!DOCTYPE html><html lang="en"><head><title>Our shop</title></head><body><h1>Our shop</h1>`

// Whatever the page asks for, nobody but the handler hears of it.
func TestPrinter_ReachesNothingElse(t *testing.T) {
	t.Parallel()
	var heard atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard.Add(1) }))
	t.Cleanup(other.Close)
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = udp.Close() })
	port := other.URL[strings.LastIndex(other.URL, ":"):]
	s := &site{page: head + `<img src="` + other.URL + `/1"><img src="http://localhost` + port + `/2"><img src="http://169.254.169.254/"><iframe src="` + other.URL + `/3"></iframe>
		<img src="https://localhost` + port + `/4"><img src="/own.png"><a href="#here">Here</a><a href="/s/ats_secret">This</a><script>
		alert('a dialog waits for ever');
		fetch('` + other.URL + `/5', {mode: 'no-cors'}); navigator.sendBeacon('` + other.URL + `/6');
		try { new WebSocket('ws://127.0.0.1` + port + `/7') } catch {}
		try { const c = new RTCPeerConnection({iceServers: [{urls: 'stun:` + udp.LocalAddr().String() + `'}]}); c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o)) } catch {}
		</script></body></html>`}
	made, err := newPrinter(t, s).Print(t.Context(), "/s/ats_secret", "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(made), "%PDF-") {
		t.Errorf("it is no PDF: %.40q", made)
	}
	if n := heard.Load(); n > 0 {
		t.Errorf("another server got %d requests", n)
	}
	if err := udp.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, _, err := udp.ReadFrom(make([]byte, 100)); err == nil {
		t.Errorf("another server got %d bytes", n)
	}
	slices.Sort(s.asked)
	if s.asked = slices.DeleteFunc(s.asked, func(a string) bool { return strings.HasSuffix(a, "/favicon.ico") }); fmt.Sprint(s.asked) != "[ads.example.com /own.png ads.example.com /s/ats_secret]" {
		t.Errorf("the handler was asked for %q", s.asked)
	}
	for _, secret := range []string{"ats_secret", "localhost", "http:"} {
		if strings.Contains(string(made), secret) {
			t.Errorf("the file has %q", secret)
		}
	}
	if !regexp.MustCompile(`/Title \(Our shop\)`).Match(made) {
		t.Error("the file has no title")
	}
}

func TestPrinter_RefusesPagesThatFail(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*site{
		"gone":        {page: head, status: http.StatusGone},
		"never ready": {page: head + `<p aria-busy="true">Loading`},
		"never there": {page: head, wait: make(chan struct{})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPrinter(t, s)
			if name != "gone" {
				p.Timeout = 3 * time.Second
			}
			_, err := p.Print(t.Context(), "/s/ats_secret", "UTC")
			if f, ok := errors.AsType[*adtally.Fault](err); !ok || f.Code != "print_failed" || strings.Contains(f.Message+f.Hint, "ats_") {
				t.Errorf("%v", err)
			}
		})
	}
	_, err := (&pdf.Printer{Chromium: "/bin/false", Handler: &site{}}).Print(t.Context(), "/", "UTC")
	if adtally.FaultOf(err).Code != "print_failed" {
		t.Errorf("a program that ends at once: %v", err)
	}
}

// Two pages are printed at once, and nothing of them is left.
func TestPrinter_TakesTurns(t *testing.T) { //nolint:paralleltest // it counts folders
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s := &site{page: head, wait: make(chan struct{})}
	p := newPrinter(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := p.Print(ctx, "/s/ats_secret", "UTC"); err != nil {
				t.Error(err)
			}
		})
	}
	for waiting := 0; waiting < 2; time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		waiting = s.now
		s.mu.Unlock()
	}
	close(s.wait)
	all.Wait()
	if s.most != 2 {
		t.Errorf("%d pages at once", s.most)
	}
	if left, err := filepath.Glob(folder + "/adtally-print-*"); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
	if _, err := os.Stat(folder); err != nil {
		t.Error(err)
	}
}
