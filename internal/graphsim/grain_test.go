package graphsim_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"
)

// everyStatus returns a filter that hides nothing.
func everyStatus(word string) string {
	return `[{field:"` + word + `.effective_status",operator:"IN",value:["ACTIVE","PAUSED","DELETED","ARCHIVED","IN_PROCESS","WITH_ISSUES","CAMPAIGN_PAUSED","ADSET_PAUSED","DISAPPROVED","PENDING_BILLING_INFO","PENDING_REVIEW","PREAPPROVED"]}]`
}

func totalOf(rows []map[string]any, field string) *big.Rat {
	total := new(big.Rat)
	for _, r := range rows {
		if text, is := r[field].(string); is {
			if n, isNumber := new(big.Rat).SetString(text); isNumber {
				total.Add(total, n)
			}
		}
	}
	return total
}

// The parts of a breakdown add up to the whole at every level, with up to six decimals of
// spend. People do not add up.
func TestBreakdown_AddsUp(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=25,days=60,seed=7")
	closed := []string{"time_range", closed, "fields", "impressions,clicks,spend,reach"}
	whole := s.some(s.act(), closed...)
	finest := 0
	for _, b := range []string{
		"age", "gender", "age,gender", "country", "region", "country,region", "publisher_platform", "publisher_platform,platform_position", "publisher_platform,impression_device",
		"publisher_platform,platform_position,impression_device", "device_platform", "device_platform,publisher_platform,platform_position",
		"hourly_stats_aggregated_by_advertiser_time_zone", "hourly_stats_aggregated_by_audience_time_zone", "body_asset", "title_asset", "description_asset", "call_to_action_asset",
	} {
		for _, level := range []string{"account", "ad"} {
			rows := s.some(s.act(), append(closed, "breakdowns", b, "level", level, "time_increment", "7", "filtering", everyStatus("ad"))...)
			for _, field := range []string{"impressions", "clicks", "spend"} {
				if got, want := totalOf(rows, field), totalOf(whole, field); got.Cmp(want) != 0 {
					t.Errorf("%s by %s at level %s: %s, want %s", field, b, level, got.FloatString(6), want.FloatString(6))
				}
			}
			for _, r := range rows {
				_, decimals, _ := strings.Cut(r["spend"].(string), ".")
				finest = max(finest, len(decimals))
			}
			if strings.HasPrefix(b, "hourly") != (totalOf(rows, "reach").Sign() == 0) {
				t.Errorf("%s: reach of %s", b, totalOf(rows, "reach").FloatString(0))
			}
		}
	}
	if finest != 6 {
		t.Errorf("spend has at most %d decimals", finest)
	}
}

// An asset is an object with an ID, and its links change.
func TestBreakdown_Assets(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	for breakdown, key := range map[string]string{"image_asset": "hash", "video_asset": "video_id", "body_asset": "text", "title_asset": "text",
		"description_asset": "text", "link_url_asset": "website_url", "call_to_action_asset": "name"} {
		ids := map[string]bool{}
		ask := []string{"breakdowns", breakdown, "level", "adset", "time_increment", "7", "fields", "adset_id,impressions,clicks,spend,reach,actions,action_values"}
		rows := s.some(s.act(), ask...)
		for _, r := range rows {
			a, isObject := r[breakdown].(map[string]any)
			if !isObject || a["id"] == nil || a[key] == nil {
				t.Fatalf("%s is %v", breakdown, r[breakdown])
			}
			place := r["adset_id"].(string) + r["date_start"].(string) + a["id"].(string)
			if ids[place] {
				t.Fatalf("%s twice: %v", breakdown, r)
			}
			ids[place] = true
		}
		if breakdown == "image_asset" {
			first := rows[0][breakdown].(map[string]any)["url"]
			if again := s.some(s.act(), ask...)[0][breakdown].(map[string]any)["url"]; first == again {
				t.Errorf("%v twice", first)
			}
		}
	}
	images := s.all(s.act()+"/adimages", "fields", "hash", "limit", "500")
	for _, r := range s.some(s.act(), "breakdowns", "image_asset", "fields", "impressions") {
		if !slices.ContainsFunc(images, func(i map[string]any) bool { return i["hash"] == r["image_asset"].(map[string]any)["hash"] }) {
			t.Errorf("%v is not in the library", r["image_asset"])
		}
	}
}

