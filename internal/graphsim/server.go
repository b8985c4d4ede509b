package graphsim

import (
	"cmp"
	"net/http"
	"strings"
	"sync"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// Options configure a simulator.
type Options struct {
	// Now fixes the clock until it is moved; zero: the clock runs.
	Now time.Time
	// Start is the initial time of a running clock; zero: the real time.
	Start time.Time
	// Tier is the app's access level at Meta: limited, or full, the default
	// (docs/meta-api.md#rate-limits).
	Tier string
	// Token is the access token for all accounts; empty generates one.
	Token string
	// Latency is the duration of calls by name as in /__sim/calls, such as "GET act/insights";
	// "*" is for all others.
	Latency map[string]time.Duration
	// JobTime is the duration of a report job.
	JobTime time.Duration
	// LinkLife is the lifetime of signed links; zero means four days.
	LinkLife time.Duration
}

// Server is the simulator, an http.Handler.
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
	link    time.Duration // lifetime of signed links

	mu       sync.RWMutex
	accounts []*account
}

// New returns a simulator without accounts.
func New(o Options) *Server {
	c := newClock(o.Now, o.Start)
	return &Server{
		clock: c, keys: newKeyring(o.Token, c), counts: newCounts(), faults: &faults{},
		quota: newQuota(c, o.Tier), pages: newPages(), tier: o.Tier,
		jobs: newJobs(o.JobTime), streams: newStreams(), latency: o.Latency, link: cmp.Or(o.LinkLife, linkLife),
	}
}

// Add adds an ad account.
func (s *Server) Add(a advertiser.Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts = append(s.accounts, newAccount(a, s.clock.Now()))
}

// Accounts returns the IDs of all ad accounts, as "act_" + digits.
func (s *Server) Accounts() []string {
	ids := []string{}
	for _, a := range s.all() {
		ids = append(ids, "act_"+a.id)
	}
	return ids
}

// Token returns the access token for all accounts.
func (s *Server) Token() string { return s.keys.main }

// Now returns the simulator's time.
func (s *Server) Now() time.Time { return s.clock.Now() }

// SetClock sets the clock.
func (s *Server) SetClock(to time.Time) { s.clock.set(to) }

// Advance moves the clock forward; report jobs progress accordingly.
func (s *Server) Advance(d time.Duration) { s.clock.advance(d) }

// Close closes the reports that are still being read.
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

// ServeHTTP serves Graph at versioned paths, the simulator's controls under /__sim/, and
// the ads' pictures.
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

// dress adds the headers of every response [recorded: headers_get_adaccount_default_fields].
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
