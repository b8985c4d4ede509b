package api

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"adtally"
)

const oneCredential = "/api/v1/sources/{id}/credential" //nolint:gosec // an address

func (g sources) registerCredential() {
	handle(g.shell, operation{ID: "get-credential", Method: http.MethodGet, Path: oneCredential, Tag: tagSources, Access: forViewers,
		Summary: "Get the credential of a source", Text: "Describes what the token is and allows. Never returns the token itself."}, g.credential)
	handle(g.shell, operation{ID: "replace-credential", Method: http.MethodPut, Path: oneCredential, Tag: tagSources, Access: withSecrets,
		Summary: "Replace the token of a source", Text: "Give the token itself, another source to copy it from, or a login. The platform checks the token first: an unusable token is rejected with the findings, and the current one stays. " +
			"A token that cannot see everything the source reads must be confirmed (409). White space in a pasted token is removed. Nothing else of the source changes. A sync starts immediately; a run in progress finishes with the old token.",
		Refuses: []int{http.StatusConflict, http.StatusServiceUnavailable}}, g.replaceCredential)
	handle(g.shell, operation{ID: "test-credential", Method: http.MethodPost, Path: oneCredential + "/test", Tag: tagSources, Access: withSecrets,
		Summary: "Check a token for a source without storing it", Refuses: []int{http.StatusServiceUnavailable}}, g.try)
	handle(g.shell, operation{ID: "test-token", Method: http.MethodPost, Path: "/api/v1/catalog/{connector}/test", Tag: tagSources, Access: withSecrets,
		Summary: "Check a token for a new source without storing it", Refuses: []int{http.StatusServiceUnavailable}}, g.tryNew)
	handle(g.shell, operation{ID: "reveal-credential", Method: http.MethodPost, Path: oneCredential + "/reveal", Tag: tagSources, Access: Access{Role: adtally.Builder, Also: adtally.Credentials, Person: true},
		Summary: "Reveal the token of a source", Text: "Requires the caller's password, and is recorded in the audit log. An admin can turn this off.",
		Refuses: []int{http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable}}, g.reveal)
}

// TokenFrom says where a token comes from: exactly one of the three.
type TokenFrom struct {
	Token      string `json:"token,omitempty" maxLength:"4000" doc:"Access token of the platform"`
	FromSource string `json:"from_source,omitempty" maxLength:"100" doc:"ID of another source whose token is copied"`
	Login      string `json:"login,omitempty" maxLength:"100" doc:"ID of a completed login whose token is used"`
	Confirm    bool   `json:"confirm,omitempty" doc:"Accept the token although it cannot see everything that the source reads"`
	sourceName string // what the input calls FromSource; "" = from_source
}

func (k TokenFrom) given() bool { return k.Token != "" || k.FromSource != "" || k.Login != "" }

// field names the field that gave the token.
func (k TokenFrom) field() string {
	switch {
	case k.Login != "":
		return "body.login"
	case k.FromSource != "":
		return "body." + k.sourceField()
	}
	return "body.token"
}

// cleaned removes the white space that comes with a pasted token.
func cleaned(text string) adtally.Secret {
	return adtally.NewSecret(strings.Join(strings.Fields(text), ""))
}

// found is a secret and its origin.
type found struct {
	secret adtally.Secret
	login  *adtally.Login
	way    string // as the audit log names it: paste, copy or login
}

// one refuses a token from several places.
func (k TokenFrom) one() error {
	named := ""
	for _, way := range []struct{ field, value string }{{"token", k.Token}, {k.sourceField(), k.FromSource}, {"login", k.Login}} {
		if way.value == "" {
			continue
		}
		if named != "" {
			return invalid("body."+way.field, "Give only one of token, "+k.sourceField()+" and login; "+named+" is given too")
		}
		named = way.field
	}
	return nil
}

// sourceField is the name of FromSource in the input.
func (k TokenFrom) sourceField() string { return cmp.Or(k.sourceName, "from_source") }

// openFrom opens the secret that an input names for no source in particular.
func (g sources) openFrom(ctx context.Context, who Caller, connector string, k TokenFrom) (adtally.Secret, error) {
	f, err := g.secretOf(ctx, who, adtally.SourceRecord{Source: adtally.Source{Connector: connector}}, k)
	return f.secret, err
}

// secretOf opens the secret that an input names.
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
			return f, invalid("body."+k.sourceField(), "No such source with a token for this platform exists")
		}
		if err == nil {
			f.secret, err = g.Vault.Open(ctx, other.Credential, 0)
		}
		return f, err
	}
	f.way, f.secret = "paste", cleaned(k.Token)
	if f.secret.IsZero() {
		return f, invalid("body.token", "The token is empty")
	}
	return f, nil
}

// before returns what a source has read until now: the accounts that its secret showed
// when the platform was last asked.
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
		Token string `json:"token" minLength:"1" maxLength:"4000" doc:"Access token of the platform"`
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
		return nil, invalid("body.token", "The token is empty")
	}
	i, _, err := g.OAuth.Inspect(ctx, connector, secret, b)
	if err != nil {
		return nil, platformProblem(err)
	}
	return &findings{findingsOf(i)}, nil
}

