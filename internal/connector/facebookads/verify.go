package facebookads

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/fetch"
)

// accountRows is the page size when listing ad accounts.
const accountRows = 500

// Verify asks who is behind a secret, what was granted, until when, and which
// ad accounts it sees.
func (c *Connector) Verify(ctx context.Context, secret adtally.Secret) (adtally.Grant, error) {
	g := c.graph(secret)
	parts, err := g.batch(ctx, budget{}, "me?fields=id,name", "me/permissions",
		"debug_token?input_token="+url.QueryEscape(secret.Reveal()))
	if err != nil {
		return adtally.Grant{}, err
	}
	grant := adtally.Grant{At: parts[0].At}
	if err := readMe(parts[0], &grant); err != nil {
		return grant, err
	}
	if err := readPermissions(parts[1], &grant); err != nil {
		return grant, err
	}
	readToken(parts[2], &grant)
	if len(grant.Missing) > 0 {
		return grant, nil
	}
	grant.Accounts, err = g.accounts(ctx)
	return grant, err
}

func readMe(a fetch.Answer, g *adtally.Grant) error {
	var me struct{ ID, Name string }
	if err := judge(a); err != nil {
		return err
	}
	if err := json.Unmarshal(a.Body, &me); err != nil {
		return fmt.Errorf("read me: %w", err)
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
	if err := json.Unmarshal(a.Body, &list); err != nil {
		return fmt.Errorf("read permissions: %w", err)
	}
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

// readToken takes what debug_token tells. It may refuse to answer a token that
// belongs to no developer of its app; then the expiry is simply not known.
func readToken(a fetch.Answer, g *adtally.Grant) {
	var body struct {
		Data struct {
			Type                string
			Application         string
			ExpiresAt           *int64 `json:"expires_at"`
			DataAccessExpiresAt int64  `json:"data_access_expires_at"`
		}
	}
	if judge(a) != nil || json.Unmarshal(a.Body, &body) != nil || body.Data.ExpiresAt == nil {
		return
	}
	g.Kind, g.App, g.ExpiryKnown = spokenKind(body.Data.Type), body.Data.Application, true
	g.ExpiresAt = unixTime(*body.Data.ExpiresAt)
	g.DataAccessExpiresAt = unixTime(body.Data.DataAccessExpiresAt)
}

func spokenKind(graph string) string {
	switch graph {
	case "SYSTEM_USER":
		return "system user"
	case "USER":
		return "user"
	}
	return graph
}

func unixTime(sec int64) time.Time {
	if sec == 0 { // never
		return time.Time{}
	}
	return time.Unix(sec, 0).UTC()
}

// accounts lists every ad account that the token sees.
func (g *graph) accounts(ctx context.Context) (list []adtally.Account, err error) {
	row := func(dec *jsontext.Decoder) error {
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		var a struct {
			ID       string `json:"account_id"`
			Name     string
			Currency string
			Zone     string `json:"timezone_name"`
			Status   int    `json:"account_status"`
		}
		if err := json.Unmarshal(raw, &a); err != nil {
			return err
		}
		list = append(list, adtally.Account{ID: a.ID, Name: a.Name, Currency: a.Currency, Zone: a.Zone, Status: accountStatus(a.Status)})
		return nil
	}
	q := url.Values{"fields": {"account_id,name,currency,timezone_name,account_status"}}
	l := &listing{graph: g, path: "me/adaccounts", query: q, limit: accountRows, row: row}
	err = l.pages(ctx, unremarked)
	return list, err
}

// Meta's numbers for the state of an account (META_API.md §2.2).
var accountStatuses = map[int]string{1: "active", 2: "disabled", 3: "unsettled", 7: "pending risk review", 8: "pending settlement",
	9: "in grace period", 100: "pending closure", 101: "closed", 201: "any active", 202: "any closed"}

func accountStatus(n int) string {
	if s, known := accountStatuses[n]; known {
		return s
	}
	return strconv.Itoa(n)
}
