package graphsim

import (
	"cmp"
	"net/http"
	"strings"
	"sync"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// Options say how a simulator begins.
type Options struct {
	// Now is where the clock stands until it is moved; zero = it runs.
	Now time.Time
	// Start is where a clock that runs begins; zero = with the real time.
	Start time.Time
	// Tier is how much Meta allows the app: limited, or full, which is the
	// default (META_API.md §5).
	Tier string
	// Token is the access token that opens all accounts; "" = one is made up.
	Token string
	// Latency is how long an answer takes, by the call's name as in
	// /__sim/calls, e.g. "GET act/insights"; "*" stands for all others.
	Latency map[string]time.Duration
	// JobTime is how long a report job takes.
	JobTime time.Duration
	// LinkLife is for how long a signed link works; four days when zero.
	LinkLife time.Duration
}

// Server is the simulator. It is an http.Handler.
type Server struct {
	clock   *clock
	keys    *keyring
	counts  *counts
	faults  *faults
	quota   *quota
	pages   *pages
	jobs    *jobs
	streams *streams
	latency map[string]time.Duration
	tier    string
	link    time.Duration // for how long a signed link works

	mu       sync.RWMutex
	accounts []*account
}

// New makes a simulator without accounts.
func New(o Options) *Server {
	c := newClock(o.Now, o.Start)
	return &Server{
		clock: c, keys: newKeyring(o.Token, c), counts: newCounts(), faults: &faults{},
		quota: newQuota(c, o.Tier), pages: newPages(), tier: o.Tier,
		jobs: newJobs(o.JobTime), streams: newStreams(), latency: o.Latency, link: cmp.Or(o.LinkLife, linkLife),
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

// Close ends the reports that are still being read.
func (s *Server) Close() { s.streams.closeAll() }

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
	deliver(w, r, s.serve(r))
}

func (s *Server) serve(r *http.Request) answer {
	if name, isControl := strings.CutPrefix(r.URL.Path, "/__sim/"); isControl {
		return s.control(r, name)
	}
	if strings.HasPrefix(r.URL.Path, cdnPath) {
		return s.media(r)
	}
	if strings.HasSuffix(r.URL.Path, "/dialog/oauth") {
		return s.login(r)
	}
	return s.respond(r)
}

// respond answers one request to Graph.
func (s *Server) respond(r *http.Request) (a answer) {
	s.counts.countHTTP()
	c, refused := newCall(r)
	switch {
	case refused != nil:
		a = refused.answer(s.counts.trace())
	case c.isBatch():
		a = s.batch(r.Context(), c)
	default:
		a = s.answer(r.Context(), c)
	}
	s.dress(a.header, c)
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return a.zipped()
	}
	return a
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
