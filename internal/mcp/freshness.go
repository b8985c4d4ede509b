package mcp

import (
	"context"
	"time"

	"adtally"
)

// freshness is how far a source was read.
type freshness struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Platform  string             `json:"platform"`
	AsOf      *time.Time         `json:"as_of"`
	Running   bool               `json:"running"`
	Complete  bool               `json:"complete"`
	Through   *adtally.Day       `json:"complete_until"`
	Accounts  []accountFreshness `json:"accounts"`
	Gaps      []missing          `json:"gaps"`
	Incidents []string           `json:"incidents"`
	Truncated bool               `json:"truncated"`
}

type accountFreshness struct {
	Account string       `json:"account"`
	Through *adtally.Day `json:"complete_until"`
}

// mostAccounts is how many accounts and gaps of a source are listed.
const mostAccounts = 200

func getFreshness(ctx context.Context, c *call, in struct{ Source, Account string }) (any, error) {
	all, err := c.Freshness.SourceStates(ctx)
	if err != nil {
		return nil, err
	}
	out := struct {
		Sources []freshness `json:"sources"`
	}{[]freshness{}}
	for _, s := range all {
		if f := freshnessOf(s, in.Account); (in.Source == "" || in.Source == s.ID) && (in.Account == "" || len(f.Accounts) > 0) {
			out.Sources = append(out.Sources, f)
		}
	}
	if len(out.Sources) == 0 && (in.Source != "" || in.Account != "") {
		return nil, configure("not_found", "No source has this ID or this account", "Call get_freshness without arguments.")
	}
	c.rows = len(out.Sources)
	return out, nil
}

func freshnessOf(s SourceState, account string) freshness {
	f := freshness{ID: s.ID, Name: clean(s.Name), Platform: s.Connector, Running: s.Running, Accounts: []accountFreshness{}, Gaps: []missing{}, Incidents: []string{}}
	if !s.AsOf.IsZero() {
		at := s.AsOf.UTC()
		f.AsOf = &at
	}
	for _, a := range s.Accounts {
		if account == "" || a.ID == account {
			f.Accounts = append(f.Accounts, accountFreshness{a.ID, dayOrNil(a.Through)})
		}
	}
	f.Through = earliest(f.Accounts)
	for _, g := range s.Gaps {
		if account == "" || g.Account == account {
			f.Gaps = append(f.Gaps, gapOf(g))
		}
	}
	f.Incidents = append(f.Incidents, s.Alerts...)
	f.Complete = len(f.Gaps) == 0 && len(f.Accounts) > 0
	f.Truncated = len(f.Accounts) > mostAccounts || len(f.Gaps) > mostAccounts
	f.Accounts, f.Gaps = f.Accounts[:min(len(f.Accounts), mostAccounts)], f.Gaps[:min(len(f.Gaps), mostAccounts)]
	return f
}

func dayOrNil(d adtally.Day) *adtally.Day {
	if d == 0 {
		return nil
	}
	return &d
}

// earliest is the last day that was read completely of all accounts; nil if one has none.
func earliest(all []accountFreshness) (first *adtally.Day) {
	for _, a := range all {
		if a.Through == nil {
			return nil
		}
		if first == nil || *a.Through < *first {
			first = a.Through
		}
	}
	return first
}
