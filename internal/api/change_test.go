package api_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/api"
)

// versions are the versions of objects; the test changes them.
type versions struct {
	mu    sync.Mutex
	all   map[string]adtally.Version
	reads int
}

func (v *versions) Versions(context.Context) ([]adtally.Version, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reads++
	return slices.Collect(maps.Values(v.all)), nil
}

func (v *versions) set(all ...adtally.Version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all = map[string]adtally.Version{}
	for _, one := range all {
		v.all[one.Kind+one.ID] = one
	}
}

func (v *versions) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.reads
}

// browser has a stream open.
type browser struct {
	mu    sync.Mutex
	text  bytes.Buffer
	head  http.Header
	leave func()
	gone  chan struct{}
}

func (b *browser) Header() http.Header { return b.head }
func (b *browser) WriteHeader(int)     {}
func (b *browser) Flush()              {}

func (b *browser) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

// events returns what has arrived and was not returned before; an ID is shown as the
// distance from the first one.
func (b *browser) events() (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for block := range strings.SplitSeq(strings.TrimSpace(b.text.String()), "\n\n") {
		if block != "" {
			all = append(all, strings.ReplaceAll(block, "\n", " "))
		}
	}
	b.text.Reset()
	return all
}

func (h *testServer) open(path string, headers ...string) *browser {
	ctx, leave := context.WithCancel(ctx)
	b := &browser{head: http.Header{}, leave: leave, gone: make(chan struct{})}
	r := httptest.NewRequestWithContext(ctx, "GET", "http://ads.example.com"+path, http.NoBody)
	r.RemoteAddr = h.from
	for _, c := range h.cookies {
		r.AddCookie(c)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	go func() {
		defer close(b.gone)
		h.handler.ServeHTTP(b, r)
	}()
	return b
}

var (
	aSource = adtally.Version{Kind: "source", ID: "s1", Source: "s1", Text: "1"}
	aRun    = adtally.Version{Kind: "run", ID: "r1", Source: "s1", Text: "on"}
	anIssue = adtally.Version{Kind: "incident", ID: "i1", Text: "open"}
)

func version(v adtally.Version, text string) adtally.Version {
	v.Text = text
	return v
}

// firstID is the number of the first event: the time at which the server started.
const firstID = 946684800000 // 2000-01-01 in milliseconds, where synctest begins

func changedEvent(n int, kind, id string) string {
	source := `,"source":"s1"`
	if kind == "incident" {
		source = ""
	}
	return fmt.Sprintf(`id: %d event: change data: {"kind":%q,"id":%q%s}`, firstID+n, kind, id, source)
}

// A change reaches every open page within two seconds, once, and a page that lost the
// connection gets what it missed.
func TestStreamEvents_TellsWhatChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &versions{}
		v.set(aSource)
		h := newTestServer(t, func(c *api.Config) { c.Service.Versions = v }).admin()
		first, second := h.open("/api/v1/events"), h.open("/api/v1/events")
		time.Sleep(500 * time.Millisecond)
		begin := []string{fmt.Sprintf("id: %d", firstID)}
		same(t, "what a new page gets", first.events(), begin)
		v.set(version(aSource, "2"), aRun, anIssue)
		time.Sleep(2 * time.Second)
		want := []string{changedEvent(1, "incident", "i1"), changedEvent(2, "run", "r1"), changedEvent(3, "source", "s1")}
		same(t, "the first page", first.events(), want)
		same(t, "the second page", second.events(), append(begin, want...))
		first.leave()
		<-first.gone
		final := version(aRun, "ended")
		final.Final = true
		v.set(version(aSource, "2"), final) // the incident is closed
		time.Sleep(2 * time.Second)
		v.set(version(aSource, "2")) // the run is no longer among the latest ones: it did not change
		time.Sleep(2 * time.Second)
		want = []string{changedEvent(4, "run", "r1"), changedEvent(5, "incident", "i1")}
		same(t, "the second page", second.events(), want)
		again := h.open("/api/v1/events", fmt.Sprintf("Last-Event-ID: %d", firstID+3))
		query := h.open(fmt.Sprintf("/api/v1/events?after=%d", firstID+4))
		both := h.open(fmt.Sprintf("/api/v1/events?after=%d", firstID+1), fmt.Sprintf("Last-Event-ID: %d", firstID+5))
		time.Sleep(time.Second)
		same(t, "a page that resumes", again.events(), want)
		same(t, "one that resumes by the query", query.events(), want[1:])
		same(t, "one that sends both", both.events(), []string{": still here"})
		for _, b := range []*browser{second, again, query, both} {
			b.leave()
			<-b.gone
		}
		reads := v.count()
		time.Sleep(time.Minute)
		if v.count() != reads {
			t.Errorf("%d reads although no page is open", v.count()-reads)
		}
	})
}

