package facebookads

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// Verify asks Meta who a secret belongs to, which permissions it has, when it expires,
// and which ad accounts it sees. Named accounts that are not in the list are requested by
// ID: Meta lists a person's accounts, and a business may own others.
func (c *Connector) Verify(ctx context.Context, secret adtally.Secret, named ...string) (adtally.Grant, error) {
	grant, err := c.Identify(ctx, secret)
	if err != nil || len(grant.Missing) > 0 {
		return grant, err
	}
	grant.Accounts, _, err = c.graph(secret.For(grant.AppID)).visibleAccounts(ctx, named)
	return grant, err
}

// Identify asks Meta who a secret belongs to, which permissions it has and when it
// expires. If the installation has an app, the app asks first: Meta tells it about all of
// its own tokens, dead ones too, and whether calls need appsecret_proof.
func (c *Connector) Identify(ctx context.Context, secret adtally.Secret) (adtally.Grant, error) {
	if err := checkForm(secret); err != nil {
		return adtally.Grant{}, err
	}
	var grant adtally.Grant
	if !c.config.App.IsZero() {
		if err := c.debugToken(ctx, secret, &grant); err != nil {
			return grant, err
		}
	}
	err := c.graph(secret.For(grant.AppID)).identifyToken(ctx, &grant)
	return grant, err
}

// Accounts asks only which ad accounts a secret sees. It also returns Meta's time of
// the answer.
func (c *Connector) Accounts(ctx context.Context, secret adtally.Secret, named ...string) ([]adtally.Account, time.Time, error) {
	return c.graph(secret).visibleAccounts(ctx, named)
}

// visibleAccounts returns the accounts that a token sees, including the named ones,
// and the time of the answer.
func (g *graph) visibleAccounts(ctx context.Context, named []string) ([]adtally.Account, time.Time, error) {
	list, at, err := g.accounts(ctx)
	if err != nil {
		return nil, at, err
	}
	list, err = g.addUnlisted(ctx, list, named)
	return list, at, err
}

// identifyToken fills the grant with the token's owner and permissions. Facts that the app
// has found already are not requested again.
func (g *graph) identifyToken(ctx context.Context, grant *adtally.Grant) error {
	asked := []string{"me?fields=id,name", "me/permissions"}
	if !grant.ExpiryKnown {
		asked = append(asked, debugOf(g.secret))
	}
	var parts []fetch.Answer
	_, err := sendUntilRead(ctx, func() (a fetch.Answer, err error) {
		parts, err = g.batch(ctx, budget{}, asked...)
		return a, err
	}, func(fetch.Answer) error {
		if err := readMe(parts[0], grant); err != nil {
			return err
		}
		return readPermissions(parts[1], grant)
	})
	if err != nil {
		return err
	}
	grant.At = parts[0].At
	if len(parts) > 2 {
		// Meta may refuse this for a token that does not belong to a developer of its
		// app; its expiry is then unknown.
		if about, err := tokenOf(parts[2]); err == nil {
			about.into(grant)
		}
	}
	return nil
}

func debugOf(secret adtally.Secret) string {
	return "debug_token?input_token=" + url.QueryEscape(secret.Reveal())
}

// debugToken asks Meta about a token as the installation's app.
func (c *Connector) debugToken(ctx context.Context, secret adtally.Secret, grant *adtally.Grant) error {
	app := c.config.App
	parts, err := c.graph(adtally.NewSecret(app.ID+"|"+app.Secret.Reveal())).batch(ctx, budget{}, debugOf(secret))
	if err == nil {
		err = judge(parts[0])
	}
	switch classOf(err) {
	case classApp, classRestricted, classProof:
		grant.AppProblem = adtally.FaultOf(err).Message
		return nil
	case classBadRequest: // it belongs to another app
		return nil
	}
	if err != nil {
		return err
	}
	about, err := tokenOf(parts[0])
	if err != nil {
		return err
	}
	grant.At = parts[0].At
	about.into(grant)
	if about.Valid != "true" && about.Error != nil {
		return classify(about.Error, parts[0])
	}
	return nil
}

func readMe(a fetch.Answer, g *adtally.Grant) error {
	var me struct{ ID, Name looseText }
	if err := judge(a); err != nil {
		return err
	}
	if err := readJSON("read me", a.Body, &me); err != nil {
		return err
	}
	if me.ID == "" {
		return malformed("read me: the id is missing", nil)
	}
	g.UserID, g.Who = string(me.ID), string(me.Name)
	return nil
}

func readPermissions(a fetch.Answer, g *adtally.Grant) error {
	if err := judge(a); err != nil {
		return err
	}
	var list struct {
		Data []json.RawMessage
	}
	if err := readJSON("read permissions", a.Body, &list); err != nil {
		return err
	}
	if list.Data == nil {
		return malformed("read permissions: the list is missing", nil)
	}
	g.Scopes, g.Missing = nil, nil
	for _, raw := range list.Data {
		var p struct{ Permission, Status looseText }
		if json.Unmarshal(raw, &p) == nil && p.Status == "granted" {
			g.Scopes = append(g.Scopes, string(p.Permission))
		}
	}
	// ads_management includes reading (docs/meta-api.md#login).
	if !slices.Contains(g.Scopes, "ads_read") && !slices.Contains(g.Scopes, "ads_management") {
		g.Missing = []string{"ads_read"}
	}
	return nil
}

// tokenInfo is the answer of debug_token.
type tokenInfo struct {
	Type                looseText
	Application         looseText
	AppID               looseText   `json:"app_id"`
	Valid               looseText   `json:"is_valid"`
	IssuedAt            looseNumber `json:"issued_at"`
	ExpiresAt           looseText   `json:"expires_at"`
	DataAccessExpiresAt looseNumber `json:"data_access_expires_at"`
	Error               *graphError
}

func tokenOf(a fetch.Answer) (tokenInfo, error) {
	if err := judge(a); err != nil {
		return tokenInfo{}, err
	}
	var body struct{ Data tokenInfo }
	err := readJSON("read debug_token", a.Body, &body)
	return body.Data, err
}

func (t tokenInfo) into(g *adtally.Grant) {
	expires, isKnown := wholeNumber(string(t.ExpiresAt))
	if !isKnown {
		return // 0 would mean that it never expires
	}
	g.Kind, g.App, g.AppID, g.ExpiryKnown = kindLabel(string(t.Type)), string(t.Application), string(t.AppID), true
	g.IssuedAt, g.ExpiresAt, g.DataAccessExpiresAt = unixTime(t.IssuedAt), unixTime(looseNumber(expires)), unixTime(t.DataAccessExpiresAt)
}

// Kinds of tokens.
const (
	kindSystemUser = "system user"
	kindUser       = "user"
)

func kindLabel(graph string) string {
	switch graph {
	case "SYSTEM_USER":
		return kindSystemUser
	case "USER":
		return kindUser
	}
	return graph
}

func unixTime(sec looseNumber) time.Time {
	if sec == 0 { // never
		return time.Time{}
	}
	return time.Unix(int64(sec), 0).UTC()
}

// accountStatuses names Meta's numbers for an account's state
// (docs/meta-api.md#objects).
var accountStatuses = map[int]string{1: "active", 2: "disabled", 3: "unsettled", 7: "pending risk review", 8: "pending settlement",
	9: "in grace period", 100: "pending closure", 101: "closed", 201: "any active", 202: "any closed"}

func accountStatus(number string) string {
	n, _ := wholeNumber(number)
	if s, known := accountStatuses[n]; known {
		return s
	}
	return number
}
