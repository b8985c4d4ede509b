package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

const checksums = "SELECT table_name, account_id, date_from, date_to, rows, checksum FROM facebook_ads._loads WHERE table_name LIKE 'basic%' QUALIFY row_number() OVER (PARTITION BY table_name, account_id, date_from, date_to ORDER BY synced_at DESC) = 1 ORDER BY ALL"

func TestSync_RereadIsIdempotent(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", "2026-06-02T10:00:00Z", "--synthetic", "accounts=1,ads=30,days=60,seed=4")
	file := filepath.Join(t.TempDir(), "x.duckdb")
	args := []string{"--account", sim.Accounts[0], "--since", "2026-04-05", "--until", "2026-05-04", "--reread"}
	var first string
	for n := range 5 {
		sim.control(t, "POST", "clock", `{"advance":"1m"}`, nil) // of one quarter of an hour: the figures stay
		must(t, sim.sync(t, file, args...))
		now := fmt.Sprint(ask(t, file, checksums), one(t, file, "SELECT count(*), count(DISTINCT (ad_id, date)), sum(spend) FROM facebook_ads.basic_ad"))
		if n == 0 {
			first = now
		}
		if now != first {
			t.Fatalf("time %d:\n%s\nfirst:\n%s", n+1, now, first)
		}
	}
	if got := one(t, file, "SELECT count(DISTINCT load_id) FROM facebook_ads._loads WHERE table_name = 'basic_ad'"); got != "5" {
		t.Errorf("basic_ad was loaded %s times, want 5", got)
	}
}

// A restated day is replaced.
func TestSync_RestatedDayIsReplaced(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", "2026-06-02T10:00:00Z", "--synthetic", "accounts=1,ads=60,days=60,seed=4")
	file := filepath.Join(t.TempDir(), "x.duckdb")
	args := []string{"--account", sim.Accounts[0], "--since", "2026-05-01"}
	purchases := "SELECT coalesce(sum(value), 0)::BIGINT FROM facebook_ads.basic_ad_actions WHERE action_type = 'omni_purchase' AND attribution_window = 'default' AND date BETWEEN '2026-05-20' AND '2026-06-01'"
	settled := "SELECT coalesce(sum(value), 0)::BIGINT, count(*), any_value(_load_id) FROM facebook_ads.basic_ad_actions WHERE date = '2026-05-01'"
	rows := "SELECT count(*), count(DISTINCT (ad_id, date)) FROM facebook_ads.basic_ad"
	must(t, sim.sync(t, file, args...))
	before, old := atoi(one(t, file, purchases)), one(t, file, settled)
	sim.control(t, "POST", "clock", `{"advance":"336h"}`, nil)
	must(t, sim.sync(t, file, args...))
	after := atoi(one(t, file, purchases))
	if before == 0 || after <= before {
		t.Errorf("purchases of the days in question were %d and are %d: they should have grown", before, after)
	}
	if got := one(t, file, settled); got != old {
		t.Errorf("a day that is final was %s and is %s: it should not have been read again", old, got)
	}
	if cells := strings.Fields(one(t, file, rows)); cells[0] != cells[1] {
		t.Errorf("%s rows for %s ad days", cells[0], cells[1])
	}
}

// Σ ad = Σ ad set = Σ campaign = account, archived and deleted ads included, on
// every synthetic account.
func TestSync_LevelsAgree(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", "2026-06-02T10:00:00Z", "--synthetic", "accounts=8,ads=60,days=45,seed=2")
	file := filepath.Join(t.TempDir(), "x.duckdb")
	must(t, sim.sync(t, file, "--account", "all", "--since", "2026-04-01")) // they have no day before that
	sums := func(table string) [][]string {
		return ask(t, file, "SELECT account_id, date::VARCHAR, sum(impressions)::BIGINT, sum(clicks)::BIGINT, sum(inline_link_clicks)::BIGINT, sum(spend)::VARCHAR FROM facebook_ads."+table+" GROUP BY ALL ORDER BY ALL")
	}
	want := sums("basic_account")
	for _, table := range []string{"basic_campaign", "basic_ad_set", "basic_ad"} {
		if got := sums(table); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s disagrees with basic_account:\n%v\n%v", table, head(got), head(want))
		}
	}
	if len(want) < 8*40 {
		t.Errorf("only %d account days were compared", len(want))
	}
	for _, status := range []string{"ARCHIVED", "DELETED"} {
		if n := atoi(one(t, file, "SELECT count(*) FROM facebook_ads.basic_ad f JOIN facebook_ads.ads a ON a.id = f.ad_id WHERE a.effective_status = '"+status+"'")); n == 0 {
			t.Errorf("no rows of %s ads were among them", status)
		}
	}
	if got := one(t, file, "SELECT count(*) FROM facebook_ads.basic_ad f LEFT JOIN facebook_ads.ads a ON a.id = f.ad_id WHERE a.id IS NULL"); got != "0" {
		t.Errorf("%s rows have no ad", got)
	}
	t.Logf("%d account days; currencies and zones: %v", len(want), ask(t, file, "SELECT currency, timezone_name FROM facebook_ads.ad_accounts ORDER BY ALL"))
}

