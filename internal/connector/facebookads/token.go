package facebookads

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"

	"adtally"
	"adtally/internal/fetch"
)

// DefaultLoginAddress is the base URL of Facebook's login page.
const DefaultLoginAddress = "https://www.facebook.com"

// loginScope is the only permission that is requested: Adtally never writes.
const loginScope = "ads_read"

// proof returns appsecret_proof, which shows Meta that the caller of a token also has
// its app's secret (docs/meta-api.md#tokens). It is "" for a token of another app.
func (g *graph) proof() string {
	if !g.app.Issued(g.secret.App()) {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(g.app.Secret.Reveal()))
	mac.Write([]byte(g.secret.Reveal()))
	return hex.EncodeToString(mac.Sum(nil))
}

// withProof adds the proof to a request.
func (g *graph) withProof(v url.Values) url.Values {
	proof := g.proof()
	if proof == "" {
		return v
	}
	v = cloneValues(v)
	v.Set("appsecret_proof", proof)
	return v
}

// checkForm checks a pasted token before it is sent: Meta would answer every such
// mistake with the same message.
func checkForm(secret adtally.Secret) error {
	text := secret.Reveal()
	var hint string
	switch {
	case text == "":
		hint = "Paste the whole token."
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		hint = "This is a whole answer: paste only the value of access_token, without the quotation marks."
	case strings.Contains(text, "access_token=") || strings.Contains(text, "://"):
		hint = "This is a URL: paste only the text after access_token=, up to the next &."
	case strings.Contains(text, "|"):
		hint = "This is an app token, which sees no ad accounts: create a token for a system user, or log in."
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\'' }):
		hint = "A token consists of letters and digits only: copy it again without the text around it."
	default:
		return nil
	}
	return refuse(rule{class: classTokenMalformed, cure: &cure{act: actReconnect, message: cures[classTokenMalformed].message, hint: hint}}, nil, fetch.Answer{}).fault
}

// Probe requests one row of figures of an account, as a sync does.
func (c *Connector) Probe(ctx context.Context, secret adtally.Secret, a adtally.Account) error {
	g, path := c.graph(secret), "act_"+a.ID+"/insights"
	_, err := g.get(ctx, path, insightsOf(a.ID), url.Values{"fields": {"spend"}, "date_preset": {"yesterday"}, "limit": {"1"}})
	return publicFault(g.confirm(ctx, err))
}

// AuthCodeURL returns the URL of Facebook's login dialog (docs/meta-api.md#login).
func (c *Connector) AuthCodeURL(state, back string) (string, error) {
	app := c.config.App
	if app.IsZero() {
		return "", noApp()
	}
	q := url.Values{"client_id": {app.ID}, "redirect_uri": {back}, "state": {state}, "response_type": {"code"}}
	if app.Configuration != "" {
		q.Set("config_id", app.Configuration)
	} else {
		q.Set("scope", loginScope)
		q.Set("auth_type", "rerequest") // ask again for a permission that was declined before
	}
	address := strings.TrimRight(cmp.Or(c.config.LoginAddress, DefaultLoginAddress), "/")
	return address + "/" + c.version.Load().(string) + "/dialog/oauth?" + q.Encode(), nil
}

func noApp() *adtally.Fault {
	return refuse(rule{class: classNoApp}, nil, fetch.Answer{}).fault
}

// Exchange exchanges the code of a login for a token that is valid for 60 days
// (docs/meta-api.md#login).
func (c *Connector) Exchange(ctx context.Context, back string, answer url.Values) (adtally.Secret, error) {
	if c.config.App.IsZero() {
		return adtally.Secret{}, noApp()
	}
	if reason := answer.Get("error"); reason != "" {
		return adtally.Secret{}, loginRefused(reason, answer.Get("error_description"))
	}
	short, err := c.oauth(ctx, url.Values{"redirect_uri": {back}, "code": {answer.Get("code")}})
	if err != nil {
		return adtally.Secret{}, err
	}
	if c.config.App.Configuration != "" { // the configuration determines the kind of token
		return short, nil
	}
	return c.oauth(ctx, url.Values{"grant_type": {"fb_exchange_token"}, "fb_exchange_token": {short.Reveal()}})
}

func loginRefused(reason, text string) error {
	class := classLoginRefused
	if reason == "access_denied" {
		class = classLoginCancelled
	}
	f := refuse(rule{class: class}, nil, fetch.Answer{}).fault
	if class == classLoginRefused && text != "" {
		f.Message += ": " + strings.TrimSuffix(text, ".")
	}
	return f
}

// Refresh exchanges a token for one that is valid longer, which Meta allows for tokens
// of the installation's own app only (docs/meta-api.md#tokens). The old one stays
// valid until it expires.
func (c *Connector) Refresh(ctx context.Context, secret adtally.Secret, grant adtally.Grant) (adtally.Secret, error) {
	if !c.config.App.Issued(grant.AppID) {
		return adtally.Secret{}, refuse(rule{class: classNotRenewable}, nil, fetch.Answer{}).fault
	}
	form := url.Values{"grant_type": {"fb_exchange_token"}, "fb_exchange_token": {secret.Reveal()}}
	if grant.Kind == kindSystemUser {
		form.Set("set_token_expires_in_60_days", "true")
	}
	return c.oauth(ctx, form)
}

// oauth requests a token in the name of the installation's app.
func (c *Connector) oauth(ctx context.Context, form url.Values) (adtally.Secret, error) {
	form.Set("client_id", c.config.App.ID)
	form.Set("client_secret", c.config.App.Secret.Reveal())
	g := c.graph(adtally.Secret{})
	a, err := g.post(ctx, "oauth/access_token", budget{}, form)
	if err != nil {
		return adtally.Secret{}, publicFault(err)
	}
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil || body.Token == "" {
		return adtally.Secret{}, refuse(rule{class: classBadAnswer}, nil, a).fault
	}
	return adtally.NewSecret(body.Token).For(c.config.App.ID), nil
}

// VerifyApp asks Meta whether the app's ID and secret belong together.
func (c *Connector) VerifyApp(ctx context.Context) error {
	_, err := c.graph(adtally.Secret{}).post(ctx, "oauth/access_token", budget{}, url.Values{"grant_type": {"client_credentials"},
		"client_id": {c.config.App.ID}, "client_secret": {c.config.App.Secret.Reveal()}})
	return publicFault(err)
}
