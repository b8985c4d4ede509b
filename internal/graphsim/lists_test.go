package graphsim_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// element is an element of an actions list with all its keys.
type element map[string]string

func listOf(t testing.TB, r map[string]any, field string) (list []element) {
	t.Helper()
	held, isList := r[field].([]any)
	if r[field] != nil && !isList {
		t.Fatalf("%s is %v", field, r[field])
	}
	for _, e := range held {
		one := element{}
		for name, v := range e.(map[string]any) {
			one[name] = v.(string)
		}
		list = append(list, one)
	}
	return list
}

// sums adds up elements by type and window, without elements that repeat others of their type.
func sums(t testing.TB, list []element) map[string]*big.Rat {
	t.Helper()
	all := map[string]*big.Rat{}
	for _, e := range list {
		for name, text := range e {
			if n, is := new(big.Rat).SetString(text); is && (name == "value" || strings.HasPrefix(name, "1d_") || strings.HasSuffix(name, "d_click")) && e["action_video_type"] != "total" {
				key := e["action_type"] + " " + name
				if all[key] == nil {
					all[key] = new(big.Rat)
				}
				all[key].Add(all[key], n)
			}
		}
	}
	return all
}

func sumOf(all map[string]*big.Rat, window string, kinds ...string) *big.Rat {
	total := new(big.Rat)
	for _, kind := range kinds {
		if n := all[kind+" "+window]; n != nil {
			total.Add(total, n)
		}
	}
	return total
}

// Every row keeps the identities of action types, the order of windows, and one purchase
// under four types.
func TestActions_Identities(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := small(t, fmt.Sprintf("ads=%d,days=%d,seed=%d", rapid.IntRange(1, 15).Draw(r, "ads"), rapid.IntRange(1, 40).Draw(r, "days"), rapid.IntRange(1, 999).Draw(r, "seed")))
		rows := s.rows(s.act(), "date_preset", "last_30d", "fields", "actions,action_values", "action_attribution_windows", `["1d_click","7d_click","28d_click","1d_view","1d_ev"]`,
			"level", rapid.SampledFrom([]string{"account", "campaign", "adset", "ad"}).Draw(r, "level"),
			"time_increment", rapid.SampledFrom([]string{"1", "7", "28", "monthly", "all_days"}).Draw(r, "increment"),
			"breakdowns", rapid.SampledFrom([]string{"", "country", "age,gender", "publisher_platform", "region", "product_id"}).Draw(r, "breakdowns"))
		for _, row := range rows {
			for _, field := range []string{"actions", "action_values"} {
				keepsIdentities(r, sums(t, listOf(t, row, field)), row)
			}
		}
	})
}

func keepsIdentities(t *rapid.T, all map[string]*big.Rat, row map[string]any) {
	same := func(window string, whole string, parts ...string) {
		if a, b := sumOf(all, window, whole), sumOf(all, window, parts...); a.Cmp(b) != 0 {
			t.Fatalf("%s of %s is %s, %v are %s in %v", window, whole, a.FloatString(2), parts, b.FloatString(2), row)
		}
	}
	for _, w := range []string{"value", "1d_click", "7d_click", "28d_click", "1d_view"} {
		same(w, "page_engagement", "post_engagement", "like")
		same(w, "post_engagement", "post_reaction", "comment", "link_click", "photo_view", "video_view", "post", "onsite_conversion.post_save")
		same(w, "omni_landing_page_view", "landing_page_view")
		same(w, "purchase", "omni_purchase")
		same(w, "purchase", "onsite_web_purchase")
		same(w, "purchase", "offsite_conversion.fb_pixel_purchase")
		same(w, "lead", "offsite_conversion.fb_pixel_lead")
	}
	for key := range all {
		kind, window, _ := strings.Cut(key, " ")
		if window != "value" {
			continue
		}
		day, week, month := sumOf(all, "1d_click", kind), sumOf(all, "7d_click", kind), sumOf(all, "28d_click", kind)
		if day.Cmp(week) > 0 || week.Cmp(month) > 0 {
			t.Fatalf("%s: %v, %v, %v", kind, day, week, month)
		}
	}
}

// An action breakdown splits a type into parts that add up to it. The total that Meta adds
// to a video's parts is not a part.
func TestActions_BreakdownsAddUp(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=60,days=40,seed=7")
	ask := func(byAction string) map[string]any {
		rows := s.rows(s.act(), "date_preset", "last_30d", "fields", "actions,video_p25_watched_actions,outbound_clicks", "action_breakdowns", byAction, "action_attribution_windows", `["7d_click","1d_view"]`)
		return rows[0]
	}
	plain := ask("action_type")
	for byAction, want := range map[string][2]string{
		"action_reaction": {"actions", "post_reaction"}, "action_video_type": {"video_p25_watched_actions", "video_view"}, "action_video_sound": {"actions", "video_view"},
		"action_device": {"actions", "comment"}, "action_destination": {"actions", "link_click"}, "action_target_id": {"outbound_clicks", "outbound_click"},
		"action_carousel_card_id": {"actions", "link_click"}, "action_carousel_card_name": {"actions", "link_click"},
	} {
		got := ask(byAction)
		for _, field := range []string{"actions", "video_p25_watched_actions", "outbound_clicks"} {
			whole, parts := sums(t, listOf(t, plain, field)), sums(t, listOf(t, got, field))
			for key, n := range whole {
				if parts[key] == nil || parts[key].Cmp(n) != 0 {
					t.Errorf("%s: %s of %s is %v, in all it is %v", byAction, key, field, parts[key], n)
				}
			}
		}
		values := map[string]bool{}
		for _, e := range listOf(t, got, want[0]) {
			if e["action_type"] == want[1] {
				values[e[byAction]] = true
			}
		}
		if len(values) < 2 || values[""] {
			t.Errorf("%s has the values %v", byAction, values)
		}
		if values["total"] != (byAction == "action_video_type") {
			t.Errorf("%s: a total among %v", byAction, values)
		}
	}
}

