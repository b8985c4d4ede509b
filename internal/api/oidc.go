package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"adtally"
)

// OIDC is a provider that people may log in with.
type OIDC struct {
	Name         string // what the button says
	Issuer       string
	ClientID     string
	ClientSecret adtally.Secret
	// Domains are those of e-mail addresses that need no invite; such people get
	// Role. Addresses count only where the provider says that it has verified
	// them.
	Domains []string
	Role    adtally.Role
	Client  *http.Client
}

// oidcLogin is logging in by OIDC: the code flow with PKCE, state and nonce.
type oidcLogin struct {
	*shell
	logins logins
	asked  discovery
}

// oidcLife is how long one may take at the provider.
const oidcLife = 10 * time.Minute

func (g *oidcLogin) register() {
	handle(g.shell, operation{ID: "start-oidc", Method: http.MethodGet, Path: "/auth/oidc/start", Tag: tagPeople, Access: public, Summary: "Go to the OIDC provider to log in",
		Text:   "Where it cannot begin, the browser goes to /login?problem=CODE.",
		Status: http.StatusFound, AnyQuery: true}, g.start)
	handle(g.shell, operation{ID: "finish-oidc", Method: http.MethodGet, Path: "/auth/oidc/callback", Tag: tagPeople, Access: public, Summary: "Come back from the OIDC provider",
		Text:   "Who may come in: users, by the address that the provider has verified or as whom they came before; the invited; and the domains that the installation allows. Where it fails, the browser goes to /login?problem=CODE.",
		Status: http.StatusFound, AnyQuery: true}, g.finish)
}

// errand is what the browser carries to the provider and back.
type errand struct {
	State, Nonce, Verifier, To string
	Expires                    time.Time
}

const errandPurpose = "oidc"

func errandCookie(who Caller, value string, expires time.Time) http.Cookie {
	c := cookie(who, value, expires) //nolint:gosec // cookie sets what it must
	c.Name += "-oidc"
	return c
}

// away is the output of what sends the browser somewhere else.
type away struct {
	Location  string        `header:"Location"`
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

type oidcStart struct {
	To string `query:"to" doc:"The page of ours to come back to; what is longer than 500 characters is left out"`
}

// start sends the browser to the provider, or to where it reads why not.
func (g *oidcLogin) start(ctx context.Context, who Caller, in *oidcStart) (*away, error) {
	out, err := g.leave(ctx, who, in)
	if err != nil {
		return &away{Location: g.whyNot(ctx, err)}, nil
	}
	return out, nil
}

func (g *oidcLogin) leave(ctx context.Context, who Caller, in *oidcStart) (*away, error) {
	conf, _, err := g.config(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	e := errand{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: local(in.To), Expires: g.Now().Add(oidcLife)}
	sealed, err := g.seal.close(errandPurpose, e)
	if err != nil {
		return nil, err
	}
	return &away{Location: conf.AuthCodeURL(e.State, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier)),
		SetCookie: []http.Cookie{errandCookie(who, sealed, e.Expires)}}, nil
}

// whyNot is the page that says why a login failed.
func (g *oidcLogin) whyNot(ctx context.Context, err error) string {
	p := g.problem(ctx, err)
	g.Log.WarnContext(ctx, "a login by OIDC failed", "request", p.Request, "error", err)
	return "/login?problem=" + url.QueryEscape(p.Code)
}

// longestPage is how long the address of a page of ours may be.
const longestPage = 500

// local is a path of ours, and never an address elsewhere.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || len(to) > longestPage || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return u.String()
}

// oidcFinish has no bounds of its own: a browser is to read a page, and no list of
// fields that are wrong.
type oidcFinish struct {
	State  string `query:"state"`
	Code   string `query:"code"`
	Error  string `query:"error"`
	Cookie string `cookie:"adtally-oidc"`
	Safe   string `cookie:"__Host-adtally-oidc"`
}

