package advertiser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"adtally/internal/graphsim/advertiser"
)

func TestFolder_ObjectTypes(t *testing.T) {
	t.Parallel()
	account := loaded(t, map[string]string{
		"account.json": jpyNode, "insights_ad_day.csv": adDays,
		"campaigns.csv": "id,name,status,daily_budget,spend_cap,budget_rebalance_flag,special_ad_categories\n" +
			"3,\"one\ntwo\",PAUSED,5000,,False,\"[\"\"HOUSING\"\"]\"\n",
		"ad_sets.csv": "lifetime_imps,id,campaign_id,is_dynamic_creative,learning_stage_info_status," +
			"learning_stage_info_conversions,learning_stage_info_last_sig_edit_ts,account_id\n0,20,3,True,FAIL,4,1748497547,42\n",
		"ads.csv":                "id,adset_id,creative_id,created_time\n8,20,77,2025-01-30T09:00:00+0900\n",
		"custom_conversions.csv": "id,rule,default_conversion_value\n5,\"{\"\"and\"\":[]}\",0.5\n",
	})
	for kind, want := range map[advertiser.Kind]map[string]any{
		advertiser.Campaign: {"id": "3", "account_id": "42", "name": "one\ntwo", "status": "PAUSED", "configured_status": "PAUSED",
			"daily_budget": "5000", "budget_rebalance_flag": false, "special_ad_categories": []any{"HOUSING"}},
		advertiser.AdSet: {"id": "20", "account_id": "42", "campaign_id": "3", "is_dynamic_creative": true, "lifetime_imps": int64(0),
			"learning_stage_info": map[string]any{"status": "FAIL", "conversions": int64(4), "last_sig_edit_ts": int64(1748497547)}},
		advertiser.Ad: {"id": "8", "account_id": "42", "adset_id": "20", "creative": map[string]any{"id": "77"},
			"created_time": "2025-01-30T09:00:00+0900"},
		advertiser.Creative:         {"id": "77", "account_id": "42"},
		advertiser.CustomConversion: {"id": "5", "account_id": "42", "rule": `{"and":[]}`, "default_conversion_value": 0.5},
	} {
		objects := account.Objects(kind, march)
		if len(objects) != 1 {
			t.Fatalf("%s: %v", kind, objects)
		}
		if diff := cmp.Diff(want, objects[0].Fields); diff != "" {
			t.Errorf("%s:\n%s", kind, diff)
		}
	}
}

func TestFolder_ObjectOrder(t *testing.T) {
	t.Parallel()
	account := loaded(t, map[string]string{
		"account.json": jpyNode, "insights_ad_day.csv": adDays,
		"ads.csv": "id,creative_id,created_time\n1,91,2025-01-01T00:00:00+0900\n2,92,2025-02-01T00:00:00+09:00\n" +
			"3,91,2025-02-02T00:00:00+0900\n",
	})
	second := time.Date(2025, 2, 1, 0, 0, 0, 0, account.Location())
	for now, want := range map[time.Time]string{
		second.Add(-time.Second): "1 / 91", second: "2 1 / 92 91", second.AddDate(0, 0, 1): "3 2 1 / 92 91",
	} {
		ads, creatives := idsOf(account.Objects(advertiser.Ad, now)), idsOf(account.Objects(advertiser.Creative, now))
		if got := ads + " / " + creatives; got != want {
			t.Errorf("%s: %s, not %s", now, got, want)
		}
	}
}

func idsOf(objects []advertiser.Object) string {
	var ids []string
	for _, o := range objects {
		ids = append(ids, o.ID)
	}
	return strings.Join(ids, " ")
}

func TestFolder_Zone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ node, created, want string }{
		{`"timezone_name":"Asia/Kolkata"`, "2025-01-01T00:00:00+0100", "Asia/Kolkata"},
		{`"timezone_offset_hours_utc_in_may":2`, "", "Europe/Prague"},
		{`"timezone_offset_hours_utc_in_may":2`, "2025-01-01T00:00:00+0100", "Europe/Prague"},
		{`"timezone_offset_hours_utc_in_may":2`, "2025-01-01T00:00:00+0200", "Africa/Johannesburg"},
		{`"timezone_offset_hours_utc":-8`, "", "America/Los_Angeles"},
		{`"timezone_offset_hours_utc":5.5`, "", "Asia/Kolkata"},
		{`"currency":"USD"`, "2025-07-01T00:00:00-0400", "America/New_York"},
		{`"currency":"EUR"`, "2025-07-01T00:00:00+0300", "Europe/Bucharest"},
		{`"timezone_offset_hours_utc_in_may":2`, "2025-05-20T00:00:00+0700", "Asia/Bangkok"},
	} {
		account := loaded(t, map[string]string{
			"account.json": `{"id":"act_42",` + c.node + `}`, "insights_ad_day.csv": adDays,
			"ads.csv": "id,created_time\n1," + c.created + "\n",
		})
		if got := account.Location().String(); got != c.want {
			t.Errorf("%s and %s: %s, not %s", c.node, c.created, got, c.want)
		}
		if _, stands := account.Node(march).Fields["timezone_offset_hours_utc_in_may"]; stands {
			t.Errorf("%s: a key that is not Graph's", c.node)
		}
	}
}
