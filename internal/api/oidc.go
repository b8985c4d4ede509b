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

// OIDC is a provider for logins.
type OIDC struct {
	Name         string // label of the button
	Issuer       string
	ClientID     string
	ClientSecret adtally.Secret
	// Domains are the domains of e-mail addresses that need no invite; their users get
	// Role. Only addresses that the provider has verified count.
	Domains []string
	Role    adtally.Role
	Client  *http.Client
}

// oidcLogin is the login by OIDC: the code flow with PKCE, state and nonce.
type oidcLogin struct {
	*shell
	logins logins
	asked  discovery
}

// oidcLife is how long a person may take at the provider.
const oidcLife = 10 * time.Minute

func (g *oidcLogin) register() {
	handle(g.shell, operation{ID: "start-oidc", Method: http.MethodGet, Path: "/auth/oidc/start", Tag: tagPeople, Access: public, Summary: "Redirect to the OIDC provider to log in",
		Text:   "If the login cannot start, the browser is redirected to /login?problem=CODE.",
		Status: http.StatusFound, AnyQuery: true}, g.start)
	handle(g.shell, operation{ID: "finish-oidc", Method: http.MethodGet, Path: "/auth/oidc/callback", Tag: tagPeople, Access: public, Summary: "Complete a login at the OIDC provider",
		Text:   "Accepts existing users (by verified address, or by the identity of an earlier login), invited people, and the domains that the installation allows. On failure the browser is redirected to /login?problem=CODE.",
		Status: http.StatusFound, AnyQuery: true}, g.finish)
}

// oidcState is the state that the browser carries to the provider and back, in a signed
// cookie.
type oidcState struct {
	State, Nonce, Verifier, To string
	Expires                    time.Time
}

const oidcPurpose = "oidc"

func oidcCookie(who Caller, value string, expires time.Time) http.Cookie {
	c := cookie(who, value, expires) //nolint:gosec // cookie sets what it must
	c.Name += "-oidc"
	return c
}

// away is the output of an operation that redirects the browser.
type away struct {
	Location  string        `header:"Location" doc:"Where the browser goes next" format:"uri-reference"`
	SetCookie []http.Cookie `header:"Set-Cookie" doc:"State of the login"`
}

type oidcStart struct {
	To string `query:"to" doc:"Page of the UI to return to; ignored if longer than 500 characters"`
}

// start redirects the browser to the provider, or to the page that shows the problem.
func (g *oidcLogin) start(ctx context.Context, who Caller, in *oidcStart) (*away, error) {
	out, err := g.leave(ctx, who, in)
	if err != nil {
		return &away{Location: g.problemPage(ctx, err)}, nil
	}
	return out, nil
}

func (g *oidcLogin) leave(ctx context.Context, who Caller, in *oidcStart) (*away, error) {
	conf, _, err := g.config(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	e := oidcState{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: local(in.To), Expires: g.Now().Add(oidcLife)}
	sealed, err := g.seal.close(oidcPurpose, e)
	if err != nil {
		return nil, err
	}
	return &away{Location: conf.AuthCodeURL(e.State, oidc.Nonce(e.Nonce), oauth2.S256ChallengeOption(e.Verifier)),
		SetCookie: []http.Cookie{oidcCookie(who, sealed, e.Expires)}}, nil
}

// problemPage logs the error and returns the page that shows it.
func (g *oidcLogin) problemPage(ctx context.Context, err error) string {
	p := g.problem(ctx, err)
	g.Log.WarnContext(ctx, "a login by OIDC failed", "request", p.Request, "error", err)
	return "/login?problem=" + url.QueryEscape(p.Code)
}

// longestPage is the maximum length of a return address.
const longestPage = 500

// local returns a path on this server. It never returns an address elsewhere: that
// would be an open redirect.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || len(to) > longestPage || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return u.String()
}

// oidcFinish has no length limits: a browser that comes back must see a page, not a
// list of invalid fields.
type oidcFinish struct {
	State  string `query:"state" doc:"State of the login, as sent to the provider"`
	Code   string `query:"code" doc:"Authorization code"`
	Error  string `query:"error" doc:"Error code of the provider"`
	Cookie string `cookie:"adtally-oidc" doc:"State of the login, over HTTP"`
	Safe   string `cookie:"__Host-adtally-oidc" doc:"State of the login, over HTTPS"`
}

// finish redirects the browser, logged in or with the code of the problem.
func (g *oidcLogin) finish(ctx context.Context, who Caller, in *oidcFinish) (*away, error) {
	gone := oidcCookie(who, "", time.Unix(1, 0))
	carried := in.Cookie
	if who.secure {
		carried = in.Safe
	}
	cookie, to, err := g.completeLogin(ctx, who, carried, in)
	if err != nil {
		return &away{Location: g.problemPage(ctx, err), SetCookie: []http.Cookie{gone}}, nil
	}
	return &away{Location: to, SetCookie: []http.Cookie{cookie, gone}}, nil
}

func (g *oidcLogin) completeLogin(ctx context.Context, who Caller, carried string, in *oidcFinish) (session http.Cookie, to string, err error) {
	var e oidcState
	if !g.seal.open(oidcPurpose, carried, &e) || !g.Now().Before(e.Expires) || subtle.ConstantTimeCompare([]byte(e.State), []byte(in.State)) != 1 {
		return session, "", refusal("oidc_stale", "This login was started in another browser, or has expired", "Start again.")
	}
	c, err := g.exchange(ctx, e, in)
	if err != nil {
		return session, "", err
	}
	u, err := g.findOrCreateUser(ctx, who, c)
	if err != nil {
		return session, "", g.logins.refused(ctx, who, u, c.Email, err)
	}
	if err := g.Store.LoggedIn(ctx, u.ID, g.audited(who.by(u), "session.start", object("user", u.ID), map[string]string{"by": "oidc"})); err != nil {
		return session, "", err
	}
	session, err = g.begin(ctx, who, u)
	return session, e.To, err
}

// findOrCreateUser returns the user whom the provider identified, and creates them if they are
// allowed.
func (g *oidcLogin) findOrCreateUser(ctx context.Context, who Caller, c claims) (adtally.User, error) {
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
	return g.createUser(ctx, who, c)
}

func enabled(u adtally.User, err error) (adtally.User, error) {
	if err == nil && u.Disabled {
		return u, refusal("oidc_unknown", "This e-mail address has not been invited", "Ask an admin for an invite.")
	}
	return u, err
}

// link stores the provider's identity of a user. A user who is linked to another
// identity is refused: an equal e-mail address is no proof.
func (g *oidcLogin) link(ctx context.Context, who Caller, u adtally.User, c claims, err error) (adtally.User, error) {
	if u, err = enabled(u, err); err != nil {
		return u, err
	}
	if u.Subject != "" {
		return u, refusal("oidc_unknown", "This e-mail address has not been invited", "Ask an admin for an invite.")
	}
	u.Subject = c.Subject
	return u, g.Store.ChangeUser(ctx, u, g.audited(who.by(u), "user.oidc", object("user", u.ID), nil))
}

// createUser creates a user with an invite or an address of an allowed domain.
func (g *oidcLogin) createUser(ctx context.Context, who Caller, c claims) (adtally.User, error) {
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
		return u, refusal("oidc_unknown", "This e-mail address has not been invited", "Ask an admin for an invite.")
	}
	return u, g.Store.AddUser(ctx, u, g.audited(who.by(u), "user.create", object("user", u.ID), map[string]string{"by": "oidc", "domain": domain}))
}
