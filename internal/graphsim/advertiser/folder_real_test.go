package advertiser_test

import (
	"encoding/csv"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"adtally/internal/graphsim/advertiser"
)

// realFolder holds the data of a real advertiser for May 2026. It is not in the repository;
// tests that need it are skipped if it is missing.
const realFolder = "../../../../shared/real-account"

// june is the time at which the folder was exported.
var june = time.Date(2026, 6, 2, 9, 0, 0, 0, time.UTC)

func realAccount(t *testing.T) advertiser.Account {
	t.Helper()
	if _, err := os.Stat(realFolder); err != nil {
		t.Skipf("the real account is not on this machine: %v", err)
	}
	account, err := advertiser.LoadFolder(realFolder)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// realLines returns the lines of one of the folder's files, each as a map from column to cell.
func realLines(t *testing.T, name string) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join(realFolder, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []map[string]string
	for _, r := range records[1:] {
		line := map[string]string{}
		for i, column := range records[0] {
			line[column] = r[i]
		}
		lines = append(lines, line)
	}
	return lines
}

type grainTotals struct {
	Impressions, Clicks, Spend string
	LinkClicks                 string `json:"inline_link_clicks"`
	Rows                       int
}

func totalsOf(rows []advertiser.Row) grainTotals {
	var sums [advertiser.Metrics]int64
	for _, r := range rows {
		for m, n := range r.Values {
			sums[m] += n
		}
	}
	whole := func(m advertiser.Metric) string { return big.NewInt(sums[m]).String() }
	return grainTotals{
		Impressions: whole(advertiser.Impressions), Clicks: whole(advertiser.Clicks),
		Spend:      big.NewRat(sums[advertiser.Spend], 1_000_000).FloatString(6),
		LinkClicks: whole(advertiser.InlineLinkClicks), Rows: len(rows),
	}
}

func TestRealAccount_SumsMatchTotals(t *testing.T) {
	t.Parallel()
	account := realAccount(t)
	content, err := os.ReadFile(filepath.Join(realFolder, "totals.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]json.RawMessage
	if err := json.Unmarshal(content, &want); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]advertiser.Query{
		"ad_day":          everything(advertiser.LevelAd),
		"campaign_day":    everything(advertiser.LevelCampaign),
		"ad_platform_day": everything(advertiser.LevelAd, "publisher_platform"),
		"country_day":     everything(advertiser.LevelAccount, "country"),
	} {
		var of grainTotals
		if err := json.Unmarshal(want[name], &of); err != nil {
			t.Fatal(err)
		}
		got := totalsOf(rowsOf(account, q, june))
		if of.LinkClicks == "" {
			got.LinkClicks = ""
		}
		spend, _ := new(big.Rat).SetString(of.Spend)
		of.Spend = spend.FloatString(6)
		if diff := cmp.Diff(of, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestRealAccount_GrainsAgree(t *testing.T) {
	t.Parallel()
	account := realAccount(t)
	want := totalsOf(rowsOf(account, everything(advertiser.LevelAd), june))
	for _, level := range levels {
		for _, keys := range [][]string{nil, {"publisher_platform"}} {
			got := totalsOf(rowsOf(account, everything(level, keys...), june))
			got.Rows = want.Rows
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s by %v:\n%s", level, keys, diff)
			}
		}
	}
}

func TestRealAccount_ActionTypesAddUp(t *testing.T) {
	t.Parallel()
	account := realAccount(t)
	content, err := os.ReadFile(filepath.Join(realFolder, "totals.json"))
	if err != nil {
		t.Fatal(err)
	}
	var totals struct{ Actions map[string]string }
	if err := json.Unmarshal(content, &totals); err != nil {
		t.Fatal(err)
	}
	for _, level := range levels {
		sums := counts{}
		for _, r := range rowsOf(account, everything(level), june) {
			sums.add(countsOf(t, &r))
		}
		for kind, want := range totals.Actions {
			if got := sums[kind]; got != hundredths(t, want) {
				t.Errorf("%s: %s adds up to %d hundredths, not to %s", level, kind, got, want)
			}
		}
	}
}

// TestRealAccount_CellsAreExact compares every cell of the files with the served rows.
func TestRealAccount_CellsAreExact(t *testing.T) {
	t.Parallel()
	account := realAccount(t)
	for file, q := range map[string]advertiser.Query{
		"insights_ad_day.csv":          everything(advertiser.LevelAd),
		"insights_ad_platform_day.csv": everything(advertiser.LevelAd, "publisher_platform"),
		"insights_campaign_day.csv":    everything(advertiser.LevelCampaign),
		"insights_country_day.csv":     everything(advertiser.LevelAccount, "country"),
	} {
		want, got := map[string]map[string]string{}, map[string]map[string]string{}
		for _, line := range realLines(t, file) {
			want[lineKey(line)] = line
		}
		var columns []string
		for column := range realLines(t, file)[0] {
			columns = append(columns, column)
		}
		for r := range account.Rows(q, june) {
			if !r.Verbatim {
				t.Fatalf("%s: a row that is not verbatim: %+v", file, r)
			}
			line := map[string]string{}
			for _, column := range columns {
				line[column] = printed(r, column)
			}
			if got[lineKey(line)] != nil {
				t.Fatalf("%s: %v twice", file, line)
			}
			got[lineKey(line)] = line
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", file, diff)
		}
	}
}

func lineKey(line map[string]string) string {
	return line["date_start"] + line["campaign_id"] + line["ad_id"] + line["publisher_platform"] + line["country"]
}

func TestRealAccount_Objects(t *testing.T) {
	t.Parallel()
	account := realAccount(t)
	for kind, want := range map[advertiser.Kind]int{
		advertiser.Campaign: 64, advertiser.AdSet: 134, advertiser.Ad: 337,
		advertiser.CustomConversion: 8, advertiser.Creative: 302,
	} {
		objects := account.Objects(kind, june)
		if len(objects) != want {
			t.Errorf("%d of %s, not %d", len(objects), kind, want)
		}
		for _, o := range objects {
			if o.ID != text(t, o, "id") || text(t, o, "account_id") != "361744628296290" {
				t.Errorf("%s %s: %v", kind, o.ID, o.Fields)
			}
		}
	}
	if zone := account.Location().String(); zone != "Europe/Prague" {
		t.Errorf("the account is in %s", zone)
	}
}

func TestRealAccount_Attribution(t *testing.T) {
	t.Parallel()
	account := realAccount(t)
	settings := map[string]string{}
	for _, line := range realLines(t, "insights_ad_platform_day.csv") {
		settings[line["date_start"]+line["ad_id"]] = line["attribution_setting"]
	}
	ofDay := map[advertiser.Date]string{}
	for r := range account.Rows(everything(advertiser.LevelAd), june) {
		if r.Attribution != settings[dateOf(r.Day)+r.AdID] || r.CampaignName == "" {
			t.Fatalf("ad %s: attribution %q, campaign %q", r.AdID, r.Attribution, r.CampaignName)
		}
		if was, again := ofDay[r.Day]; again && was != r.Attribution {
			ofDay[r.Day] = "multiple"
			continue
		}
		ofDay[r.Day] = r.Attribution
	}
	for r := range account.Rows(everything(advertiser.LevelAccount), june) {
		if r.Attribution != ofDay[r.Day] || r.Verbatim || r.Has&(1<<advertiser.Reach) != 0 {
			t.Fatalf("%s: %+v, attribution of the ads %s", dateOf(r.Day), r, ofDay[r.Day])
		}
	}
}
