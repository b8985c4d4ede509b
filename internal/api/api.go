package api

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"adtally"
	"adtally/internal/api/patience"
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
	patience *patience.Ledger
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
	s := &shell{Config: c, mux: http.NewServeMux(), seal: seal{c.Key}, patience: patience.New()}
	s.huma = humago.New(s.mux, document(c.Version))
	s.sessions = s.newSessions()
	for _, g := range s.groups() {
		g.register()
	}
	if err := s.serveDocument(); err != nil {
		return nil, err
	}
	s.serveReference()
	for _, m := range c.Mounts {
		s.mux.Handle(m.Pattern, s.guard(m.Access, m.Handler))
	}
	return s.street()
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
		deeds{s, s.Store},
		&oidcLogin{shell: s, logins: logins},
		health{s},
		sources{s, s.Service},
		platformLogins{sources{s, s.Service}},
		connectLinks{sources{s, s.Service}},
		settings{sources{s, s.Service}},
		guides{sources{s, s.Service}},
		runs{s, s.Service},
		channels{s, s.Service},
		outages{s, s.Service},
		usages{s, s.Service},
		forecasts{s, s.Service},
	}
}

// document is the OpenAPI document before there is an operation in it.
func document(version string) huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Adtally", Version: cmp.Or(version, "dev"),
				Description: "Everything that the UI does, and that a program may do too. What an operation asks of its caller is its x-access: a role, a permission besides, whether a person must do it, or nothing where it is public. A query parameter that is empty counts as absent; one that an operation does not name is refused."},
			Components: &huma.Components{
				Schemas: daysAsText(huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					bySession: {Type: "apiKey", In: "cookie", Name: plainCookie, Description: "A browser in which somebody has logged in. Over HTTPS it is called " + safeCookie + "."},
					byKey:     {Type: "http", Scheme: "bearer", BearerFormat: keyPrefix + "…", Description: "The key of a service account."},
				},
			},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
	}
}

// serveDocument serves the OpenAPI document as it is once all are in it.
func (s *shell) serveDocument() error {
	text, err := json.Marshal(s.huma.OpenAPI())
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	s.mux.Handle("GET /api/openapi.json", fixed("application/openapi+json", text))
	return nil
}

// deed is what is written down of something that a caller does.
func (s *shell) deed(who Caller, what, object string, detail map[string]string) adtally.Deed {
	return adtally.Deed{ID: s.NewID(), At: s.Now(), Who: who.String(), Name: who.Name, What: what, Object: object, From: who.From, Detail: detail}
}

// missing says whether a fault is only that something is not there.
func missing(err error) bool { return err != nil && adtally.FaultOf(err).Code == "not_found" }
