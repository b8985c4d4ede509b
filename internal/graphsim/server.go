package graphsim

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// Options say how a simulator begins.
type Options struct {
	// Now is where the clock stands until it is moved; zero = it runs with the
	// real time.
	Now time.Time
	// Token is the access token that opens all accounts; "" = one is made up.
	Token string
	// Latency is how long an answer takes, by the call's name as in
	// /__sim/calls, e.g. "GET act/insights"; "*" stands for all others.
	Latency map[string]time.Duration
	// JobTime is how long a report job takes.
	JobTime time.Duration
}

// Server is the simulator. It is an http.Handler.
type Server struct {
	clock   *clock
	keys    *keyring
	counts  *counts
	faults  *faults
	jobs    *jobs
	streams *streams
	latency map[string]time.Duration

	mu       sync.RWMutex
	accounts []*account
}

// New makes a simulator without accounts.
func New(o Options) *Server {
	c := newClock(o.Now)
	return &Server{
		clock: c, keys: newKeyring(o.Token, c.Now()), counts: newCounts(c), faults: &faults{},
		jobs: newJobs(o.JobTime), streams: newStreams(), latency: o.Latency,
	}
}

// Add puts an ad account into the simulator.
func (s *Server) Add(a advertiser.Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts = append(s.accounts, newAccount(a, s.clock.Now()))
}

// Accounts are the ids of all ad accounts, as "act_" + digits.
func (s *Server) Accounts() []string {
	ids := []string{}
	for _, a := range s.all() {
		ids = append(ids, "act_"+a.id)
	}
	return ids
}

// Token is the access token that opens all accounts.
func (s *Server) Token() string { return s.keys.main }

// Now is what the simulator's clock shows.
func (s *Server) Now() time.Time { return s.clock.Now() }

// SetClock moves the clock to a moment.
func (s *Server) SetClock(to time.Time) { s.clock.set(to) }

// Advance moves the clock on; report jobs get ready meanwhile.
func (s *Server) Advance(d time.Duration) { s.clock.advance(d) }

func (s *Server) all() []*account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.accounts
}

func (s *Server) account(id string) *account {
	for _, a := range s.all() {
		if a.id == id {
			return a
		}
	}
	return nil
}

// ServeHTTP implements http.Handler: Graph at versioned paths, and the
// simulator's own controls under /__sim/, and the pictures of the ads.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, isControl := strings.CutPrefix(r.URL.Path, "/__sim/"); isControl {
		s.control(w, r, name)
		return
	}
	if strings.HasPrefix(r.URL.Path, cdnPath) {
		s.serveMedia(w, r)
		return
	}
	s.counts.countHTTP()
	c, refused := newCall(r)
	var a answer
	switch {
	case refused != nil:
		a = refused.answer(s.counts.trace())
	case c.isBatch():
		a = s.batch(r.Context(), c)
	default:
		a = s.answer(r.Context(), c)
	}
	s.dress(a.header, c)
	deliver(w, r, a)
}

// dress adds the headers that every response carries [recorded:
// headers_get_adaccount_default_fields].
func (s *Server) dress(h http.Header, c *call) {
	h.Set("Content-Type", "application/json; charset=UTF-8")
	h.Set("Date", s.clock.Now().UTC().Format(http.TimeFormat))
	h.Set("Vary", "Origin, Accept-Encoding")
	h.Set("Expires", "Sat, 01 Jan 2000 00:00:00 GMT")
	h.Set("Pragma", "no-cache")
	h.Set("x-fb-rev", "1031925777")
	h.Set("x-fb-trace-id", s.counts.trace())
	h.Set("x-fb-request-id", s.counts.trace())
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache, no-store, must-revalidate")
	}
	if c != nil {
		c.version.dress(h)
	}
}

// deliver sends the answer, or what a mishap leaves of it.
func deliver(w http.ResponseWriter, r *http.Request, a answer) {
	if a.mishap.drop {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	if n := a.mishap.truncate; n > 0 && n < len(a.body) {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body[:n]) // whoever asked is to see a broken answer anyway
		panic(http.ErrAbortHandler)
	}
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || len(a.body) < 1000 {
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body) // fails where the client has gone: nobody to tell
		return
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(a.status)
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(w)
	_, _ = z.Write(a.body)
	_ = z.Close()
}

var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return z
}}