// Other lists, and lists computed from them.
func TestActions_DerivedLists(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=40,days=40,seed=7")
	fields := "spend,impressions,reach,actions,conversions,conversion_values,outbound_clicks,unique_outbound_clicks,unique_actions,unique_conversions," +
		"video_play_actions,video_p25_watched_actions,video_p50_watched_actions,video_p75_watched_actions,video_p95_watched_actions,video_p100_watched_actions," +
		"video_30_sec_watched_actions,video_15_sec_watched_actions,video_thruplay_watched_actions,video_avg_time_watched_actions,video_time_watched_actions,video_continuous_2_sec_watched_actions," +
		"cost_per_outbound_click,cost_per_thruplay,cost_per_conversion,cost_per_unique_action_type,outbound_clicks_ctr,website_ctr,purchase_roas,website_purchase_roas"
	row := s.rows(s.act(), "date_preset", "last_30d", "fields", fields)[0]
	for _, field := range strings.Split(fields, ",") {
		if row[field] == nil {
			t.Errorf("no %s", field)
		}
	}
	one := func(field string) *big.Rat {
		n, _ := new(big.Rat).SetString(listOf(t, row, field)[0]["value"])
		return n
	}
	for _, steps := range [][]string{
		{"video_play_actions", "video_p25_watched_actions", "video_p50_watched_actions", "video_p75_watched_actions", "video_p95_watched_actions", "video_p100_watched_actions"},
		{"video_15_sec_watched_actions", "video_30_sec_watched_actions"}, {"outbound_clicks", "unique_outbound_clicks"},
	} {
		for i := 1; i < len(steps); i++ {
			if one(steps[i-1]).Cmp(one(steps[i])) < 0 {
				t.Errorf("%s is below %s", steps[i-1], steps[i])
			}
		}
	}
	spend, _ := new(big.Rat).SetString(row["spend"].(string))
	cost := new(big.Rat).Quo(spend, one("outbound_clicks"))
	if cost.Sub(cost, one("cost_per_outbound_click")); cost.Abs(cost).Cmp(big.NewRat(2, 1_000_000)) > 0 {
		t.Errorf("%v: %v", row["spend"], row["cost_per_outbound_click"])
	}
	if types := sums(t, listOf(t, row, "conversions")); sumOf(types, "value", "contact_total").Cmp(sumOf(types, "value", "contact_website")) != 0 || len(types) < 4 {
		t.Errorf("%v", row["conversions"])
	}
}

// Results have the format that API users reported.
func TestInsights_Results(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=60,days=40,seed=7")
	indicators, empty := map[any]bool{}, 0
	for _, r := range s.some(s.act(), "level", "ad", "time_increment", "1", "fields", "results,cost_per_result,result_rate,objective_results,spend,actions,reach,objective,optimization_goal,attribution_setting,quality_ranking") {
		result := r["results"].([]any)[0].(map[string]any)
		indicators[result["indicator"]] = true
		values, has := result["values"].([]any)
		if !has {
			empty++
			continue
		}
		value := values[0].(map[string]any)
		kind := strings.TrimPrefix(result["indicator"].(string), "actions:")
		counted := sumOf(sums(t, listOf(t, r, "actions")), "value", kind).FloatString(0)
		if kind == "reach" {
			counted = r["reach"].(string)
		}
		if value["value"] != counted || fmt.Sprint(value["attribution_windows"]) != "[default]" || r["objective"] == nil || r["optimization_goal"] == nil {
			t.Fatalf("%v counted as %s in %v", value, counted, r)
		}
		if cost := r["cost_per_result"].([]any)[0].(map[string]any); cost["indicator"] != result["indicator"] || cost["values"] == nil && r["spend"] != "0" {
			t.Fatalf("%v", r)
		}
	}
	if len(indicators) != 5 || !indicators["reach"] || empty == 0 {
		t.Errorf("%v, %d without values", indicators, empty)
	}
}

// Conversions may be missing above ad level.
func TestActions_MissingAboveAds(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=40,days=40,seed=7,lowconversions=1")
	counted := func(level, kind string) (n int) {
		for _, r := range s.some(s.act(), "level", level, "fields", "actions", "date_preset", "last_30d") {
			if sumOf(sums(t, listOf(t, r, "actions")), "value", kind).Sign() > 0 {
				n++
			}
		}
		return n
	}
	for _, level := range []string{"account", "campaign", "adset"} {
		if counted(level, "purchase") != 0 || counted(level, "link_click") == 0 {
			t.Errorf("at level %s there are purchases, or nothing is", level)
		}
	}
	if counted("ad", "purchase") == 0 {
		t.Error("the ads have no purchase")
	}
}
