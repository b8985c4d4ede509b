package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"adtally"
)

// loginLife is how long a person may take at the platform.
const loginLife = 10 * time.Minute

// platformLogins serves logins at a platform, which end in a token.
type platformLogins struct{ sources }

func (g platformLogins) register() {
	handle(g.shell, operation{ID: "start-login", Method: http.MethodPost, Path: "/api/v1/logins", Tag: tagSources, Status: http.StatusCreated,
		Access:  Access{Role: adtally.Builder, Also: adtally.Credentials, Person: true},
		Summary: "Start a login at a platform", Text: "Open the returned address in the same browser within ten minutes. For an existing source the new token is checked and used immediately, unless it must be confirmed because it cannot see everything that the source reads. For a new source, give the ID of the login to create-source.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.begin)
	handle(g.shell, operation{ID: "get-login", Method: http.MethodGet, Path: "/api/v1/logins/{id}", Tag: tagSources, Access: withSecrets, Summary: "Get the state of a login"}, g.get)
	handle(g.shell, operation{ID: "list-logins", Method: http.MethodGet, Path: "/api/v1/sources/{id}/logins", Tag: tagSources, Access: withSecrets, Summary: "List the logins for a source, newest first",
		Text: "A login that waits for confirmation is used by replace-credential with login and confirm. The person who started it or created its link may do so, or an admin. Its token is destroyed after a week."}, g.list)
	handle(g.shell, operation{ID: "finish-login", Method: http.MethodGet, Path: "/auth/{connector}/callback", Tag: tagSources, Access: Access{Public: true, Asked: true}, Summary: "Complete a login at a platform",
		Text: "The redirect address to allow at the platform. The browser is redirected to the source, or to where the login started, with login=ID or problem=CODE.", Status: http.StatusFound, AnyQuery: true}, g.finish)
	handle(g.shell, operation{ID: "get-connect-link", Method: http.MethodGet, Path: "/api/v1/links/{code}", Tag: tagSources, Access: public, Summary: "Get the purpose of a connect link"}, g.link)
	handle(g.shell, operation{ID: "start-connect-link-login", Method: http.MethodPost, Path: "/api/v1/links/{code}/login", Tag: tagSources, Access: public, Status: http.StatusCreated,
		Summary: "Start a login at a platform by a connect link", Refuses: []int{http.StatusServiceUnavailable}}, g.beginByLink)
}

// pass is the state that the browser carries to the platform and back. The state in
// the address is valid only together with it.
type pendingLogin struct {
	Login   string
	Expires time.Time
}

const loginPurpose = "login"

// loginCookie uses Max-Age, because the browser's clock may differ from ours.
func loginCookie(who Caller, value string) http.Cookie {
	c := cookie(who, value, time.Time{}) //nolint:gosec // cookie sets what it must
	c.Name += "-login"
	if c.MaxAge = int(loginLife / time.Second); value == "" {
		c.MaxAge = -1
	}
	return c
}

// LoginStarted is a login that has started.
type LoginStarted struct {
	ID      string    `json:"id" doc:"ID of the login"`
	URL     string    `json:"url" doc:"Page of the platform; open it in the same browser" format:"uri"`
	Expires time.Time `json:"expires" doc:"When the login expires"`
}

type loginStarted struct {
	SetCookie http.Cookie `header:"Set-Cookie" doc:"State of the login, for the callback"`
	Body      LoginStarted
}

func (g platformLogins) begin(ctx context.Context, who Caller, in *struct {
	Body struct {
		Connector string `json:"connector" maxLength:"100" example:"facebookads" doc:"Name of the connector: see list-catalog"`
		Source    string `json:"source,omitempty" maxLength:"100" doc:"ID of the source whose token is replaced; absent = a new source"`
	}
},
) (*loginStarted, error) {
	spec, err := g.spec(in.Body.Connector)
	if err != nil {
		return nil, invalid("body.connector", "No such connector exists")
	}
	if in.Body.Source != "" {
		s, err := g.Sources.Source(ctx, in.Body.Source)
		if missing(err) || err == nil && (s.Connector != spec.Name || !s.Deleted.IsZero()) {
			return nil, invalid("body.source", "No such source of this connector exists")
		}
		if err != nil {
			return nil, err
		}
	}
	return g.away(ctx, who, adtally.Login{Connector: spec.Name, Source: in.Body.Source, By: who.String()})
}

// away stores a login and returns the platform's page.
func (g platformLogins) away(ctx context.Context, who Caller, l adtally.Login) (*loginStarted, error) {
	state := rand.Text()
	to, err := g.OAuth.AuthCodeURL(ctx, l.Connector, state, g.callback(l.Connector))
	if err != nil {
		return nil, platformProblem(err)
	}
	l.ID, l.Made, l.Expires = g.NewID(), g.Now(), g.Now().Add(loginLife)
	sealed, err := g.seal.close(loginPurpose, pendingLogin{l.ID, l.Expires})
	if err != nil {
		return nil, err
	}
	if err := g.Logins.AddLogin(ctx, l, hashed(state)); err != nil {
		return nil, err
	}
	return &loginStarted{loginCookie(who, sealed), LoginStarted{l.ID, to, l.Expires.UTC()}}, nil
}

// callback is the redirect address for a platform.
func (g platformLogins) callback(connector string) string { return callbackAt(g.PublicURL, connector) }

func callbackAt(public, connector string) string {
	return strings.TrimSuffix(public, "/") + "/auth/" + url.PathEscape(connector) + "/callback"
}

type loginBack struct {
	ByConnector
	State   string `query:"state" maxLength:"200" doc:"State of the login, as sent to the platform"`
	Code    string `query:"code" maxLength:"4000" doc:"Authorization code"`
	Error   string `query:"error" maxLength:"200" doc:"Error code of the platform"`
	Text    string `query:"error_description" maxLength:"1000" doc:"Error message of the platform"`
	Cookie  string `cookie:"adtally-login" maxLength:"4000" doc:"State of the login, over HTTP"`
	Safe    string `cookie:"__Host-adtally-login" maxLength:"4000" doc:"State of the login, over HTTPS"`
	carried string
}

// finish redirects the browser, whatever the outcome.
func (g platformLogins) finish(ctx context.Context, who Caller, in *loginBack) (*away, error) {
	gone := loginCookie(who, "")
	if in.carried = in.Cookie; who.secure {
		in.carried = in.Safe
	}
	l, err := g.arrived(ctx, who, in)
	if err != nil {
		p := g.problem(ctx, err)
		g.shell.Log.WarnContext(ctx, "a login at a platform was refused", "request", p.Request, "code", p.Code)
		return &away{Location: "/sources?problem=" + url.QueryEscape(p.Code), SetCookie: []http.Cookie{gone}}, nil
	}
	if err := g.carry(ctx, who, &l, in); err != nil {
		return nil, err
	}
	return &away{Location: landing(l), SetCookie: []http.Cookie{gone}}, nil
}

// arrived returns the login from which a browser comes back, and checks that it is the
// browser that started it.
func (g platformLogins) arrived(ctx context.Context, who Caller, in *loginBack) (l adtally.Login, err error) {
	stale := refusal("login_stale", "This login was started elsewhere, or is unknown", "Start again from the source.")
	l, err = g.Logins.BackFromLogin(ctx, hashed(in.State), g.Now())
	if missing(err) || err == nil && l.Connector != in.Connector {
		return l, stale
	}
	if err != nil {
		return l, err
	}
	var p pendingLogin
	if !g.seal.open(loginPurpose, in.carried, &p) || p.Login != l.ID || l.Link == "" && l.By != who.String() {
		return l, refusal("login_foreign", "This login was started by somebody else, or in another browser", "Start again in this browser.")
	}
	return l, nil
}

// carry turns the platform's answer into a token of the source, or stores the fault. A
// failed login leaves no token behind.
func (g platformLogins) carry(ctx context.Context, who Caller, l *adtally.Login, in *loginBack) error {
	err := g.use(ctx, who, l, in)
	if err == nil {
		return nil
	}
	p := g.problem(ctx, err)
	l.Fault = &adtally.Fault{Act: p.Act, Code: p.Code, Message: p.Detail, Hint: p.Hint}
	l.Ended, l.Credential, l.Taken = g.Now(), "", time.Time{}
	return g.Logins.EndLogin(ctx, *l, adtally.Admission{})
}

func (g platformLogins) use(ctx context.Context, who Caller, l *adtally.Login, in *loginBack) error {
	if !g.Now().Before(l.Expires) {
		return platformProblem(refusal("login_late", "The login took longer than ten minutes", "Start again."))
	}
	answer := url.Values{"code": {in.Code}}
	if in.Error != "" {
		answer = url.Values{"error": {in.Error}, "error_description": {in.Text}}
	}
	secret, err := g.OAuth.Exchange(ctx, l.Connector, g.callback(l.Connector), answer)
	if err != nil {
		return platformProblem(err)
	}
	if l.Source == "" {
		if secret, err = g.inspected(ctx, l, secret, adtally.Before{}); err != nil {
			return err
		}
		return g.wait(ctx, l, secret)
	}
	s, err := g.Sources.Source(ctx, l.Source)
	if err != nil {
		return err
	}
	b, err := g.before(ctx, s)
	if err != nil {
		return err
	}
	return g.reconnect(ctx, who, l, s, secret, b)
}

// wait stores a token until a source is created with it, or it is confirmed.
func (g platformLogins) wait(ctx context.Context, l *adtally.Login, secret adtally.Secret) error {
	return g.Vault.Admit(ctx, adtally.Credential{Connector: l.Connector, Name: "login " + l.ID}, secret, l.Found.Grant, l.By, func(ctx context.Context, a adtally.Admission) error {
		l.Credential, l.Ended = a.Credential.ID, g.Now()
		return g.Logins.EndLogin(ctx, *l, a)
	})
}

// inspected stores the findings about a token; an unusable token is refused.
func (g platformLogins) inspected(ctx context.Context, l *adtally.Login, secret adtally.Secret, b adtally.Before) (adtally.Secret, error) {
	i, secret, err := g.OAuth.Inspect(ctx, l.Connector, secret, b)
	if err != nil {
		return secret, platformProblem(err)
	}
	l.Found = &i
	return secret, rejection(i, true)
}

// reconnect gives a source the token from a login, unless it must be confirmed first.
func (g platformLogins) reconnect(ctx context.Context, who Caller, l *adtally.Login, s adtally.SourceRecord, secret adtally.Secret, b adtally.Before) error {
	if !s.Deleted.IsZero() {
		return refusal("conflict", "The source was deleted in the meantime", "Restore it first.")
	}
	secret, err := g.inspected(ctx, l, secret, b)
	if err != nil {
		return err
	}
	if rejection(*l.Found, false) != nil {
		return g.wait(ctx, l, secret)
	}
	l.Ended, l.Taken = g.Now(), g.Now()
	detail := map[string]string{"who": l.Found.Grant.Who, "app": l.Found.Grant.App, "by": "login"}
	if l.Link != "" {
		detail["by"], detail["link"] = "link", l.Link
	}
	_, err = g.handOver(ctx, l.By, s, &offer{secret: secret, grant: l.Found.Grant}, l, g.audited(who, "credential.replace", object("source", s.ID), detail))
	return err
}

// landing is the page of the UI where a login ends.
func landing(l adtally.Login) string {
	q := "?login=" + url.QueryEscape(l.ID)
	switch {
	case l.Link != "" && l.Fault != nil:
		return "/link/done?outcome=" + url.QueryEscape(l.Fault.Code)
	case l.Link != "" && l.Taken.IsZero():
		return "/link/done?outcome=confirm"
	case l.Link != "":
		return "/link/done?outcome=good"
	case l.Source == "":
		return "/connect/" + url.PathEscape(l.Connector) + q
	}
	return "/sources/" + url.PathEscape(l.Source) + "/configuration" + q
}

// LoginState is the state of a login.
type LoginState string

// The states. A waiting login has a usable token that is not in use yet.
const (
	loginOpen    LoginState = "open"
	loginFailed  LoginState = "failed"
	loginWaiting LoginState = "waiting"
	loginTaken   LoginState = "taken"
)

// LoginView is a login, without secrets.
type LoginView struct {
	ID        string       `json:"id" doc:"ID of the login"`
	Connector string       `json:"connector" doc:"Name of the connector"`
	Source    string       `json:"source,omitempty" doc:"ID of the source whose token is replaced; absent = a new source"`
	By        string       `json:"by" doc:"Who started it, as kind:id; link:ID = a person with a connect link"`
	ByName    string       `json:"by_name,omitempty" doc:"Current name of that person; absent = unknown"`
	Made      *time.Time   `json:"made,omitempty" doc:"When the login started"`
	State     LoginState   `json:"state" enum:"open,failed,waiting,taken" doc:"waiting = the token is usable: create a source with it, or confirm it"`
	Expires   time.Time    `json:"expires" doc:"When the login expires"`
	Fault     *SourceFault `json:"fault,omitempty" doc:"Why it failed"`
	Found     *Findings    `json:"found,omitempty" doc:"Results of the checks of its token"`
	Accounts  []AdAccount  `json:"accounts" nullable:"false" doc:"Ad accounts that its token can see"`
}

func (g platformLogins) get(ctx context.Context, _ Caller, in *struct{ ByID }) (*struct{ Body LoginView }, error) {
	l, err := g.Logins.Login(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body LoginView }{g.viewOf(l, g.names(ctx))}, nil
}

func (g platformLogins) list(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[LoginView], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := g.Logins.SourceLogins(ctx, in.ID)
	out := &listed[LoginView]{}
	out.Body.Items = []LoginView{}
	name := g.names(ctx)
	for _, l := range all {
		out.Body.Items = append(out.Body.Items, g.viewOf(l, name))
	}
	return out, err
}

func (g platformLogins) viewOf(l adtally.Login, name func(string) string) LoginView {
	v := LoginView{ID: l.ID, Connector: l.Connector, Source: l.Source, By: l.By, ByName: name(l.By), State: loginOpen, Made: timeOrNil(l.Made), Expires: l.Expires.UTC(), Accounts: []AdAccount{}}
	switch {
	case l.Fault != nil:
		v.State, v.Fault = loginFailed, &SourceFault{l.Fault.Act, l.Fault.Code, l.Fault.Message, l.Fault.Hint, l.Ended.UTC()}
	case !l.Taken.IsZero():
		v.State = loginTaken
	case l.Credential != "":
		v.State = loginWaiting
	case !g.Now().Before(l.Expires):
		v.State = loginFailed
	}
	if l.Found != nil {
		f := findingsOf(*l.Found)
		v.Found, v.Accounts = &f, bareAccounts(l.Found.Grant.Accounts)
	}
	return v
}

// usableLogin returns a login whose token the caller may use for a source.
func (g sources) usableLogin(ctx context.Context, who Caller, s adtally.SourceRecord, id string) (adtally.Login, error) {
	l, err := g.Logins.Login(ctx, id)
	other := l.Source != "" && l.Source != s.ID
	if missing(err) || err == nil && (l.Connector != s.Connector || other || l.Credential == "" || !l.Taken.IsZero()) {
		return l, invalid("body.login", "This login does not exist, failed, is for another source, or was already used")
	}
	if err != nil {
		return l, err
	}
	by := l.By
	if l.Link != "" {
		link, err := g.Links.ConnectLink(ctx, l.Link, "")
		if err != nil {
			return l, err
		}
		by = link.By
	}
	if by != who.String() && !who.Role.Reaches(adtally.Admin) {
		return l, fieldRefusal{refusal("login_foreign", "This login was started by somebody else", "Ask that person or an admin to use it."), "body.login"}
	}
	return l, nil
}
