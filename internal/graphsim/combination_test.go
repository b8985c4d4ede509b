package graphsim_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// combination is one row of Meta's table of breakdowns.
type combination struct {
	Cols             []string
	Join             bool
	Breakdowns       []string
	ActionBreakdowns []string `json:"action_breakdowns"`
}

// asked splits a row's columns into Meta's two parameters.
func (c combination) asked() (breakdowns, byAction string) {
	for _, col := range c.Cols {
		col, _, _ = strings.Cut(col, "|") // a card's ID or its name
		if strings.HasPrefix(col, "action_") {
			c.ActionBreakdowns = append(c.ActionBreakdowns, col)
		} else {
			c.Breakdowns = append(c.Breakdowns, col)
		}
	}
	return strings.Join(c.Breakdowns, ","), strings.Join(c.ActionBreakdowns, ",")
}

// Tests every row of Meta's own table.
func TestBreakdown_MetasTable(t *testing.T) {
	t.Parallel()
	var table struct {
		Documented []combination
		Observed   []combination `json:"observed_accepted_http200"`
	}
	if err := json.Unmarshal(shared(t, "meta/derived/breakdown_combinations.json"), &table); err != nil {
		t.Fatal(err)
	}
	s := small(t, "ads=5,days=5,seed=1")
	tried := 0
	for _, c := range slices.Concat(table.Documented, table.Observed) {
		breakdowns, byAction := c.asked()
		if strings.Contains(byAction, "action_converted_product_id") {
			continue // not in Meta's enums, so rejected as unknown
		}
		joins := []string{byAction}
		if c.Join {
			for _, more := range []string{"action_type", "action_target_id", "action_destination"} {
				joins = append(joins, strings.Trim(byAction+","+more, ","))
			}
		}
		for _, join := range joins {
			if r := s.get(s.act()+"/insights", "fields", "actions", "breakdowns", breakdowns, "action_breakdowns", join); r.status != 200 {
				t.Errorf("breakdowns=%s action_breakdowns=%s: %s", breakdowns, join, r.body)
			}
			tried++
		}
	}
	if tried < 60 {
		t.Errorf("only %d combinations", tried)
	}
}

// Combinations that are rejected, with sorted columns.
func TestBreakdown_InvalidActionBreakdowns(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=5,days=5,seed=1")
	for _, c := range [][3]string{
		{"country", "action_reaction", "action_reaction, country"},
		{"age", "action_device", "action_device, age"},
		{"", "action_device,action_reaction", "action_device, action_reaction"},
		{"image_asset,title_asset", "", "action_type, image_asset, title_asset"},
		{"media_type", "", "action_type, media_type"},
		{"region", "action_carousel_card_id", "action_carousel_card_id, region"},
	} {
		r := s.get(s.act()+"/insights", "fields", "actions", "breakdowns", c[0], "action_breakdowns", c[1])
		if e := refused(t, r); e.Code != 100 || e.Message != "(#100) Current combination of data breakdown columns ("+c[2]+") is invalid" {
			t.Errorf("%v: %+v", c, e)
		}
	}
	if e := refused(t, s.get(s.act()+"/insights", "action_breakdowns", "mood")); !strings.HasPrefix(e.Message, "(#100) mood is not valid for action_breakdowns param.") {
		t.Errorf("%+v", e)
	}
}

// media_* cannot be combined with action breakdowns, as reported, and [] means none. Every
// name in Meta's lists works alone.
func TestBreakdown_AllOfMetasNames(t *testing.T) {
	t.Parallel()
	var sdk struct{ Enums map[string][]string }
	if err := json.Unmarshal(shared(t, "meta/derived/sdk_enums.json"), &sdk); err != nil {
		t.Fatal(err)
	}
	s := small(t, "ads=5,days=5,seed=1")
	for param, names := range map[string][]string{"breakdowns": sdk.Enums["AdsInsights.Breakdowns"], "action_breakdowns": sdk.Enums["AdsInsights.ActionBreakdowns"]} {
		for _, n := range names {
			q := []string{"level", "ad", "fields", "impressions", param, n}
			if strings.HasPrefix(n, "media_") {
				q = append(q, "action_breakdowns", "[]")
			}
			r := s.get(s.act()+"/insights", q...)
			needsMore := n == "impression_device" || n == "platform_position"
			if r.status != 200 != needsMore || len(names) < 15 {
				t.Errorf("%s: %s", n, r.body)
			}
		}
	}
}

// Fields that a breakdown omits (docs/meta-api.md#insights).
func TestBreakdown_LimitsFields(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=20,days=500,seed=2")
	const hours = "hourly_stats_aggregated_by_advertiser_time_zone"
	for breakdown, field := range map[string]string{"image_asset": "ctr", "body_asset": "conversions", "title_asset": "unique_clicks", hours: "video_p25_watched_actions"} {
		wantRefusal(t, s.get(s.act()+"/insights", "breakdowns", breakdown, "fields", "impressions,"+field), 400, 100, 0)
	}
	for _, r := range s.some(s.act(), "breakdowns", hours, "fields", "reach,frequency,unique_clicks,cpp,impressions") {
		if r["reach"] != "0" || r["frequency"] != "0" || r["unique_clicks"] != "0" || r["cpp"] != nil || r["impressions"] == "0" {
			t.Fatalf("%v", r)
		}
	}
	for _, r := range s.some(s.act(), "breakdowns", "region", "fields", "video_p50_watched_actions,video_play_actions") {
		if r["video_p50_watched_actions"] != nil || r["video_play_actions"] == nil {
			t.Fatalf("%v", r)
		}
	}
	wantThirteenMonths(t, s)
}

// People are counted by breakdown for 13 months, and without breakdown for longer.
func wantThirteenMonths(t *testing.T, s *sim) {
	t.Helper()
	for since, counts := range map[string]bool{"2025-05-02": true, "2025-05-01": false} { // today is 2 June 2026
		days := `{'since':'` + since + `','until':'2025-06-30'}`
		fields := []string{"time_range", days, "fields", "impressions,reach,frequency,cpp,unique_clicks"}
		for _, r := range s.some(s.act(), append(fields, "breakdowns", "age")...) {
			if _, has := r["reach"]; has != counts || (r["cpp"] != nil) != counts || (r["unique_clicks"] != nil) != counts || r["impressions"] == nil {
				t.Fatalf("since %s: %v", since, r)
			}
		}
		for _, r := range s.some(s.act(), fields...) {
			if r["reach"] == nil {
				t.Fatalf("since %s, without breakdown: %v", since, r)
			}
		}
	}
}

// some returns rows and fails if there are none.
func (s *sim) some(path string, pairs ...string) []map[string]any {
	s.t.Helper()
	rows := s.rows(path, pairs...)
	if len(rows) == 0 {
		s.t.Fatalf("no rows for %v", pairs)
	}
	return rows
}
