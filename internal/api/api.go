package api

import (
	"cmp"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"adtally"
	"adtally/internal/api/throttle"
)

// Config holds what the API needs to run.
type Config struct {
	Store     Store
	Service   Service
	Passwords Passwords
	Log       *slog.Logger
	Now       func() time.Time
	NewID     func() string // UUIDv7
	// Key signs the state that callers carry for us (cursors, login cookies). It must
	// survive a restart.
	Key adtally.Secret
	// PublicURL is how people reach the server, such as https://ads.example.com.
	PublicURL string
	// Hosts are further names of the server, as they appear in the Host header:
	// "adtally:8085". Without a PublicURL every name is accepted.
	Hosts []string
	// BehindProxy says that our own proxy sets X-Forwarded-For and X-Forwarded-Proto.
	// Without such a proxy any client can forge them, so they are ignored.
	BehindProxy bool
	// SetupCode is required to create the first admin; zero = nobody can.
	SetupCode adtally.Secret
	OIDC      *OIDC // nil = no OIDC login
	Checks    []Check
	Mounts    []Mount
	// Site serves every path that is neither API nor mount: the UI. nil = there is none.
	Site    http.Handler
	Version string
	// Idle and Lifetime end a session; zero = the defaults.
	Idle, Lifetime time.Duration
}

// Default lifetimes of a session: without use, and in total.
const (
	idle     = 24 * time.Hour
	lifetime = 14 * 24 * time.Hour
)

// Mount is a handler that is not an operation, at a pattern of http.ServeMux.
type Mount struct {
	Pattern string
	Access  Access
	Handler http.Handler
	// Serve, if it is set, is called instead of Handler, with the caller. An error is answered
	// as a problem; nothing may have been written before it.
	Serve func(Caller, http.ResponseWriter, *http.Request) error
	// Policy is its Content-Security-Policy; "" = that of our own pages.
	Policy string
}

// StyledPolicy is for third-party pages that create styles at run time. Scripts still
// load from this server only.
const StyledPolicy = policy + "; style-src-elem 'self' 'unsafe-inline'; style-src-attr 'unsafe-inline'"

// served returns the handler of a mount.
func (s *shell) served(m Mount) http.Handler {
	if m.Serve != nil {
		m.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := m.Serve(requestInfoOf(r.Context()).caller, w, r); err != nil {
				s.refuse(w, r, err)
			}
		})
	}
	return m.withPolicy()
}

// withPolicy returns the handler under its own policy.
func (m Mount) withPolicy() http.Handler {
	if m.Policy == "" {
		return m.Handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", m.Policy)
		m.Handler.ServeHTTP(w, r)
	})
}

// NewSetupCode returns a random code for Config.SetupCode.
func NewSetupCode() adtally.Secret { return adtally.NewSecret(rand.Text()) }

// group is a set of related operations.
type group interface{ register() }

// shell holds what all operations share.
type shell struct {
	Config
	huma     huma.API
	mux      *http.ServeMux
	seal     seal
	sessions *scs.SessionManager
	throttle *throttle.Throttle
	byLink   map[string]bool // patterns of the operations that a share link reaches
}

// New builds the API's handler.
func New(c Config) (http.Handler, error) {
	if c.PublicURL != "" {
		address, err := PublicURL(c.PublicURL)
		if err != nil {
			return nil, err
		}
		c.PublicURL = address
	}
	c.Idle, c.Lifetime = cmp.Or(c.Idle, idle), cmp.Or(c.Lifetime, lifetime)
	s := &shell{Config: c, mux: http.NewServeMux(), seal: seal{c.Key}, throttle: throttle.New(), byLink: map[string]bool{}}
	s.huma = humago.New(s.mux, document(c))
	s.sessions = s.newSessions()
	for _, g := range s.groups() {
		g.register()
	}
	s.completeDocument()
	s.serveDocument()
	s.serveReference()
	for _, m := range c.Mounts {
		s.mux.Handle(m.Pattern, s.guard(m.Access, s.served(m)))
	}
	return s.router()
}

// groups returns all operations.
func (s *shell) groups() []group {
	logins := logins{s}
	return []group{
		setup{s, logins},
		session{s, logins, s.Service.Given},
		users{s, s.Store},
		invites{s, logins},
		resets{s, logins},
		keys{s, s.Store},
		audit{s, s.Store},
		toolCalls{s, s.Service.Calls},
		&oidcLogin{shell: s, logins: logins},
		health{s},
		sources{s, s.Service},
		platformLogins{sources{s, s.Service}},
		connectLinks{sources{s, s.Service}},
		settings{sources{s, s.Service}},
		guides{sources{s, s.Service}},
		runs{s, s.Service},
		channels{s, s.Service},
		incidents{s, s.Service},
		usages{s, s.Service},
		forecasts{s, s.Service},
		newChanges(s),
		reconciliations{sources{s, s.Service}},
		gaps{sources{s, s.Service}},
		diagrams{sources{s, s.Service}},
		visibleAccounts{sources{s, s.Service}},
		tokenChecks{sources{s, s.Service}},
		reportOptions{sources{s, s.Service}},
		connectorInfos{sources{s, s.Service}},
		quotas{forecasts{s, s.Service}},
		queries{sources{s, s.Service}},
		explained{sources{s, s.Service}},
		definitions{sources{s, s.Service}},
		dashboards{sources{s, s.Service}},
		shareLinks{dashboards{sources{s, s.Service}}},
		newShared(s),
		givens{shareLinks{dashboards{sources{s, s.Service}}}},
		subscriptions{dashboards{sources{s, s.Service}}},
		namingRules{sources{s, s.Service}},
		dataFiles{s, s.Service},
		matching{sources{s, s.Service}},
		analyticsSettings{s, s.Service},
		dataHealth{reconciliations{sources{s, s.Service}}},
		sqlQueries{sources{s, s.Service}},
	}
}

// audited returns the audit entry for a caller's action.
func (s *shell) audited(who Caller, what, object string, detail map[string]string) adtally.AuditEntry {
	return adtally.AuditEntry{ID: s.NewID(), At: s.Now(), Who: who.String(), Name: who.Name, What: what, Object: object, From: who.From, Detail: detail}
}

// missing reports whether an error only says that something does not exist.
func missing(err error) bool { return err != nil && adtally.FaultOf(err).Code == "not_found" }