// ByConnector is the part of an input that names a connector.
type ByConnector struct {
	Connector string `path:"connector" maxLength:"100" example:"facebookads" doc:"Name of the connector: see list-catalog"`
}

func (g sources) spec(connector string) (adtally.Spec, error) {
	for _, s := range g.Platforms.Catalog() {
		if s.Name == connector {
			return s, nil
		}
	}
	return adtally.Spec{}, refusal("not_found", "No such connector exists", "See the catalog at /api/v1/catalog.")
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
		Token string `json:"token" doc:"Access token of the platform"`
	}
}

type revealForm struct {
	ByID
	Body struct {
		Password string `json:"password" maxLength:"256" doc:"The caller's own password; empty if they have none"`
	}
}

// reveal records refused attempts, too.
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
		return nil, refusal("reveal_off", "Revealing tokens is turned off in this installation", "Ask an admin to turn it on in the settings.")
	}
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if s.Credential == "" {
		return nil, refusal("conflict", "The source has no token", "Connect the source first.")
	}
	u, err := g.Store.User(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	if err := (session{shell: g.shell, logins: logins{g.shell}}).checkPassword(ctx, who, u, in.Body.Password, "body.password"); err != nil {
		return nil, err
	}
	// A reveal that cannot be recorded does not happen.
	if err := g.Store.AddAuditEntry(ctx, g.audited(who, "credential.reveal", object("source", s.ID), nil)); err != nil {
		return nil, err
	}
	secret, err := g.Vault.Open(ctx, s.Credential, 0)
	out := &revealed{}
	out.Body.Token = secret.Reveal()
	return out, err
}

// Credential describes the token of a source, without the token itself.
type Credential struct {
	Who         string     `json:"who,omitempty" doc:"Owner of the token"`
	Kind        string     `json:"kind,omitempty" example:"system user" doc:"Kind of owner, as the platform names it; absent = unknown"`
	App         string     `json:"app,omitempty" doc:"Name of the app that the token was issued for"`
	AppID       string     `json:"app_id,omitempty" doc:"ID of the app that the token was issued for"`
	Scopes      []string   `json:"scopes" nullable:"false" doc:"Permissions that the platform granted"`
	Issued      *time.Time `json:"issued,omitempty" doc:"When the token was issued; absent = unknown"`
	Known       bool       `json:"expiry_known" doc:"Whether the platform says when the token expires"`
	Expires     *time.Time `json:"expires,omitempty" doc:"When the token expires; absent with expiry_known = never"`
	DataExpires *time.Time `json:"data_access_expires,omitempty" doc:"When the app loses access to the data unless the owner logs in again"`
	Checked     *time.Time `json:"checked,omitempty" doc:"When the platform was last asked"`
	Extended    bool       `json:"extended_by_itself" doc:"Whether Adtally extends the token at two thirds of its lifetime, without the owner"`
	Alert       string     `json:"extension_problem,omitempty" doc:"Why the last extension failed; it is tried again every day"`
	Reveal      bool       `json:"reveal" doc:"Whether tokens can be revealed in this installation"`
	Versions    []Version  `json:"versions" nullable:"false" doc:"All versions, newest first"`
}

// Version is one version of a source's token.
type Version struct {
	Number   int64                `json:"number" doc:"Number of the version, from 1"`
	State    adtally.VersionState `json:"state" enum:"current,former,wiped" doc:"former = kept until a sync with the newer token succeeds; wiped = destroyed"`
	Admitted time.Time            `json:"admitted" doc:"When the version was stored"`
	By       string               `json:"by" doc:"Who stored it, as kind:id; adtally = it was extended automatically"`
	ByName   string               `json:"by_name,omitempty" doc:"Current name of that person; absent = unknown"`
	Who      string               `json:"who" doc:"Owner of the token"`
}

type credential struct{ Body Credential }

func (g sources) credential(ctx context.Context, _ Caller, in *struct{ ByID }) (*credential, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if s.Credential == "" {
		return nil, refusal("not_found", "The source has no token", "Connect the source first.")
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
			c.setGrant(v.Grant)
			c.Extended = app.ID != "" && app.ID == v.Grant.AppID && !v.Grant.ExpiresAt.IsZero()
		}
		c.Versions = append(c.Versions, Version{v.Number, v.State, v.Admitted.UTC(), v.By, name(v.By), v.Grant.Who})
	}
	for _, k := range kept {
		if k.Credential.ID == s.Credential {
			c.Checked, c.Alert = timeOrNil(k.Checked), k.Alert
		}
	}
	return &credential{c}, err
}

func (c *Credential) setGrant(g adtally.Grant) {
	c.Who, c.Kind, c.App, c.AppID, c.Scopes = g.Who, g.Kind, g.App, g.AppID, orEmpty(g.Scopes)
	c.Issued, c.Known, c.Expires, c.DataExpires = timeOrNil(g.IssuedAt), g.ExpiryKnown, timeOrNil(g.ExpiresAt), timeOrNil(g.DataAccessExpiresAt)
}