// Splitting a report by IDs returns the whole, at every level and for objects of every level.
func TestBreakdown_PartsByID(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=30,days=40,seed=5")
	for _, level := range []string{"account", "campaign", "adset", "ad"} {
		for _, word := range []string{"campaign", "adset", "ad"} {
			ask := func(more string) []map[string]any {
				statuses := strings.TrimSuffix(everyStatus("ad"), "]")
				return s.rows(s.act(), "level", level, "fields", "impressions,clicks,spend,"+word+"_id", "date_preset", "last_30d", "time_increment", "1", "filtering", statuses+more+"]")
			}
			whole := ask("")
			var all []string
			for _, o := range s.all(s.act()+"/"+word+"s", "limit", "500", "filtering", everyStatus(word)) {
				all = append(all, o["id"].(string))
			}
			var parts []map[string]any
			for half := range slices.Chunk(all, len(all)/2+1) {
				parts = append(parts, ask(`,{field:"`+word+`.id",operator:"IN",value:["`+strings.Join(half, `","`)+`"]}`)...)
			}
			for _, field := range []string{"impressions", "clicks", "spend"} {
				if got, want := totalOf(parts, field), totalOf(whole, field); got.Cmp(want) != 0 || want.Sign() == 0 {
					t.Errorf("%s at level %s by %s.id: %s, want %s", field, level, word, got.FloatString(2), want.FloatString(2))
				}
			}
		}
	}
}

// People are counted per window: more than on the best day, and fewer than the sum of all days.
func TestInsights_PeoplePerWindow(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=25,days=60,seed=7")
	ask := func(increment string) []map[string]any {
		return s.some(s.act(), "time_range", `{'since':'2026-04-06','until':'2026-05-31'}`, "time_increment", increment, "fields", "reach,impressions,unique_clicks,unique_actions,actions")
	}
	days := ask("1")
	for _, increment := range []string{"7", "28", "monthly", "all_days"} {
		for _, r := range ask(increment) {
			var inside []map[string]any
			for _, d := range days {
				if d["date_start"].(string) >= r["date_start"].(string) && d["date_stop"].(string) <= r["date_stop"].(string) {
					inside = append(inside, d)
				}
			}
			for _, field := range []string{"reach", "unique_clicks"} {
				all, here, best := totalOf(inside, field), totalOf([]map[string]any{r}, field), new(big.Rat)
				for i := range inside {
					if one := totalOf(inside[i:i+1], field); one.Cmp(best) > 0 {
						best = one
					}
				}
				if len(inside) > 1 && (here.Cmp(all) >= 0 || here.Cmp(best) < 0) {
					t.Errorf("%s of %v to %v is %s, best %s, all %s", field, r["date_start"], r["date_stop"], here, best, all)
				}
			}
			unique, gross := sums(t, listOf(t, r, "unique_actions")), sums(t, listOf(t, r, "actions"))
			if sumOf(unique, "value", "link_click").Cmp(sumOf(gross, "value", "link_click")) >= 0 {
				t.Errorf("%v: %v of %v clicks are unique", r["date_start"], unique["link_click value"], gross["link_click value"])
			}
			daily := new(big.Rat)
			for _, d := range inside {
				daily.Add(daily, sumOf(sums(t, listOf(t, d, "unique_actions")), "value", "link_click"))
			}
			if len(inside) > 1 && sumOf(unique, "value", "link_click").Cmp(daily) >= 0 {
				t.Errorf("%v: as many clickers as on all days together, %s", r["date_start"], daily)
			}
		}
	}
	ranges := s.some(s.act(), "time_ranges", `[{'since':'2026-05-01','until':'2026-05-07'},{'since':'2026-05-01','until':'2026-05-28'}]`, "fields", "reach")
	if len(ranges) != 2 || totalOf(ranges[:1], "reach").Cmp(totalOf(ranges[1:], "reach")) >= 0 {
		t.Errorf("%v", ranges)
	}
}

// The setting is on the ad set and on every row. A row above ad sets with different
// settings says so.
func TestInsights_AttributionSetting(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=40,days=30,seed=5")
	specs := map[any]int{}
	for _, set := range s.all(s.act()+"/adsets", "fields", "id,attribution_spec") {
		setting := "7d_click"
		windows := set["attribution_spec"].([]any)
		if len(windows) > 1 {
			setting = "1d_view_7d_click"
		}
		if len(windows) > 2 {
			setting += "_1d_ev"
		}
		specs[setting]++
		for _, r := range s.rows(set["id"].(string), "fields", "attribution_setting,impressions") {
			if r["attribution_setting"] != setting {
				t.Errorf("%v has %v", set, r["attribution_setting"])
			}
		}
	}
	if len(specs) != 3 {
		t.Errorf("%v", specs)
	}
	if r := s.some(s.act(), "fields", "attribution_setting"); r[0]["attribution_setting"] != "multiple" {
		t.Errorf("%v", r[0])
	}
}
