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

// loginLife is how long one may take at the platform (R2).
const loginLife = 10 * time.Minute

// platformLogins are people's ways through a platform's own login, to a token.
type platformLogins struct{ sources }

func (g platformLogins) register() {
	handle(g.shell, operation{ID: "start-login", Method: http.MethodPost, Path: "/api/v1/logins", Tag: tagSources, Status: http.StatusCreated,
		Access:  Access{Role: adtally.Builder, Also: adtally.Credentials, Person: true},
		Summary: "Log in to a platform for a source", Text: "Open the address that is answered, in the same browser, within ten minutes. For a source that is there, what comes back is tested and used at once; it asks to be confirmed where it does not see all that is read. For a new one, name the login when you make the source.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.begin)
	handle(g.shell, operation{ID: "get-login", Method: http.MethodGet, Path: "/api/v1/logins/{id}", Tag: tagSources, Access: withSecrets, Summary: "Say what came of a login"}, g.get)
	handle(g.shell, operation{ID: "list-logins", Method: http.MethodGet, Path: "/api/v1/sources/{id}/logins", Tag: tagSources, Access: withSecrets, Summary: "List the logins for a source, newest first",
		Text: "One that waits, because its token does not see all that is read, is used by PUT …/credential with login and confirm: by whoever began it or made its link, or by an admin. Its token is destroyed a week after nobody did."}, g.list)
	handle(g.shell, operation{ID: "finish-login", Method: http.MethodGet, Path: "/auth/{connector}/callback", Tag: tagSources, Access: Access{Public: true, Asked: true}, Summary: "Come back from a platform's login",
		Text: "The address to allow at the platform. The browser is sent on to the source, or to where the login began, with login=ID or problem=CODE.", Status: http.StatusFound, AnyQuery: true}, g.finish)
	handle(g.shell, operation{ID: "get-connect-link", Method: http.MethodGet, Path: "/api/v1/links/{code}", Tag: tagSources, Access: public, Summary: "Say what a connect link is for"}, g.link)
	handle(g.shell, operation{ID: "start-connect-link-login", Method: http.MethodPost, Path: "/api/v1/links/{code}/login", Tag: tagSources, Access: public, Status: http.StatusCreated,
		Summary: "Log in to a platform by a connect link", Refuses: []int{http.StatusServiceUnavailable}}, g.beginByLink)
}

// pass is what the browser carries to the platform and back: the state in the
// address is good only together with it.
type pass struct {
	Login   string
	Expires time.Time
}

const passPurpose = "login"

// passCookie ends by itself, by the browser's clock, which may differ from ours.
func passCookie(who Caller, value string) http.Cookie {
	c := cookie(who, value, time.Time{}) //nolint:gosec // cookie sets what it must
	c.Name += "-login"
	if c.MaxAge = int(loginLife / time.Second); value == "" {
		c.MaxAge = -1
	}
	return c
}

// LoginStarted is a login that begins.
type LoginStarted struct {
	ID      string    `json:"id"`
	URL     string    `json:"url" doc:"The platform's page; open it in the same browser"`
	Expires time.Time `json:"expires"`
}

type loginStarted struct {
	SetCookie http.Cookie `header:"Set-Cookie" doc:"What must come back with the browser"`
	Body      LoginStarted
}

func (g platformLogins) begin(ctx context.Context, who Caller, in *struct {
	Body struct {
		Connector string `json:"connector" maxLength:"100" example:"facebookads"`
		Source    string `json:"source,omitempty" maxLength:"100" doc:"Whose token is renewed; absent = a new source's"`
	}
},
) (*loginStarted, error) {
	spec, err := g.spec(in.Body.Connector)
	if err != nil {
		return nil, invalid("body.connector", "There is no such connector")
	}
	if in.Body.Source != "" {
		s, err := g.Sources.Source(ctx, in.Body.Source)
		if missing(err) || err == nil && (s.Connector != spec.Name || !s.Deleted.IsZero()) {
			return nil, invalid("body.source", "There is no such source of this connector")
		}
		if err != nil {
			return nil, err
		}
	}
	return g.away(ctx, who, adtally.Login{Connector: spec.Name, Source: in.Body.Source, By: who.String()})
}

// away writes a login down and says where it goes.
func (g platformLogins) away(ctx context.Context, who Caller, l adtally.Login) (*loginStarted, error) {
	state := rand.Text()
	to, err := g.OAuth.AuthCodeURL(ctx, l.Connector, state, g.callback(l.Connector))
	if err != nil {
		return nil, foreign(err)
	}
	l.ID, l.Made, l.Expires = g.NewID(), g.Now(), g.Now().Add(loginLife)
	sealed, err := g.seal.close(passPurpose, pass{l.ID, l.Expires})
	if err != nil {
		return nil, err
	}
	if err := g.Logins.AddLogin(ctx, l, hashed(state)); err != nil {
		return nil, err
	}
	return &loginStarted{passCookie(who, sealed), LoginStarted{l.ID, to, l.Expires.UTC()}}, nil
}

// callback is the address of ours that a platform sends the browser back to.
func (g platformLogins) callback(connector string) string { return callbackAt(g.PublicURL, connector) }

func callbackAt(public, connector string) string {
	return strings.TrimSuffix(public, "/") + "/auth/" + url.PathEscape(connector) + "/callback"
}

type loginBack struct {
	ByConnector
	State   string `query:"state" maxLength:"200"`
	Code    string `query:"code" maxLength:"4000"`
	Error   string `query:"error" maxLength:"200"`
	Text    string `query:"error_description" maxLength:"1000"`
	Cookie  string `cookie:"adtally-login" maxLength:"4000"`
	Safe    string `cookie:"__Host-adtally-login" maxLength:"4000"`
	carried string
}

// finish sends the browser on, whatever came of the login.
func (g platformLogins) finish(ctx context.Context, who Caller, in *loginBack) (*away, error) {
	gone := passCookie(who, "")
	if in.carried = in.Cookie; who.secure {
		in.carried = in.Safe
	}
	l, err := g.arrived(ctx, who, in)
	if err != nil {
		p := g.problem(ctx, err)
		g.shell.Log.WarnContext(ctx, "a login at a platform was not taken", "request", p.Request, "code", p.Code)
		return &away{Location: "/sources?problem=" + url.QueryEscape(p.Code), SetCookie: []http.Cookie{gone}}, nil
	}
	if err := g.carry(ctx, who, &l, in); err != nil {
		return nil, err
	}
	return &away{Location: landing(l), SetCookie: []http.Cookie{gone}}, nil
}

// arrived finds the login that a browser comes back from, and sees that it is the
// one that left.
func (g platformLogins) arrived(ctx context.Context, who Caller, in *loginBack) (l adtally.Login, err error) {
	stale := refusal("login_stale", "This login was not begun here", "Begin again from the source.")
	l, err = g.Logins.BackFromLogin(ctx, hashed(in.State), g.Now())
	if missing(err) || err == nil && l.Connector != in.Connector {
		return l, stale
	}
	if err != nil {
		return l, err
	}
	var p pass
	if !g.seal.open(passPurpose, in.carried, &p) || p.Login != l.ID || l.Link == "" && l.By != who.String() {
		return l, refusal("login_foreign", "This login was begun by somebody else, or in another browser", "Begin again in this browser.")
	}
	return l, nil
}

// carry makes of what a browser comes back with the token of a source, or says
// why not. Nothing is left behind of what was not good.
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
		return foreign(refusal("login_late", "The login took longer than ten minutes", "Begin again."))
	}
	answer := url.Values{"code": {in.Code}}
	if in.Error != "" {
		answer = url.Values{"error": {in.Error}, "error_description": {in.Text}}
	}
	secret, err := g.OAuth.Exchange(ctx, l.Connector, g.callback(l.Connector), answer)
	if err != nil {
		return foreign(err)
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

// wait keeps a token until somebody makes a source of it, or confirms it.
func (g platformLogins) wait(ctx context.Context, l *adtally.Login, secret adtally.Secret) error {
	return g.Vault.Admit(ctx, adtally.Credential{Connector: l.Connector, Name: "login " + l.ID}, secret, l.Found.Grant, l.By, func(ctx context.Context, a adtally.Admission) error {
		l.Credential, l.Ended = a.Credential.ID, g.Now()
		return g.Logins.EndLogin(ctx, *l, a)
	})
}

// inspected notes what is found of a token; one that is not good is refused.
func (g platformLogins) inspected(ctx context.Context, l *adtally.Login, secret adtally.Secret, b adtally.Before) (adtally.Secret, error) {
	i, secret, err := g.OAuth.Inspect(ctx, l.Connector, secret, b)
	if err != nil {
		return secret, foreign(err)
	}
	l.Found = &i
	return secret, notTaken(i, true)
}

// reconnect gives a source the token that a login brought, unless somebody has to
// confirm it first.
func (g platformLogins) reconnect(ctx context.Context, who Caller, l *adtally.Login, s adtally.SourceRecord, secret adtally.Secret, b adtally.Before) error {
	if !s.Deleted.IsZero() {
		return refusal("conflict", "The source was deleted meanwhile", "Restore it first.")
	}
	secret, err := g.inspected(ctx, l, secret, b)
	if err != nil {
		return err
	}
	if notTaken(*l.Found, false) != nil {
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

// landing is the page of ours where a login ends.
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

// LoginState says how far a login has come.
type LoginState string

// The states. One that waits is good, and nobody has used it yet.
const (
	loginOpen    LoginState = "open"
	loginFailed  LoginState = "failed"
	loginWaiting LoginState = "waiting"
	loginTaken   LoginState = "taken"
)

// LoginView is a login, without what is secret.
type LoginView struct {
	ID        string       `json:"id"`
	Connector string       `json:"connector"`
	Source    string       `json:"source,omitempty" doc:"Whose token is renewed; absent = a new source's"`
	By        string       `json:"by" doc:"Who began it; link:ID = somebody with a connect link"`
	ByName    string       `json:"by_name,omitempty" doc:"What they are called now; absent = nobody knows"`
	Made      *time.Time   `json:"made,omitempty"`
	State     LoginState   `json:"state" enum:"open,failed,waiting,taken" doc:"waiting = its token is good: make a source with it, or confirm it"`
	Expires   time.Time    `json:"expires"`
	Fault     *SourceFault `json:"fault,omitempty" doc:"Why nothing came of it"`
	Found     *Findings    `json:"found,omitempty"`
	Accounts  []AdAccount  `json:"accounts" nullable:"false" doc:"The ad accounts that its token sees"`
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
	v := LoginView{ID: l.ID, Connector: l.Connector, Source: l.Source, By: l.By, ByName: name(l.By), State: loginOpen, Made: given(l.Made), Expires: l.Expires.UTC(), Accounts: []AdAccount{}}
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

// usableLogin is one whose token can be used for a source, by whoever asks.
func (g sources) usableLogin(ctx context.Context, who Caller, s adtally.SourceRecord, id string) (adtally.Login, error) {
	l, err := g.Logins.Login(ctx, id)
	other := l.Source != "" && l.Source != s.ID
	if missing(err) || err == nil && (l.Connector != s.Connector || other || l.Credential == "" || !l.Taken.IsZero()) {
		return l, invalid("body.login", "There is no such login, nothing came of it, it was for another source, or it was used")
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
		return l, fieldRefusal{refusal("login_foreign", "This login was begun by somebody else", "Ask whoever began it, or an admin, to use it."), "body.login"}
	}
	return l, nil
}
