package main

import (
	"testing"
	"time"
)

// spent returns the spend since 1 May until a day, of a question with one row.
func (h *env) spent(to string, more map[string]any) string {
	h.t.Helper()
	body := map[string]any{"metrics": []string{"spend"}, "from": "2026-05-01", "to": to}
	for name, value := range more {
		body[name] = value
	}
	rows, _ := h.ask("POST", "/api/v1/query", body, 200)["rows"].([]any)
	if len(rows) != 1 {
		h.t.Fatal(rows)
	}
	row, _ := rows[0].(map[string]any)
	figures, _ := row["figures"].([]any)
	one, _ := figures[0].(map[string]any)
	value, _ := one["value"].(string)
	return value
}

// The spend of all sources is that of the source's own tables, from the campaign level, with
// the platform's purchases, and follows every load in the same transaction.
func TestShared_SpendIsTheSources(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=3,days=220,seed=8,steady=1")
	h.connected(h.sim.Token(), map[string]any{"tables": []string{"basic_campaign", "basic_campaign_actions", "campaigns", "ad_accounts"}})
	const (
		own    = `SELECT CAST(SUM(spend) AS DECIMAL(18,2)) || ' ' || SUM(purchases_default) || ' ' || COUNT(*) FROM facebook_ads.basic_campaign_conversions`
		shared = `SELECT CAST(SUM(spend) AS DECIMAL(18,2)) || ' ' || SUM(platform_conversions) || ' ' || COUNT(*) FROM adtally.marketing_spend`
	)
	spend := h.spent("2026-06-02", nil)
	if in := one(t, h.file(), `SELECT CAST(SUM(spend) AS DECIMAL(18,2)) FROM facebook_ads.basic_campaign WHERE date BETWEEN DATE '2026-05-01' AND DATE '2026-06-02'`); in != spend || spend == "" {
		t.Errorf("spend is %q in the answer and %q in the table", spend, in)
	}
	if a, b := one(t, h.file(), own), one(t, h.file(), shared); a != b {
		t.Errorf("%s in the source, %s in all sources", a, b)
	}
	h.pass(26*time.Hour, 13*time.Hour)
	if a, b := one(t, h.file(), own), one(t, h.file(), shared); a != b {
		t.Errorf("after another run without a question: %s in the source, %s in all sources", a, b)
	}
	if campaigns := one(t, h.file(), `SELECT count(*) - count(DISTINCT campaign_id) FROM adtally.campaigns WHERE current`); campaigns != "0" {
		t.Errorf("%s campaigns have several current names", campaigns)
	}
}

// An ad account that two sources sync counts once.
func TestShared_AccountOfTwoSourcesCountsOnce(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=3,days=220,seed=8,steady=1")
	tables := map[string]any{"tables": []string{"basic_campaign", "ad_accounts"}}
	h.connected(h.sim.Token(), tables)
	once := h.spent("2026-05-31", nil)
	tables["dataset"], tables["name"] = "again", "Again"
	h.connected(h.sim.Token(), tables)
	if rows := one(t, h.file(), `SELECT count(*) FROM again.basic_campaign`); rows == "0" {
		t.Fatal("the second source has no rows")
	}
	if twice := h.spent("2026-05-31", map[string]any{"by": []string{"account"}}); twice != once || once == "" {
		t.Errorf("%q with one source, %q with two", once, twice)
	}
}
