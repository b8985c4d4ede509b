package main

import (
	"context"
	"net/http"
	"slices"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/mcp"
)

// assistants returns the MCP server. It is off until an admin turns it on.
func (s *service) assistants(figures *answers, sql mcp.SQL) api.Mount {
	server := mcp.New(mcp.Config{Analytics: figures, Dashboards: s.store, Freshness: sourceStates{s}, SQL: sql, Calls: s.store, Log: s.log, Now: s.p.clock, NewID: newID, Version: version})
	serve := func(who api.Caller, w http.ResponseWriter, r *http.Request) error {
		settings, err := s.store.Settings(r.Context())
		if err != nil {
			return err
		}
		if !settings.MCP {
			return wrong("mcp_off", "Ask an admin to turn it on in the settings, under API keys.", "The MCP server is off")
		}
		maySQL := slices.Contains(who.Scopes, adtally.SQLScope) && who.May(adtally.Editor, "")
		server.Serve(mcp.Principal{Key: who.ID, Name: who.Name, SQL: maySQL}, w, r)
		return nil
	}
	return api.Mount{Pattern: api.MCPPath, Access: api.Access{Scope: adtally.AskScope, Role: adtally.Viewer}, Serve: serve}
}

// sourceStates says how far the sources were read.
type sourceStates struct{ *service }

// SourceStates returns the state of every source that is not deleted.
func (s sourceStates) SourceStates(ctx context.Context) (all []mcp.SourceState, err error) {
	sources, err := s.store.Sources(ctx, false)
	if err != nil {
		return nil, err
	}
	activities, err := s.store.SourceActivities(ctx, "")
	if err != nil {
		return nil, err
	}
	open, err := s.store.OpenIncidents(ctx)
	if err != nil {
		return nil, err
	}
	datasets := map[string]adtally.ComparisonFilter{}
	for _, source := range sources {
		datasets[source.Dataset] = adtally.ComparisonFilter{}
	}
	states, err := s.warehouse.DataStates(ctx, datasets)
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		one := mcp.SourceState{ID: source.ID, Name: source.Name, Connector: source.Connector, AsOf: source.LastGood, Running: activities[source.ID].Run != ""}
		for _, o := range open {
			if o.Source == source.ID {
				one.Alerts = append(one.Alerts, string(o.Kind))
			}
		}
		if one.Accounts, err = s.accounts(ctx, source); err != nil {
			return nil, err
		}
		one.Gaps = gapsOf(states[source.Dataset].Missing)
		all = append(all, one)
	}
	return all, nil
}

// accounts says how far the accounts of a source were read, by its most detailed table that
// is compared with the platform's totals.
func (s sourceStates) accounts(ctx context.Context, source adtally.SourceRecord) (all []mcp.AccountState, err error) {
	ids := source.Accounts
	if source.All {
		seen, err := s.store.SeenAccounts(ctx, source.ID)
		if err != nil {
			return nil, err
		}
		ids = nil
		for _, a := range seen {
			ids = append(ids, a.ID)
		}
	}
	through, err := s.through(ctx, source)
	for _, id := range ids {
		all = append(all, mcp.AccountState{ID: id, Through: through[id]})
	}
	return all, err
}

// through returns the last day that was read completely, by account.
func (s sourceStates) through(ctx context.Context, source adtally.SourceRecord) (map[string]adtally.Day, error) {
	tables, err := s.platforms.Compared(source.Source)
	if err != nil || len(tables) == 0 {
		return nil, err
	}
	ranges, _, err := s.store.Coverage(ctx, adtally.CoverageFilter{Source: source.ID, Table: tables[len(tables)-1]})
	last := map[string]adtally.Day{}
	for _, c := range ranges {
		if !c.Partial && !c.Window.IsZero() {
			last[c.Account] = max(last[c.Account], c.Window.Last())
		}
	}
	return last, err
}

// gapsOf returns what is missing of a source.
func gapsOf(missing []adtally.MissingData) (all []mcp.Gap) {
	for _, m := range missing {
		code := m.Code
		if m.Quarantined {
			code = adtally.CodeNotLoaded
		}
		all = append(all, mcp.Gap{Account: m.Account, Window: m.Window, Code: code})
	}
	return all
}
