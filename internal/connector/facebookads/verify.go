package facebookads

import (
	"context"
	"net/url"
	"slices"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// Verify asks who is behind a secret, what was granted, until when, and which
// ad accounts it sees. Where the installation has an app, that asks first: it is
// told of every token of its own, dead ones too, and whether calls need its proof.
// A named account that is not in the list is asked for by itself: Meta lists those
// of a person, and a business may own others.
func (c *Connector) Verify(ctx context.Context, secret adtally.Secret, named ...string) (adtally.Grant, error) {
	if err := wellFormed(secret); err != nil {
		return adtally.Grant{}, err
	}
	var grant adtally.Grant
	if !c.config.App.IsZero() {
		if err := c.inspect(ctx, secret, &grant); err != nil {
			return grant, err
		}
	}
	g := c.graph(secret.For(grant.AppID))
	if err := g.introduce(ctx, &grant); err != nil || len(grant.Missing) > 0 {
		return grant, err
	}
	var err error
	grant.Accounts, _, err = g.seen(ctx, named)
	return grant, err
}

// Accounts asks only which ad accounts a secret sees, and says when Meta's clock
// says that it answered.
func (c *Connector) Accounts(ctx context.Context, secret adtally.Secret, named ...string) ([]adtally.Account, time.Time, error) {
	return c.graph(secret).seen(ctx, named)
}

// seen are the accounts that a token sees, the named ones among them, and when.
func (g *graph) seen(ctx context.Context, named []string) ([]adtally.Account, time.Time, error) {
	list, at, err := g.accounts(ctx)
	if err != nil {
		return nil, at, err
	}
	list, err = g.unlisted(ctx, list, named)
	return list, at, err
}

// introduce has a token say who it is, and what it may. What the app was told
// before is not asked again.
func (g *graph) introduce(ctx context.Context, grant *adtally.Grant) error {
	asked := []string{"me?fields=id,name", "me/permissions"}
	if !grant.ExpiryKnown {
		asked = append(asked, debugOf(g.secret))
	}
	var parts []fetch.Answer
	_, err := legibly(ctx, func() (a fetch.Answer, err error) {
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
		// It may refuse to answer a token that belongs to no developer of its app;
		// then the expiry is simply not known.
		if about, err := tokenOf(parts[2]); err == nil {
			about.into(grant)
		}
	}
	return nil
}

func debugOf(secret adtally.Secret) string {
	return "debug_token?input_token=" + url.QueryEscape(secret.Reveal())
}

// inspect has our app ask about a token.
func (c *Connector) inspect(ctx context.Context, secret adtally.Secret, grant *adtally.Grant) error {
	app := c.config.App
	parts, err := c.graph(adtally.NewSecret(app.ID+"|"+app.Secret.Reveal())).batch(ctx, budget{}, debugOf(secret))
	if err == nil {
		err = judge(parts[0])
	}
	switch classOf(err) {
	case classApp, classRestricted, classProof:
		grant.AppProblem = adtally.FaultOf(err).Message
		return nil
	case classBadRequest: // it was made for another app
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
	if !about.Valid && about.Error != nil {
		return classify(about.Error, parts[0])
	}
	return nil
}

func readMe(a fetch.Answer, g *adtally.Grant) error {
	var me struct{ ID, Name string }
	if err := judge(a); err != nil {
		return err
	}
	if err := readJSON("read me", a.Body, &me); err != nil {
		return err
	}
	if me.ID == "" {
		return malformed("read me, whose id is not there", nil)
	}
	g.UserID, g.Who = me.ID, me.Name
	return nil
}

func readPermissions(a fetch.Answer, g *adtally.Grant) error {
	if err := judge(a); err != nil {
		return err
	}
	var list struct {
		Data []struct{ Permission, Status string }
	}
	if err := readJSON("read permissions", a.Body, &list); err != nil {
		return err
	}
	if list.Data == nil {
		return malformed("read permissions, of which there is no list", nil)
	}
	g.Scopes, g.Missing = nil, nil
	for _, p := range list.Data {
		if p.Status == "granted" {
			g.Scopes = append(g.Scopes, p.Permission)
		}
	}
	// ads_management lets one read as well (META_API.md §7).
	if !slices.Contains(g.Scopes, "ads_read") && !slices.Contains(g.Scopes, "ads_management") {
		g.Missing = []string{"ads_read"}
	}
	return nil
}

// tokenInfo is what debug_token tells.
type tokenInfo struct {
	Type                string
	Application         string
	AppID               string `json:"app_id"`
	UserID              string `json:"user_id"`
	Valid               bool   `json:"is_valid"`
	IssuedAt            int64  `json:"issued_at"`
	ExpiresAt           *int64 `json:"expires_at"`
	DataAccessExpiresAt int64  `json:"data_access_expires_at"`
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
	if t.ExpiresAt == nil {
		return
	}
	g.Kind, g.App, g.AppID, g.ExpiryKnown = spokenKind(t.Type), t.Application, t.AppID, true
	g.IssuedAt, g.ExpiresAt, g.DataAccessExpiresAt = unixTime(t.IssuedAt), unixTime(*t.ExpiresAt), unixTime(t.DataAccessExpiresAt)
}

// The kinds of tokens.
const (
	kindSystemUser = "system user"
	kindUser       = "user"
)

func spokenKind(graph string) string {
	switch graph {
	case "SYSTEM_USER":
		return kindSystemUser
	case "USER":
		return kindUser
	}
	return graph
}

func unixTime(sec int64) time.Time {
	if sec == 0 { // never
		return time.Time{}
	}
	return time.Unix(sec, 0).UTC()
}

// Meta's numbers for the state of an account (META_API.md §2.2).
var accountStatuses = map[int]string{1: "active", 2: "disabled", 3: "unsettled", 7: "pending risk review", 8: "pending settlement",
	9: "in grace period", 100: "pending closure", 101: "closed", 201: "any active", 202: "any closed"}

func accountStatus(number string) string {
	n, _ := wholeNumber(number)
	if s, known := accountStatuses[n]; known {
		return s
	}
	return number
}
