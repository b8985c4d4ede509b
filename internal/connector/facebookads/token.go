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

// DefaultLoginAddress is where people log in.
const DefaultLoginAddress = "https://www.facebook.com"

// loginScope is all that is asked for (R1, R3).
const loginScope = "ads_read"

// proof shows Meta that whoever has the token also has the secret of its app
// (META_API.md §7.7). There is none for a token of another app.
func (g *graph) proof() string {
	if !g.app.Issued(g.secret.App()) {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(g.app.Secret.Reveal()))
	mac.Write([]byte(g.secret.Reveal()))
	return hex.EncodeToString(mac.Sum(nil))
}

// proven adds the proof to what is asked.
func (g *graph) proven(v url.Values) url.Values {
	proof := g.proof()
	if proof == "" {
		return v
	}
	v = cloneValues(v)
	v.Set("appsecret_proof", proof)
	return v
}

// wellFormed looks at what was pasted before anybody is asked: Meta would answer
// all of these with the same words.
func wellFormed(secret adtally.Secret) error {
	text := secret.Reveal()
	var hint string
	switch {
	case text == "":
		hint = "Paste the whole token."
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		hint = "This is a whole answer: paste only what stands behind access_token, without the quotation marks."
	case strings.Contains(text, "access_token=") || strings.Contains(text, "://"):
		hint = "This is an address: paste only what stands behind access_token=, up to the next &."
	case strings.Contains(text, "|"):
		hint = "This is the token of an app, which sees no ad account: make one for a system user, or log in."
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\'' }):
		hint = "A token is letters and digits only: copy it again, without what stands around it."
	default:
		return nil
	}
	return refuse(rule{class: classTokenMalformed, cure: &cure{act: actReconnect, message: cures[classTokenMalformed].message, hint: hint}}, nil, fetch.Answer{}).fault
}

// Probe asks an account for a single row of figures, as a sync will.
func (c *Connector) Probe(ctx context.Context, secret adtally.Secret, a adtally.Account) error {
	g, path := c.graph(secret), "act_"+a.ID+"/insights"
	_, err := g.get(ctx, path, insightsOf(a.ID), url.Values{"fields": {"spend"}, "date_preset": {"yesterday"}, "limit": {"1"}})
	return outside(g.confirm(ctx, err))
}

// AuthCodeURL is Facebook's login dialog (META_API.md §7.1).
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
		q.Set("auth_type", "rerequest") // what somebody unticked once is asked again
	}
	address := strings.TrimRight(cmp.Or(c.config.LoginAddress, DefaultLoginAddress), "/")
	return address + "/" + c.version.Load().(string) + "/dialog/oauth?" + q.Encode(), nil
}

func noApp() *adtally.Fault {
	return refuse(rule{class: classNoApp}, nil, fetch.Answer{}).fault
}

// Exchange makes a token that lives for 60 days of what a login comes back with
// (META_API.md §7.2, §7.3).
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
	if c.config.App.Configuration != "" { // the configuration says what kind it is
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

// Refresh exchanges a token for one that lives longer, which Meta does for tokens
// of our app only (META_API.md §7.3, §7.4). The old one lives on until it ends.
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

// oauth asks for a token, as our app.
func (c *Connector) oauth(ctx context.Context, form url.Values) (adtally.Secret, error) {
	form.Set("client_id", c.config.App.ID)
	form.Set("client_secret", c.config.App.Secret.Reveal())
	g := c.graph(adtally.Secret{})
	a, err := g.post(ctx, "oauth/access_token", budget{}, form)
	if err != nil {
		return adtally.Secret{}, outside(err)
	}
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil || body.Token == "" {
		return adtally.Secret{}, refuse(rule{class: classBadAnswer}, nil, a).fault
	}
	return adtally.NewSecret(body.Token).For(c.config.App.ID), nil
}

// VerifyApp asks Meta whether the id and the secret of our app belong together.
func (c *Connector) VerifyApp(ctx context.Context) error {
	_, err := c.graph(adtally.Secret{}).post(ctx, "oauth/access_token", budget{}, url.Values{"grant_type": {"client_credentials"},
		"client_id": {c.config.App.ID}, "client_secret": {c.config.App.Secret.Reveal()}})
	return outside(err)
}
