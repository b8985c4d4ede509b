package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"adtally"
)

const oneCredential = "/api/v1/sources/{id}/credential" //nolint:gosec // an address

func (g sources) registerCredential() {
	handle(g.shell, operation{ID: "get-credential", Method: http.MethodGet, Path: oneCredential, Tag: tagSources, Access: forViewers,
		Summary: "Show what a source's token is and allows", Text: "Never the token itself."}, g.credential)
	handle(g.shell, operation{ID: "replace-credential", Method: http.MethodPut, Path: oneCredential, Tag: tagSources, Access: withSecrets,
		Summary: "Give a source another token", Text: "Pasted, of another source, or of a login. The platform is asked first: a token that is not good is refused with what was found, and the one before stays. " +
			"One that does not see all that is read asks to be confirmed (409). White space within a pasted token is taken out. Nothing else of the source changes; a sync begins at once, and a run that is on finishes with the token before.",
		Refuses: []int{http.StatusConflict, http.StatusServiceUnavailable}}, g.renew)
	handle(g.shell, operation{ID: "test-credential", Method: http.MethodPost, Path: oneCredential + "/test", Tag: tagSources, Access: withSecrets,
		Summary: "Say what a token is, and change nothing", Refuses: []int{http.StatusServiceUnavailable}}, g.try)
	handle(g.shell, operation{ID: "test-token", Method: http.MethodPost, Path: "/api/v1/catalog/{connector}/test", Tag: tagSources, Access: withSecrets,
		Summary: "Say what a token for a new source is", Refuses: []int{http.StatusServiceUnavailable}}, g.tryNew)
	handle(g.shell, operation{ID: "reveal-credential", Method: http.MethodPost, Path: oneCredential + "/reveal", Tag: tagSources, Access: Access{Role: adtally.Builder, Also: adtally.Credentials, Person: true},
		Summary: "Show a source's token", Text: "Asks for the password, and is written down in the audit log. An admin may switch it off.",
		Refuses: []int{http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable}}, g.reveal)
}

// TokenFrom says where a token comes from: one of the three.
type TokenFrom struct {
	Token      string `json:"token,omitempty" maxLength:"4000" doc:"An access token of the platform"`
	FromSource string `json:"from_source,omitempty" maxLength:"100" doc:"Another source: its token is copied"`
	Login      string `json:"login,omitempty" maxLength:"100" doc:"A login that went well"`
	Confirm    bool   `json:"confirm,omitempty" doc:"Take it although it does not see all that is read"`
}

func (k TokenFrom) given() bool { return k.Token != "" || k.FromSource != "" || k.Login != "" }

// field is the one that names the token.
func (k TokenFrom) field() string {
	switch {
	case k.Login != "":
		return "body.login"
	case k.FromSource != "":
		return "body.from_source"
	}
	return "body.token"
}

// cleaned is a token without the white space that a paste brings along.
func cleaned(text string) adtally.Secret {
	return adtally.NewSecret(strings.Join(strings.Fields(text), ""))
}

// found is where a secret comes from, with the secret.
type found struct {
	secret adtally.Secret
	login  *adtally.Login
	way    string // as the audit log calls it
}

// one refuses a token that comes from several places.
func (k TokenFrom) one() error {
	named := ""
	for _, way := range []struct{ field, value string }{{"token", k.Token}, {"from_source", k.FromSource}, {"login", k.Login}} {
		if way.value == "" {
			continue
		}
		if named != "" {
			return invalid("body."+way.field, "A token comes from one place: "+named+" is given too")
		}
		named = way.field
	}
	return nil
}

