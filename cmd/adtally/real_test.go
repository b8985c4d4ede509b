package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// A real advertiser's month arrives exactly: every sum, every row, every empty cell.
func TestSync_RealAccountIsExact(t *testing.T) {
	t.Parallel()
	folder := shared(t, "real-account")
	sim := startSim(t, "--real", folder)
	file := filepath.Join(t.TempDir(), "real.duckdb")
	window := []string{"--account", sim.Accounts[0], "--since", "2026-05-01", "--until", "2026-05-31"}
	must(t, sim.sync(t, file, window...))
	must(t, sim.sync(t, file, append(window, "--tables", "basic_account_country", "--report",
		"name=ad_by_platform;level=ad;breakdowns=publisher_platform;fields=impressions,reach,frequency,clicks,inline_link_clicks,spend,ctr,cpc,cpm,cpp,full_view_impressions,full_view_reach")...))

	totals := readTotals(t, folder)
	ad := totals.Days["ad_day"]
	checkSums(t, file, "basic_ad", ad)
	for _, name := range []string{"basic_campaign", "basic_ad_set", "basic_account"} {
		sums := ad
		sums.Rows = atoi(one(t, file, "SELECT count(*) FROM facebook_ads."+name))
		checkSums(t, file, name, sums)
	}
	if got := one(t, file, "SELECT count(*) FROM facebook_ads.basic_campaign"); got != fmt.Sprint(totals.Days["campaign_day"].Rows) {
		t.Errorf("basic_campaign has %s rows, want %d", got, totals.Days["campaign_day"].Rows)
	}
	for _, level := range []string{"ad", "ad_set", "campaign", "account"} {
		checkActions(t, file, "basic_"+level+"_actions", totals.Actions)
	}
	compareFolder(t, file, filepath.Join(folder, "insights_ad_day.csv"), "basic_ad", "ad_id")
	compareFolder(t, file, filepath.Join(folder, "insights_campaign_day.csv"), "basic_campaign", "campaign_id")
	checkSums(t, file, "ad_by_platform", totals.Days["ad_platform_day"])
	compareFolder(t, file, filepath.Join(folder, "insights_ad_platform_day.csv"), "ad_by_platform", "ad_id", "publisher_platform")
	country := totals.Days["country_day"]
	if got := one(t, file, "SELECT count(*), sum(impressions), sum(clicks), sum(spend)::DECIMAL(18,6) FROM facebook_ads.basic_account_country"); got != fmt.Sprintf("%d %s %s %s", country.Rows, country.Impressions, country.Clicks, sixPlaces(country.Spend)) {
		t.Errorf("basic_account_country: %s, want %+v", got, country)
	}
	compareFolder(t, file, filepath.Join(folder, "insights_country_day.csv"), "basic_account_country", "country")
	for table, csvFile := range map[string]string{"campaigns": "campaigns.csv", "ad_sets": "ad_sets.csv", "ads": "ads.csv"} {
		want := len(readCSV(t, filepath.Join(folder, csvFile)))
		if got := one(t, file, "SELECT count(*) || ' ' || count(DISTINCT id) FROM facebook_ads."+table); got != fmt.Sprintf("%d %d", want, want) {
			t.Errorf("%s: rows and ids %s, want %d of both", table, got, want)
		}
	}
	if got := one(t, file, "SELECT id, account_id, name, currency FROM facebook_ads.ad_accounts"); got != "act_361744628296290 361744628296290 Keboola G+S EUR" {
		t.Errorf("ad_accounts: %s", got)
	}
	if got := one(t, file, "SELECT count(*) FROM facebook_ads._quarantine"); got != "0" {
		t.Errorf("%s values in quarantine", got)
	}
	t.Logf("basic_ad: %s", one(t, file, "SELECT count(*), sum(impressions), sum(clicks), sum(inline_link_clicks), sum(spend), any_value(currency) FROM facebook_ads.basic_ad"))
}

type totals struct {
	Days    map[string]sums
	Actions map[string]string
}

type sums struct {
	Rows                                         int
	Impressions, Clicks, Spend, InlineLinkClicks string
}

