package main

import (
	"fmt"
	"strings"
	"testing"
)

// tablesOf returns the tables of a source by name.
func (h *env) tablesOf(source string) map[string]map[string]any {
	h.t.Helper()
	all := map[string]map[string]any{}
	list, _ := h.ask("GET", "/api/v1/sources/"+source+"/tables", nil, 200)["items"].([]any)
	for _, one := range list {
		t, _ := one.(map[string]any)
		all[t["name"].(string)] = t
	}
	return all
}

// After a sync the tables show their rows, when they were read, how, and what that costs.
func TestTables_AfterSync(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=3,days=90,seed=8")
	report := map[string]any{"name": "by_country", "level": "ad", "breakdowns": []string{"country"}, "fields": []string{"spend"}}
	id := h.connected(h.sim.Token(), map[string]any{"tables": []string{"ads", "basic_ad", "by_country"}, "reports": []any{report}})
	all := h.tablesOf(id)
	for name, want := range map[string]struct {
		group, how     string
		picked, report bool
	}{
		"ads":        {"objects", "All at every sync; what changed is written", true, false},
		"basic_ad":   {"figures", "Today and the last 28 days again at every sync", true, false},
		"by_country": {"reports", "Today and the last 28 days again at every sync", true, true},
		"activities": {"other", "Today and the day before at every sync", false, false},
		"campaigns":  {"objects", "All at every sync; what changed is written", false, false},
	} {
		got := all[name]
		if got == nil || got["group"] != want.group || got["how_read"] != want.how || got["picked"] != want.picked || got["report"] != want.report {
			t.Errorf("%s: %.300v", name, got)
		}
		rows, counted := got["rows"].(float64)
		if _, read := got["last_read"].(string); read != want.picked || counted != want.picked || counted && fmt.Sprint(rows) != one(t, h.closed(), "SELECT count(*) FROM facebook_ads."+name) {
			t.Errorf("%s: rows %v, last read %v", name, got["rows"], got["last_read"])
		}
		if calls, known := got["calls_per_day"].(float64); known != want.picked || known && calls <= 0 {
			t.Errorf("%s: calls %v", name, got["calls_per_day"])
		}
	}
	if actions := all["basic_ad_actions"]; actions["calls_per_day"] != nil || actions["picked"] == true {
		t.Errorf("%.300v", actions)
	}
	columns, _ := all["basic_ad"]["columns"].([]any)
	for _, one := range columns {
		c, _ := one.(map[string]any)
		key, additive := c["name"] == "ad_id" || c["name"] == "date" || c["name"] == "account_id", map[any]any{"spend": "sum", "reach": "none"}[c["name"]]
		if c["key"] != key || additive != nil && c["additive"] != additive || c["type"] == "" || c["description"] == "" {
			t.Errorf("%v", c)
		}
	}
}

// The help of each fault is a section of the connector's document, and all of it can be
// rendered without raw HTML.
func TestConnector_HelpHasEveryFault(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=1,days=2,seed=8")
	sections, _ := h.ask("GET", "/api/v1/catalog/facebookads/help", nil, 200)["sections"].([]any)
	known := map[any]bool{}
	for _, one := range sections {
		s, _ := one.(map[string]any)
		known[s["anchor"]] = true
		if html, _ := s["html"].(string); strings.Contains(html, "raw HTML omitted") {
			t.Errorf("%v has raw HTML: %s", s["anchor"], html)
		}
	}
	faults, _ := h.ask("GET", "/api/v1/catalog/facebookads/faults", nil, 200)["items"].([]any)
	for _, one := range faults {
		f, _ := one.(map[string]any)
		if !known[f["help"]] {
			t.Errorf("there is no section %v", f["help"])
		}
	}
	card := h.ask("GET", "/api/v1/catalog/facebookads", nil, 200)
	if tables, _ := card["tables"].([]any); len(sections) < 40 || len(faults) < 20 || len(tables) < 80 || card["api_version"] != "v25.0" || card["sources"] != 0.0 {
		t.Errorf("%d sections, %d faults, %d tables, version %v, %v sources", len(sections), len(faults), len(tables), card["api_version"], card["sources"])
	}
}
