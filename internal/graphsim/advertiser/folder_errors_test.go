package advertiser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adtally/internal/graphsim/advertiser"
)

func TestLoadFolder_Errors(t *testing.T) {
	t.Parallel()
	const head = "date_start,ad_id,campaign_id,adset_id,spend,clicks\n"
	const good = "2025-02-01,7,3,20,1,1\n"
	for _, c := range []struct {
		file, content string
		naming        []string
	}{
		{"insights_ad_day.csv", "", []string{"insights_ad_day.csv:1:", "names of the columns"}},
		{"insights_ad_day.csv", "ad_id,spend\n", []string{"insights_ad_day.csv:1:", "column date_start", "ad_id, spend"}},
		{"insights_ad_day.csv", "date_start,spend,spend\n", []string{"csv:1:", "two columns spend"}},
		{"insights_ad_day.csv", head + "2025-02-01,7,3\n", []string{"csv:2:", "3 cells", "6"}},
		{"insights_ad_day.csv", head + good + "01.02.2025,7,3,20,1,1\n", []string{"csv:3:", "date_start", `"01.02.2025"`, "a day such as"}},
		{"insights_ad_day.csv", head + "2025-02-01,1.2E+17,3,20,1,1\n", []string{"csv:2:", "ad_id", `"1.2E+17"`, "digits"}},
		{"insights_ad_day.csv", head + "2025-02-01,7,,20,1,1\n", []string{"csv:2:", "campaign_id", "ads.csv"}},
		{"insights_ad_day.csv", head + "2025-02-01,7,3,20,\"1,20\",1\n", []string{"csv:2:", "spend", `"1,20"`, "money"}},
		{"insights_ad_day.csv", head + "2025-02-01,7,3,20,1e99,1\n", []string{"csv:2:", "spend", `"1e99"`}},
		{"insights_ad_day.csv", head + "2025-02-01,7,3,20,1,1.5\n", []string{"csv:2:", "clicks", `"1.5"`, "whole"}},
		{"insights_ad_day.csv", head + good + good, []string{"csv:3:", "one row", "line 2"}},
		{"insights_ad_day.csv", head + "2025-02-01,7,3,20,1,a\"b\n", []string{"csv:2:22:", "CSV cell"}},
		{"insights_ad_day.csv", "date_start,date_stop,ad_id,campaign_id,adset_id\n2025-02-01,2025-02-28,7,3,20\n",
			[]string{"csv:2:", "date_stop", "2025-02-01"}},
		{"insights_ad_day.csv", "date_start,account_id,ad_id,campaign_id,adset_id\n2025-02-01,43,7,3,20\n",
			[]string{"csv:2:", "account_id", `"43"`, "42"}},
		{"insights_ad_platform_day.csv", "date_start,ad_id,publisher_platform\n2025-02-01,7,\n", []string{"csv:2:", "publisher_platform"}},
		{"insights_country_day.csv", "date_start\n", []string{"insights_country_day.csv:1:", "country"}},
		{"actions_ad_day.csv", "date_start,ad_id,action_type,value\n2025-02-01,7,sale,many\n", []string{"csv:2:", "value", `"many"`}},
		{"actions_ad_day.csv", "date_start,ad_id,action_type,value\n2025-02-01,7,,1\n", []string{"csv:2:", "action_type"}},
		{"actions_ad_day.csv", "date_start,ad_id,action_type,value\n2025-02-01,99,sale,1\n", []string{"csv:2:", "campaign_id", "ads.csv"}},
		{"ads.csv", "name\n", []string{"ads.csv:1:", "column id"}},
		{"ads.csv", "id\n8\n8\n", []string{"ads.csv:3:", "line 2"}},
		{"ads.csv", "id,created_time\n8,yesterday\n", []string{"ads.csv:2:", "created_time", `"yesterday"`}},
		{"ad_sets.csv", "id,is_dynamic_creative\n8,maybe\n", []string{"ad_sets.csv:2:", `"maybe"`, "True or False"}},
		{"campaigns.csv", "id,pacing_type\n8,\"['standard']\"\n", []string{"campaigns.csv:2:", "pacing_type", "JSON"}},
		{"custom_conversions.csv", "id,default_conversion_value\n8,NaN\n", []string{"csv:2:", "a number"}},
		{"account.json", "{\n \"id\": act_42\n}", []string{"account.json:2:8:", "JSON object"}},
		{"account.json", "[]", []string{"account.json:1:", "JSON object"}},
		{"account.json", "{}", []string{"account.json:", "id"}},
		{"account.json", `{"id":"act_42","account_id":"43"}`, []string{"account.json:", `"43"`}},
		{"account.json", `{"id":"act_42"}`, []string{"account.json:", "timezone_name"}},
		{"account.json", `{"id":"42","timezone_name":"Mars"}`, []string{"timezone_name", `"Mars"`, "Europe/Prague"}},
		{"account.json", `{"id":"42","timezone_offset_hours_utc":0.1}`, []string{"timezone_name"}},
		{"account.json", `{"id":"42","timezone_offset_hours_utc_in_spring":1}`, []string{"in_spring", "month"}},
	} {
		files := map[string]string{"account.json": jpyNode, "insights_ad_day.csv": head + good}
		files[c.file] = c.content
		_, err := advertiser.LoadFolder(folderOf(t, files))
		for _, want := range c.naming {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s %q: %v does not say %s", c.file, c.content, err, want)
			}
		}
	}
}

func TestLoadFolder_MissingFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"account.json", "insights_ad_day.csv"} {
		dir := folderOf(t, map[string]string{"account.json": jpyNode, "insights_ad_day.csv": adDays})
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if _, err := advertiser.LoadFolder(dir); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}

func FuzzLoadFolder(f *testing.F) {
	f.Add([]byte(adDays))
	f.Add([]byte(bom + strings.ReplaceAll(adDays, "\n", "\r\n")))
	f.Add([]byte("date_start,ad_id,campaign_id,adset_id,spend\n2025-02-01,7,3,20,\"1\n2\"\n"))
	f.Add([]byte("date_start,ad_id,,\n9999-12-31,7,\"\",\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := folderOf(t, map[string]string{"account.json": jpyNode, "insights_ad_day.csv": string(content)})
		account, err := advertiser.LoadFolder(dir)
		if err != nil {
			return
		}
		for _, level := range levels {
			rowsOf(account, everything(level), march)
		}
	})
}
