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

// Config is what the API is given.
type Config struct {
	Store     Store
	Service   Service
	Passwords Passwords
	Log       *slog.Logger
	Now       func() time.Time
	NewID     func() string // UUIDv7
	// Key signs what callers carry for us. It must outlive a restart.
	Key adtally.Secret
	// PublicURL is how people reach the server, such as https://ads.example.com.
	PublicURL string
	// Hosts are more names that the server is reached by, as they stand in a
	// request: "adtally:8085". Without a PublicURL any is taken.
	Hosts []string
	// BehindProxy says that a proxy of ours sets X-Forwarded-For and
	// X-Forwarded-Proto; without it they are somebody's fancy.
	BehindProxy bool
	// SetupCode is asked of whoever makes the first admin; zero = nobody can.
	SetupCode adtally.Secret
	OIDC      *OIDC // nil = there is none
	Checks    []Check
	Mounts    []Mount
	// Site answers what is neither API nor mount: the UI. nil = nothing does.
	Site    http.Handler
	Version string
	// Idle and Lifetime end a session; zero = the defaults.
	Idle, Lifetime time.Duration
}

// How long a session lasts without being used, and at all.
const (
	idle     = 24 * time.Hour
	lifetime = 14 * 24 * time.Hour
)

// Mount is a handler that is no operation, at a pattern of http.ServeMux.
type Mount struct {
	Pattern string
	Access  Access
	Handler http.Handler
	// Policy is its Content-Security-Policy; "" = that of our own pages.
	Policy string
}

// StyledPolicy is for pages of others that make styles of their own while they
// run. Scripts still come from this server alone.
const StyledPolicy = policy + "; style-src-elem 'self' 'unsafe-inline'; style-src-attr 'unsafe-inline'"

// governed is the handler under its own policy.
func (m Mount) governed() http.Handler {
	if m.Policy == "" {
		return m.Handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", m.Policy)
		m.Handler.ServeHTTP(w, r)
	})
}

// NewSetupCode makes a code for Config.SetupCode.
func NewSetupCode() adtally.Secret { return adtally.NewSecret(rand.Text()) }

// group is some operations that belong together.
type group interface{ register() }

// shell is what all operations stand in.
type shell struct {
	Config
	huma     huma.API
	mux      *http.ServeMux
	seal     seal
	sessions *scs.SessionManager
	throttle *throttle.Throttle
}

// New puts the API together.
func New(c Config) (http.Handler, error) {
	if c.PublicURL != "" {
		address, err := PublicURL(c.PublicURL)
		if err != nil {
			return nil, err
		}
		c.PublicURL = address
	}
	c.Idle, c.Lifetime = cmp.Or(c.Idle, idle), cmp.Or(c.Lifetime, lifetime)
	s := &shell{Config: c, mux: http.NewServeMux(), seal: seal{c.Key}, throttle: throttle.New()}
	s.huma = humago.New(s.mux, document(c))
	s.sessions = s.newSessions()
	for _, g := range s.groups() {
		g.register()
	}
	if err := s.serveDocument(); err != nil {
		return nil, err
	}
	s.serveReference()
	for _, m := range c.Mounts {
		s.mux.Handle(m.Pattern, s.guard(m.Access, m.governed()))
	}
	return s.router()
}

// groups are all operations.
func (s *shell) groups() []group {
	logins := logins{s}
	return []group{
		setup{s, logins},
		session{s, logins},
		users{s, s.Store},
		invites{s, logins},
		resets{s, logins},
		keys{s, s.Store},
		audit{s, s.Store},
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
	}
}

// audited is what is written down of something that a caller does.
func (s *shell) audited(who Caller, what, object string, detail map[string]string) adtally.AuditEntry {
	return adtally.AuditEntry{ID: s.NewID(), At: s.Now(), Who: who.String(), Name: who.Name, What: what, Object: object, From: who.From, Detail: detail}
}

// missing says whether a fault is only that something is not there.
func missing(err error) bool { return err != nil && adtally.FaultOf(err).Code == "not_found" }