// secretOf opens what a key names.
func (g sources) secretOf(ctx context.Context, who Caller, s adtally.SourceRecord, k TokenFrom) (f found, err error) {
	if err := k.one(); err != nil {
		return f, err
	}
	switch {
	case k.Login != "":
		f.way = "login"
		l, err := g.usableLogin(ctx, who, s, k.Login)
		if err != nil {
			return f, err
		}
		f.login = &l
		f.secret, err = g.Vault.Open(ctx, l.Credential, 0)
		return f, err
	case k.FromSource != "":
		f.way = "copy"
		other, err := g.Sources.Source(ctx, k.FromSource)
		if missing(err) || err == nil && (other.Connector != s.Connector || other.Credential == "") {
			return f, invalid("body.from_source", "There is no such source with a token for this platform")
		}
		if err == nil {
			f.secret, err = g.Vault.Open(ctx, other.Credential, 0)
		}
		return f, err
	}
	f.way, f.secret = "paste", cleaned(k.Token)
	if f.secret.IsZero() {
		return f, invalid("body.token", "There is no token")
	}
	return f, nil
}

// before is what is read of a source until now: what its secret showed when the
// platform was asked last.
func (g sources) before(ctx context.Context, s adtally.SourceRecord) (b adtally.Before, err error) {
	seen, err := g.Accounts.SeenAccounts(ctx, s.ID)
	var last time.Time
	for _, a := range seen {
		if a.Last.After(last) {
			last = a.Last
		}
	}
	b.All = s.All
	picked := map[string]bool{}
	for _, id := range s.Accounts {
		picked[id] = true
	}
	for _, a := range seen {
		b.Seen = append(b.Seen, a.Account)
		if a.Last.Equal(last) && (s.All || picked[a.ID]) {
			b.Read = append(b.Read, a.Account)
		}
	}
	return b, err
}