// A page that missed more than the server knows reads everything again.
func TestStreamEvents_Resets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &versions{}
		v.set(aSource)
		h := newTestServer(t, func(c *api.Config) { c.Service.Versions = v }).admin()
		open := h.open("/api/v1/events")
		time.Sleep(time.Second)
		var many []adtally.Version
		for i := range 1500 {
			many = append(many, adtally.Version{Kind: "run", ID: fmt.Sprint("r", 10000+i), Source: "s1"})
		}
		v.set(append(many, aSource)...)
		time.Sleep(2 * time.Second)
		reset := []string{fmt.Sprintf("id: %d event: reset data: {}", firstID+1500)}
		if got := open.events(); len(got) != 2 || got[1] != reset[0] {
			t.Errorf("a page that is too slow: %v", got)
		}
		for name, id := range map[string]int{"it was away for too long": firstID + 499, "of an earlier process": firstID - 5, "of another process": firstID + 2000} {
			b := h.open(fmt.Sprintf("/api/v1/events?after=%d", id))
			time.Sleep(time.Second)
			same(t, name, b.events(), reset)
			b.leave()
			<-b.gone
		}
		b := h.open(fmt.Sprintf("/api/v1/events?after=%d", firstID+500))
		time.Sleep(time.Second)
		if got := b.events(); len(got) != 1000 || got[0] != changedEvent(501, "run", "r10500") {
			t.Errorf("%d events, the first: %v", len(got), got[:1])
		}
		b.leave()
		open.leave()
		<-b.gone
		<-open.gone
	})
}

// A silent stream sends a comment every 15 seconds. It does not keep a session alive, and
// it ends soon after the session.
func TestStreamEvents_EndsWithTheSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newTestServer(t, func(c *api.Config) { c.Service.Versions = &versions{}; c.Idle = time.Hour })
		admin := h.admin()
		b, run := admin.open("/api/v1/events"), h.running(admin)
		time.Sleep(31 * time.Second)
		same(t, "a silent stream", b.events(), []string{fmt.Sprintf("id: %d", firstID), ": still here", ": still here"})
		admin.ask("DELETE", "/api/v1/session", "").is(http.StatusNoContent)
		time.Sleep(6 * time.Second)
		for _, stream := range []*browser{b, run} {
			select {
			case <-stream.gone:
			default:
				t.Error("a stream is open although the person has logged out")
			}
		}
		guest := h.as(h.ask("POST", "/api/v1/session", form("email", ana, "password", goodWord)).is(http.StatusOK).cookies()...)
		b = guest.open("/api/v1/events")
		time.Sleep(59 * time.Minute)
		select {
		case <-b.gone:
			t.Fatal("the stream ended early")
		default:
		}
		time.Sleep(2 * time.Minute)
		select {
		case <-b.gone:
		default:
			t.Error("the open stream kept the session alive")
			b.leave()
		}
	})
}

// running opens the log of a run that is in progress.
func (h *testServer) running(admin *testServer) *browser {
	source := admin.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	run := admin.ask("POST", "/api/v1/sources/"+source+"/runs", `{}`).is(http.StatusCreated).field("id")
	return admin.open("/api/v1/runs/" + run + "/events")
}
