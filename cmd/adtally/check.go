package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"adtally"
	"adtally/internal/vault"
)

type checkCommand struct {
	GraphURL string `help:"Another address for Meta's Graph API, such as the simulator's." name:"graph-url" env:"ADTALLY_GRAPH_URL" placeholder:"URL"`
	JSON     bool   `help:"Print one JSON object." name:"json"`
}

func (c *checkCommand) Run(ctx context.Context, p *program) error {
	secret, err := p.token()
	if err != nil {
		return err
	}
	grant, err := connectors["facebookads"](platform{address: c.GraphURL, http: p.http, today: time.Now(), app: p.app()}).Verify(ctx, secret)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(p.out).Encode(grantJSON(grant))
	} else {
		err = printGrant(p, grant)
	}
	if err == nil && len(grant.Missing) > 0 {
		return vault.Lacks(grant)
	}
	return err
}

// checked is a grant for programs.
type checked struct {
	Who         string            `json:"who"`
	UserID      string            `json:"user_id"`
	Kind        string            `json:"kind,omitempty"`
	App         string            `json:"app,omitempty"`
	Scopes      []string          `json:"scopes"`
	Missing     []string          `json:"missing,omitempty"`
	Expires     string            `json:"expires"` // RFC 3339, "never" or "unknown"
	DataExpires string            `json:"data_access_expires,omitempty"`
	Accounts    []adtally.Account `json:"accounts"`
}

func grantJSON(g adtally.Grant) checked {
	out := checked{Who: g.Who, UserID: g.UserID, Kind: g.Kind, App: g.App, Scopes: g.Scopes, Missing: g.Missing, Accounts: g.Accounts, Expires: "unknown"}
	if g.ExpiryKnown {
		out.Expires = "never"
	}
	if !g.ExpiresAt.IsZero() {
		out.Expires = g.ExpiresAt.Format(time.RFC3339)
	}
	if !g.DataAccessExpiresAt.IsZero() {
		out.DataExpires = g.DataAccessExpiresAt.Format(time.RFC3339)
	}
	return out
}

func printGrant(p *program, g adtally.Grant) error {
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	row := func(name, format string, a ...any) {
		for i, v := range a {
			if s, ok := v.(string); ok {
				a[i] = shown(s)
			}
		}
		fmt.Fprintf(w, name+"\t"+format+"\n", a...)
	}
	row("Token of", "%s (%s)", g.Who, g.UserID)
	if g.Kind != "" {
		row("Kind", "%s, made for the app %s", g.Kind, g.App)
	}
	row("Permissions", "%s", strings.Join(g.Scopes, ", "))
	row("Expires", "%s", expiry(g))
	if !g.DataAccessExpiresAt.IsZero() {
		row("Data access", "%s", until(g.DataAccessExpiresAt, g.At))
	}
	row("Ad accounts", "%d", len(g.Accounts))
	for _, a := range g.Accounts {
		row("", "act_%s\t%s\t%s\t%s\t%s", a.ID, a.Name, a.Currency, a.Zone, a.Status)
	}
	return w.Flush()
}

func expiry(g adtally.Grant) string {
	switch {
	case !g.ExpiryKnown:
		return "Meta does not tell for this token"
	case g.ExpiresAt.IsZero():
		return "never"
	}
	return until(g.ExpiresAt, g.At)
}

func until(t, now time.Time) string {
	days := int(t.Sub(now).Hours() / 24)
	return fmt.Sprintf("%s (in %d days)", t.Format("2 January 2006 15:04 MST"), days)
}