type tokenForm struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"4000"`
	}
}

type findings struct{ Body Findings }

func (g sources) try(ctx context.Context, _ Caller, in *struct {
	ByID
	tokenForm
},
) (*findings, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := g.before(ctx, s)
	if err != nil {
		return nil, err
	}
	return g.tried(ctx, s.Connector, in.Body.Token, b)
}

func (g sources) tried(ctx context.Context, connector, token string, b adtally.Before) (*findings, error) {
	secret := cleaned(token)
	if secret.IsZero() {
		return nil, invalid("body.token", "There is no token")
	}
	i, _, err := g.OAuth.Inspect(ctx, connector, secret, b)
	if err != nil {
		return nil, foreign(err)
	}
	return &findings{findingsOf(i)}, nil
}

// ByConnector is the part of an input that names a connector.
type ByConnector struct {
	Connector string `path:"connector" maxLength:"100" example:"facebookads"`
}

func (g sources) spec(connector string) (adtally.Spec, error) {
	for _, s := range g.Platforms.Catalog() {
		if s.Name == connector {
			return s, nil
		}
	}
	return adtally.Spec{}, refusal("not_found", "There is no such connector", "Look at the catalog.")
}

func (g sources) tryNew(ctx context.Context, _ Caller, in *struct {
	ByConnector
	tokenForm
},
) (*findings, error) {
	if _, err := g.spec(in.Connector); err != nil {
		return nil, err
	}
	return g.tried(ctx, in.Connector, in.Body.Token, adtally.Before{})
}

type revealed struct {
	Body struct {
		Token string `json:"token"`
	}
}

type revealForm struct {
	ByID
	Body struct {
		Password string `json:"password" maxLength:"256" doc:"One's own; empty where one has none"`
	}
}

// reveal writes down what it refuses, too.
func (g sources) reveal(ctx context.Context, who Caller, in *revealForm) (*revealed, error) {
	out, err := g.revealOnce(ctx, who, in)
	if err == nil || missing(err) {
		return out, err
	}
	d := g.audited(who, "credential.reveal_refused", object("source", in.ID), map[string]string{"why": adtally.FaultOf(err).Code})
	if failed := g.Store.AddAuditEntry(ctx, d); failed != nil {
		return nil, failed
	}
	return nil, err
}

func (g sources) revealOnce(ctx context.Context, who Caller, in *revealForm) (*revealed, error) {
	conf, err := g.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	if !conf.Reveal {
		return nil, refusal("reveal_off", "Tokens are not shown in this installation", "An admin can switch it on in the settings.")
	}
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if s.Credential == "" {
		return nil, refusal("conflict", "The source has no token", "Connect it.")
	}
	u, err := g.Store.User(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	if err := (session{g.shell, logins{g.shell}}).prove(ctx, who, u, in.Body.Password, "body.password"); err != nil {
		return nil, err
	}
	// What is not written down is not shown.
	if err := g.Store.AddAuditEntry(ctx, g.audited(who, "credential.reveal", object("source", s.ID), nil)); err != nil {
		return nil, err
	}
	secret, err := g.Vault.Open(ctx, s.Credential, 0)
	out := &revealed{}
	out.Body.Token = secret.Reveal()
	return out, err
}

// Credential is what is known of a source's token.
type Credential struct {
	Who         string     `json:"who,omitempty" doc:"Whose it is"`
	Kind        string     `json:"kind,omitempty" example:"system user" doc:"Absent = the platform does not tell"`
	App         string     `json:"app,omitempty" doc:"The app that it was made for"`
	AppID       string     `json:"app_id,omitempty"`
	Scopes      []string   `json:"scopes" nullable:"false"`
	Issued      *time.Time `json:"issued,omitempty"`
	Known       bool       `json:"expiry_known" doc:"Whether the platform tells until when it lives"`
	Expires     *time.Time `json:"expires,omitempty" doc:"Absent where expiry_known = never"`
	DataExpires *time.Time `json:"data_access_expires,omitempty" doc:"When the app may not see the data any more, unless its owner logs in before"`
	Checked     *time.Time `json:"checked,omitempty" doc:"When the platform was asked last"`
	Extended    bool       `json:"extended_by_itself" doc:"Whether it is made to live longer at two thirds of its life, without its owner"`
	Alert       string     `json:"extension_trouble,omitempty" doc:"Why that did not work last time; it is tried again every day"`
	Reveal      bool       `json:"reveal" doc:"Whether this installation shows tokens to the entitled"`
	Versions    []Version  `json:"versions" nullable:"false" doc:"Newest first"`
}

// Version is a token that a source has, or had.
type Version struct {
	Number   int64                `json:"number"`
	State    adtally.VersionState `json:"state" enum:"current,former,wiped" doc:"former = kept until a sync has gone well with the newer one; wiped = destroyed"`
	Admitted time.Time            `json:"admitted"`
	By       string               `json:"by" doc:"adtally = it was extended"`
	ByName   string               `json:"by_name,omitempty" doc:"What they are called now; absent = nobody knows"`
	Who      string               `json:"who"`
}

type credential struct{ Body Credential }

func (g sources) credential(ctx context.Context, _ Caller, in *struct{ ByID }) (*credential, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if s.Credential == "" {
		return nil, refusal("not_found", "The source has no token", "Connect it.")
	}
	versions, err := g.Grants.CredentialVersions(ctx, s.Credential)
	if err != nil {
		return nil, err
	}
	conf, err := g.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	app, err := g.Settings.PlatformApp(ctx, s.Connector)
	if err != nil {
		return nil, err
	}
	kept, err := g.Grants.Kept(ctx)
	c := Credential{Versions: []Version{}, Scopes: []string{}, Reveal: conf.Reveal}
	name := g.names(ctx)
	for i, v := range versions {
		if i == 0 {
			c.tell(v.Grant)
			c.Extended = app.ID != "" && app.ID == v.Grant.AppID && !v.Grant.ExpiresAt.IsZero()
		}
		c.Versions = append(c.Versions, Version{v.Number, v.State, v.Admitted.UTC(), v.By, name(v.By), v.Grant.Who})
	}
	for _, k := range kept {
		if k.Credential.ID == s.Credential {
			c.Checked, c.Alert = given(k.Checked), k.Alert
		}
	}
	return &credential{c}, err
}

func (c *Credential) tell(g adtally.Grant) {
	c.Who, c.Kind, c.App, c.AppID, c.Scopes = g.Who, g.Kind, g.App, g.AppID, orNone(g.Scopes)
	c.Issued, c.Known, c.Expires, c.DataExpires = given(g.IssuedAt), g.ExpiryKnown, given(g.ExpiresAt), given(g.DataAccessExpiresAt)
}