func head(rows [][]string) [][]string { return rows[:min(len(rows), 5)] }

// Budgets are stored in major units. The expected values come from the simulator's responses
// in minor units.
func TestSync_BudgetUnits(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", "2026-06-02T10:00:00Z", "--synthetic", "accounts=12,ads=20,days=5,seed=2")
	file := filepath.Join(t.TempDir(), "x.duckdb")
	must(t, sim.sync(t, file, "--account", "all", "--tables", "ad_accounts,campaigns,ad_sets"))
	checked := map[string]int{}
	for _, a := range ask(t, file, "SELECT account_id, currency FROM facebook_ads.ad_accounts") {
		divisor, known := map[string]int{"JPY": 1, "USD": 100}[a[1]]
		if !known {
			continue
		}
		var page struct {
			Data []struct {
				ID    string
				Daily string `json:"daily_budget"`
			}
		}
		get(t, sim, "act_"+a[0]+"/adsets?fields=daily_budget&limit=500", &page)
		for _, s := range page.Data {
			if s.Daily == "" {
				continue
			}
			checked[a[1]]++
			got := one(t, file, "SELECT daily_budget, currency FROM facebook_ads.ad_sets WHERE id = '"+s.ID+"'")
			if want := fmt.Sprintf("%d.%02d %s", atoi(s.Daily)/divisor, atoi(s.Daily)%divisor, a[1]); !sameMoney(got, want) {
				t.Errorf("%s minor units became %s, want %s", s.Daily, got, want)
			}
		}
	}
	if checked["JPY"] == 0 || checked["USD"] == 0 {
		t.Errorf("budgets that were compared: %v", checked)
	}
}

func sameMoney(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	return len(x) == 2 && x[1] == y[1] && sameAmount(x[0], y[0])
}

// A first sync of a year with 200 ads per day takes at most 248 calls; the minimum is 216.
func TestCalls_YearOfTwoHundredAds(t *testing.T) {
	t.Parallel()
	for _, jobs := range []string{"0s", "8s"} {
		t.Run("jobs of "+jobs, func(t *testing.T) {
			t.Parallel()
			sim := startSim(t, "--clock", "2026-06-02T10:00:00Z", "--synthetic", "accounts=1,ads=200,days=366,seed=1,steady=1", "--job-time", jobs)
			file := filepath.Join(t.TempDir(), "x.duckdb")
			must(t, sim.sync(t, file, "--account", sim.Accounts[0], "--since", "2025-06-02", "--until", "2026-06-01", "--tables", "basic_ad"))
			if got := one(t, file, "SELECT count(*), count(DISTINCT date) FROM facebook_ads.basic_ad"); got != "73000 365" {
				t.Errorf("rows and days: %s", got)
			}
			c := sim.calls(t)
			if c.Counted > 248 {
				t.Errorf("%d counted calls: %v", c.Counted, c.By)
			}
			t.Logf("%d counted calls in %d requests: %v", c.Counted, c.HTTP, c.By)
		})
	}
}

func TestSync_JSON(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	r := must(t, sim.sync(t, filepath.Join(t.TempDir(), "x.duckdb"), "--account", strings.TrimPrefix(sim.Accounts[0], "act_"), "--json"))
	var got result
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.State != "finished" || got.Rows == 0 || len(got.Tables) != 13 || got.Tables["basic_ad_actions"] == 0 {
		t.Errorf("%v in %s", err, r.out)
	}
	if r.err != "" {
		t.Errorf("beside it, it says %q", r.err)
	}
}

func TestCheck_ShowsTheToken(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	r := must(t, runProgram(t, sim.env(), "check", "--graph-url", sim.URL))
	for _, want := range []string{"Token of", "Permissions", "ads_read", "Expires", "Ad accounts", sim.Accounts[0]} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in %s", want, r.out)
		}
	}
	if c := sim.calls(t); c.Counted > 4 {
		t.Errorf("it needed %v", c.By)
	}
}

func TestDemo_Summary(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "demo.duckdb")
	r := must(t, runProgram(t, nil, "demo", "--headless", "--to", file))
	for _, want := range []string{"ROAS", "Spend per day", "█", "duckdb " + file} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in %s", want, r.out)
		}
	}
	if again := runProgram(t, nil, "demo", "--headless", "--to", file); again.code != exitConfigure {
		t.Errorf("a file of the user's was overwritten: %s", again.out)
	}
}
