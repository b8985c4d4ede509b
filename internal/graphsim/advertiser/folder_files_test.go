package advertiser_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"adtally/internal/graphsim/advertiser"
)

func TestLoadFolder_LevelsAndBreakdowns(t *testing.T) {
	t.Parallel()
	for file, c := range map[string]struct {
		content string
		query   advertiser.Query
		columns string
		want    []string
	}{
		"insights_account_day.csv": {"date_start,reach,spend\n2025-02-01,14,0.2\n", everything(advertiser.LevelAccount), "date_start reach spend impressions",
			[]string{"2025-02-01 14 0.2 15"}}, // the file has no impressions: they are summed from the ads
		"insights_adset_day.csv": {"date_start,adset_id,campaign_id,reach\n2025-02-01,21,3,5\n", everything(advertiser.LevelAdSet), "adset_id reach clicks", []string{"21 5 1"}},
		"insights_adset_position_day.csv": {
			"platform_position,publisher_platform,adset_id,date_start,reach,clicks\nfeed,facebook,20,2025-02-01,9,2\nfeed,threads,20,2025-02-01,8,1\n",
			everything(advertiser.LevelAdSet, "publisher_platform", "platform_position"), "adset_id campaign_id publisher_platform platform_position reach clicks",
			[]string{"20 3 facebook feed 9 2", "20 3 threads feed 8 1"}},
		"insights_ad_age_gender_day.csv": {"date_start,ad_id,age,gender,clicks\n2025-02-01,8,18-24,male,2\n2025-02-01,9,18-24,male,3\n",
			everything(advertiser.LevelCampaign, "gender", "age"), "campaign_id age gender clicks", []string{"3 18-24 male 5"}},
		"insights_campaign_country_day.csv": {"date_start,campaign_id,country,clicks\n2025-02-01,3,JP,2\n2025-02-01,4,JP,3\n",
			everything(advertiser.LevelAccount, "country"), "country clicks", []string{"JP 5"}},
		"insights_region_day.csv": {"date_start,region,clicks\n2025-02-01,Kantō,2\n", everything(advertiser.LevelAccount, "region"), "region clicks", []string{"Kantō 2"}},
	} {
		account := loaded(t, map[string]string{"account.json": jpyNode, "insights_ad_day.csv": adDays, "ad_sets.csv": "id,campaign_id\n20,3\n21,3\n", file: c.content})
		c.query.WantActions = false
		if diff := cmp.Diff(c.want, textsOf(account, c.query, strings.Fields(c.columns)...)); diff != "" {
			t.Errorf("%s:\n%s", file, diff)
		}
	}
}

func TestLoadFolder_RejectsUnknownNames(t *testing.T) {
	t.Parallel()
	for file, c := range map[string]struct{ content, says string }{
		"insights_ad_month.csv":              {"date_start,ad_id\n", "insights_LEVEL_BREAKDOWNS_day.csv"},
		"insights_account_country_month.csv": {"date_start,country\n", "insights_LEVEL_BREAKDOWNS_day.csv"},
		"actions_campaign_day.csv":           {"date_start,campaign_id,action_type,value\n", "actions_ad_day.csv"},
		"Adsets.CSV":                         {"id\n", "ad_sets.csv"},
		"insights_ad_weather_day.csv":        {"date_start,ad_id,weather\n", "weather in its name"},
		"insights_ad_age_day.csv":            {"date_start,ad_id,clicks\n", "such as age, among date_start, ad_id, clicks"},
		"insights_ad_set_day.csv":            {"date_start,adset_id\n", "set in its name"},
		"insights_account_country_day.csv":   {"date_start,country\n", "insights_country_day.csv"},
		"insights_adset_day.csv":             {"date_start,adset_id\n2025-02-01,99\n", "ad_sets.csv does not have the ad set"},
	} {
		_, err := advertiser.LoadFolder(folderOf(t, map[string]string{"account.json": jpyNode, "insights_ad_day.csv": adDays,
			"insights_country_day.csv": "date_start,country\n", file: c.content}))
		if err == nil || !strings.Contains(err.Error(), file) && file != "insights_account_country_day.csv" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