// finish sends the browser on, logged in or with the reason why not.
func (g *oidcLogin) finish(ctx context.Context, who Caller, in *oidcFinish) (*away, error) {
	gone := errandCookie(who, "", time.Unix(1, 0))
	carried := in.Cookie
	if who.secure {
		carried = in.Safe
	}
	cookie, to, err := g.arrive(ctx, who, carried, in)
	if err != nil {
		return &away{Location: g.whyNot(ctx, err), SetCookie: []http.Cookie{gone}}, nil
	}
	return &away{Location: to, SetCookie: []http.Cookie{cookie, gone}}, nil
}

func (g *oidcLogin) arrive(ctx context.Context, who Caller, carried string, in *oidcFinish) (session http.Cookie, to string, err error) {
	var e errand
	if !g.seal.open(errandPurpose, carried, &e) || !g.Now().Before(e.Expires) || subtle.ConstantTimeCompare([]byte(e.State), []byte(in.State)) != 1 {
		return session, "", refusal("oidc_stale", "This login was not begun in this browser, or too long ago", "Begin again.")
	}
	c, err := g.exchange(ctx, e, in)
	if err != nil {
		return session, "", err
	}
	u, err := g.view(ctx, who, c)
	if err != nil {
		return session, "", g.logins.refused(ctx, who, u, c.Email, err)
	}
	if err := g.Store.LoggedIn(ctx, u.ID, g.audited(who.by(u), "session.start", object("user", u.ID), map[string]string{"by": "oidc"})); err != nil {
		return session, "", err
	}
	session, err = g.begin(ctx, who, u)
	return session, e.To, err
}

// view finds or makes the user of somebody whom the provider knows.
func (g *oidcLogin) view(ctx context.Context, who Caller, c claims) (adtally.User, error) {
	u, err := g.Store.UserBySubject(ctx, c.Subject)
	if !missing(err) {
		return enabled(u, err)
	}
	if !c.verified() {
		return u, refusal("oidc_unverified", "The OIDC provider has not verified this e-mail address", "Verify it there.")
	}
	u, err = g.Store.UserByEmail(ctx, c.Email)
	if !missing(err) {
		return g.link(ctx, who, u, c, err)
	}
	return g.newcomer(ctx, who, c)
}

func enabled(u adtally.User, err error) (adtally.User, error) {
	if err == nil && u.Disabled {
		return u, refusal("oidc_unknown", "Nobody has invited this e-mail address", "Ask an admin for an invite.")
	}
	return u, err
}

// link remembers who a user is to the provider. One who is somebody else there
// does not become them by having their address.
func (g *oidcLogin) link(ctx context.Context, who Caller, u adtally.User, c claims, err error) (adtally.User, error) {
	if u, err = enabled(u, err); err != nil {
		return u, err
	}
	if u.Subject != "" {
		return u, refusal("oidc_unknown", "Nobody has invited this e-mail address", "Ask an admin for an invite.")
	}
	u.Subject = c.Subject
	return u, g.Store.ChangeUser(ctx, u, g.audited(who.by(u), "user.oidc", object("user", u.ID), nil))
}

// newcomer makes a user of who was invited, or comes from an allowed domain.
func (g *oidcLogin) newcomer(ctx context.Context, who Caller, c claims) (adtally.User, error) {
	u := g.logins.bareUser(cmp.Or(c.Name, c.Email), c.Email, adtally.AccessLevel{Role: g.OIDC.Role})
	u.Subject = c.Subject
	i, err := g.Store.Invite(ctx, "", c.Email, g.Now())
	if err == nil {
		u.AccessLevel = i.AccessLevel
		return u, g.Store.AcceptInvite(ctx, i.ID, u, g.audited(who.by(u), "invite.accept", object("invite", i.ID), map[string]string{"by": "oidc"}))
	}
	if !missing(err) {
		return u, err
	}
	_, domain, _ := strings.Cut(c.Email, "@")
	if !slices.Contains(g.OIDC.Domains, domain) || !g.OIDC.Role.Reaches(adtally.Viewer) {
		return u, refusal("oidc_unknown", "Nobody has invited this e-mail address", "Ask an admin for an invite.")
	}
	return u, g.Store.AddUser(ctx, u, g.audited(who.by(u), "user.create", object("user", u.ID), map[string]string{"by": "oidc", "domain": domain}))
}
