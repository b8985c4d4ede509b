package advertiser_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"adtally/internal/graphsim/advertiser"
)

const (
	bom     = "\ufeff"
	jpyNode = `{"account_id": "42", "name": "さくら, \"KK\"", "currency": "JPY", "timezone_name": "Asia/Tokyo"}`
	adDays  = "spend,ad_id,date_start,adset_id,campaign_id,impressions,clicks,ctr,quality_ranking,reach\n" +
		"1200,7,2025-02-03,20,3,100,2,2,AVERAGE,90\n" +
		"0.10,8,2025-02-01,20,3,10,,0,,9\n" +
		"1e-07,9,2025-02-01,21,3,5,1,20.0,,5\n" +
		",7,2025-02-01,20,3,,,,,\n"
)

var march = time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)

// folderOf writes files into a new folder.
func folderOf(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func loaded(t testing.TB, files map[string]string) advertiser.Account {
	t.Helper()
	account, err := advertiser.LoadFolder(folderOf(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// printed returns a field of a row as the API would print it; "" if it is absent.
func printed(r *advertiser.Row, column string) string {
	if s, ok := r.Text[column]; ok {
		return s
	}
	metrics := map[string]advertiser.Metric{
		"impressions": advertiser.Impressions, "reach": advertiser.Reach, "clicks": advertiser.Clicks,
		"inline_link_clicks": advertiser.InlineLinkClicks, "full_view_impressions": advertiser.FullViewImpressions,
		"full_view_reach": advertiser.FullViewReach, "spend": advertiser.Spend,
	}
	if m, is := metrics[column]; is {
		switch n := r.Values[m]; {
		case r.Has&(1<<m) == 0:
			return ""
		case m == advertiser.Spend:
			return strconv.FormatFloat(float64(n)/1e6, 'f', -1, 64)
		default:
			return strconv.FormatInt(n, 10)
		}
	}
	return map[string]string{
		"date_start": dateOf(r.Day), "date_stop": dateOf(r.Day), "account_id": "361744628296290",
		"campaign_id": r.CampaignID, "campaign_name": r.CampaignName, "adset_id": r.AdSetID,
		"adset_name": r.AdSetName, "ad_id": r.AdID, "ad_name": r.AdName, "attribution_setting": r.Attribution,
	}[column]
}

func dateOf(d advertiser.Date) string {
	return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
}

// lines prints the rows with some of their fields.
func lines(rows []advertiser.Row, columns ...string) []string {
	var out []string
	for i := range rows {
		var fields []string
		for _, c := range columns {
			fields = append(fields, printed(&rows[i], c))
		}
		for _, a := range rows[i].Actions {
			fields = append(fields, a.Type+"="+a.Value)
		}
		out = append(out, strings.Join(fields, " "))
	}
	return out
}

// textsOf prints the rows one by one, because each row is valid only until the next one.
func textsOf(a advertiser.Account, q advertiser.Query, columns ...string) []string {
	var out []string
	for r := range a.Rows(q, march) {
		out = append(out, lines([]advertiser.Row{*r}, columns...)...)
	}
	return out
}

func TestFolder_TwoFiles(t *testing.T) {
	t.Parallel()
	account := loaded(t, map[string]string{"account.json": bom + jpyNode, "insights_ad_day.csv": adDays})
	node := account.Node(march)
	want := map[string]any{
		"id": "act_42", "account_id": "42", "name": `さくら, "KK"`, "currency": "JPY", "account_status": int64(1),
		"timezone_name": "Asia/Tokyo", "timezone_offset_hours_utc": float64(9),
	}
	if diff := cmp.Diff(want, node.Fields); diff != "" || node.ID != "act_42" {
		t.Errorf("node %s:\n%s", node.ID, diff)
	}
	for _, kind := range kinds {
		if objects := account.Objects(kind, march); len(objects) != 0 {
			t.Errorf("%s out of nowhere: %v", kind, objects)
		}
	}
}

func TestFolder_CellsAreExact(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"plain": adDays, "BOM and CRLF": bom + strings.ReplaceAll(adDays, "\n", "\r\n"),
	} {
		account := loaded(t, map[string]string{"account.json": jpyNode, "insights_ad_day.csv": content})
		got := textsOf(account, everything(advertiser.LevelAd),
			"date_start", "ad_id", "spend", "impressions", "clicks", "ctr", "quality_ranking", "reach")
		want := []string{
			"2025-02-01 8 0.10 10  0  9", "2025-02-01 9 1e-07 5 1 20.0  5", "2025-02-01 7      ",
			"2025-02-03 7 1200 100 2 2 AVERAGE 90",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestFolder_SumsMissingGrains(t *testing.T) {
	t.Parallel()
	account := loaded(t, map[string]string{
		"account.json": jpyNode, "insights_ad_day.csv": adDays,
		"actions_ad_day.csv": "ad_id,date_start,action_type,value\n" +
			"8,2025-02-01,sale,0.1\n9,2025-02-01,sale,0.2\n9,2025-02-01,link_click,3\n9,2025-02-01,link_click,4\n",
	})
	got := textsOf(account, everything(advertiser.LevelAdSet), "date_start", "adset_id", "spend", "clicks", "reach", "ctr")
	want := []string{
		"2025-02-01 20 0.1    sale=0.1", "2025-02-01 21 0 1   sale=0.2 link_click=7", "2025-02-03 20 1200 2  ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = textsOf(account, everything(advertiser.LevelAccount), "date_start", "impressions", "campaign_id")
	want = []string{"2025-02-01 15  sale=0.3 link_click=7", "2025-02-03 100 "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := textsOf(account, everything(advertiser.LevelAd, "age", "gender"), "ad_id"); got != nil {
		t.Errorf("rows by age: %v", got)
	}
}

func TestFolder_ActionsWithoutRow(t *testing.T) {
	t.Parallel()
	account := loaded(t, map[string]string{
		"account.json": jpyNode, "insights_ad_day.csv": adDays,
		"actions_ad_day.csv": "ad_id,date_start,action_type,value\n8,2025-02-02,sale,1\n",
	})
	got := textsOf(account, everything(advertiser.LevelAd), "date_start", "ad_id", "adset_id", "impressions")
	if want := "2025-02-02 8 20  sale=1"; len(got) != 5 || got[3] != want {
		t.Errorf("%q is not the fourth of %q", want, got)
	}
	q := everything(advertiser.LevelAd)
	q.WantActions = false
	if got := textsOf(account, q, "date_start"); got[3] != "2025-02-02" {
		t.Errorf("actions that nobody asked for: %q", got)
	}
}

func TestFolder_CampaignsFromAds(t *testing.T) {
	t.Parallel()
	account := loaded(t, map[string]string{
		"account.json": jpyNode, "insights_ad_day.csv": adDays,
		"actions_ad_day.csv":        "ad_id,date_start,action_type,value\n8,2025-02-01,sale,1\n9,2025-02-01,sale,1\n",
		"campaigns.csv":             "id,name\n3,\"Frühling,\r\nSommer\"\n",
		"insights_campaign_day.csv": "date_start,campaign_id,reach,spend\n2025-02-01,3,13,0.12\n2025-02-05,4,1,\n",
		"insights_ad_platform_day.csv": "date_start,ad_id,publisher_platform,attribution_setting,clicks\n" +
			"2025-02-01,8,facebook,7d_click,0\n2025-02-01,9,facebook,1d_click,2\n2025-02-01,9,threads,1d_click,5\n",
	})
	got := textsOf(account, everything(advertiser.LevelCampaign),
		"date_start", "campaign_id", "campaign_name", "reach", "spend", "impressions", "attribution_setting")
	want := []string{"2025-02-01 3 Frühling,\nSommer 13 0.12 15 multiple sale=2", "2025-02-05 4  1   "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = textsOf(account, everything(advertiser.LevelAdSet, "publisher_platform"),
		"adset_id", "publisher_platform", "clicks", "attribution_setting")
	want = []string{"20 facebook 0 7d_click", "21 facebook 2 1d_click", "21 threads 5 1d_click"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFolder_DayBeginsInTheZone(t *testing.T) {
	t.Parallel()
	account := loaded(t, map[string]string{"account.json": jpyNode, "insights_ad_day.csv": adDays})
	midnight := time.Date(2025, 2, 2, 15, 0, 0, 0, time.UTC) // the start of 3 February in Tokyo
	for now, want := range map[time.Time]int{midnight.Add(-time.Second): 3, midnight: 4, midnight.AddDate(0, 0, -9): 0} {
		if got := len(rowsOf(account, everything(advertiser.LevelAd), now)); got != want {
			t.Errorf("%d rows at %s, not %d", got, now, want)
		}
	}
	q := everything(advertiser.LevelAd)
	q.From = dayOf(midnight, account.Location())
	if got := len(rowsOf(account, q, march)); got != 1 {
		t.Errorf("%d rows from the third on", got)
	}
}