func readTotals(t *testing.T, folder string) (out totals) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "totals.json"))
	if err != nil {
		t.Fatal(err)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		t.Fatal(err)
	}
	out.Days = map[string]sums{}
	for name, part := range parts {
		var s struct {
			Rows                       int
			Impressions, Clicks, Spend string
			Link                       string `json:"inline_link_clicks"`
		}
		switch {
		case name == "actions":
			err = json.Unmarshal(part, &out.Actions)
		case strings.HasSuffix(name, "_day"):
			err = json.Unmarshal(part, &s)
			out.Days[name] = sums{s.Rows, s.Impressions, s.Clicks, s.Spend, s.Link}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func checkSums(t *testing.T, file, table string, want sums) {
	t.Helper()
	got := one(t, file, "SELECT count(*), sum(impressions), sum(clicks), sum(inline_link_clicks), sum(spend)::DECIMAL(18,6), list(DISTINCT currency)::VARCHAR FROM facebook_ads."+table)
	if s := fmt.Sprintf("%d %s %s %s %s [EUR]", want.Rows, want.Impressions, want.Clicks, want.InlineLinkClicks, sixPlaces(want.Spend)); got != s {
		t.Errorf("%s: %s, want %s", table, got, s)
	}
}

func sixPlaces(amount string) string {
	n, ok := new(big.Rat).SetString(amount)
	if !ok {
		return amount
	}
	return strings.TrimRight(strings.TrimRight(n.FloatString(6), "0"), ".")
}

func checkActions(t *testing.T, file, table string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, r := range ask(t, file, "SELECT action_type, sum(value)::VARCHAR FROM facebook_ads."+table+" WHERE attribution_window = 'default' GROUP BY ALL") {
		got[r[0]] = r[1]
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d action types, want %d", table, len(got), len(want))
	}
	for kind, sum := range want {
		if !sameAmount(got[kind], sum) {
			t.Errorf("%s: %s is %s, want %s", table, kind, got[kind], sum)
		}
	}
}

// compareFolder holds every cell of a CSV against its row in the warehouse.
func compareFolder(t *testing.T, file, csvFile, table string, keys ...string) {
	t.Helper()
	rows := readCSV(t, csvFile)
	var columns []string
	known := map[string]bool{}
	for _, r := range ask(t, file, "SELECT column_name FROM information_schema.columns WHERE table_name = '"+table+"'") {
		known[r[0]] = true
	}
	for name := range rows[0] {
		if known[name] {
			columns = append(columns, name)
		}
	}
	sort.Strings(columns)
	selected := map[string][]string{}
	for _, r := range ask(t, file, "SELECT date::VARCHAR || ' ' || "+strings.Join(keys, " || ' ' || ")+", "+strings.Join(columns, "::VARCHAR, ")+"::VARCHAR FROM facebook_ads."+table) {
		selected[r[0]] = r[1:]
	}
	if len(selected) != len(rows) || len(columns) < 6 {
		t.Errorf("%s: %d rows and %d columns to compare, want %d rows", table, len(selected), len(columns), len(rows))
	}
	for _, row := range rows {
		name := row["date_start"]
		for _, k := range keys {
			name += " " + row[k]
		}
		got, ok := selected[name]
		if !ok {
			t.Errorf("%s: %s is missing", table, name)
			continue
		}
		for i, column := range columns {
			if !sameCell(got[i], row[column]) {
				t.Errorf("%s %s: %s is %s, want %q", table, name, column, got[i], row[column])
			}
		}
	}
}

// sameCell: an empty cell is a key that was absent, so it must be NULL.
func sameCell(got, want string) bool {
	if want == "" || got == "NULL" {
		return want == "" && got == "NULL"
	}
	return got == want || sameAmount(got, want)
}

func sameAmount(a, b string) bool {
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	return ok && ok2 && x.Cmp(y) == 0
}

func readCSV(t *testing.T, file string) (rows []map[string]string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func atoi(s string) (n int) {
	_, _ = fmt.Sscan(s, &n)
	return n
}
