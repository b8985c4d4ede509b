package graphsim_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// combination is one row of derived/breakdown_combinations.json.
type combination struct {
	Cols             []string
	Join             bool
	Breakdowns       []string
	ActionBreakdowns []string `json:"action_breakdowns"`
}

// asked splits a row's columns into the two parameters that Meta has for them.
func (c combination) asked() (breakdowns, byAction string) {
	for _, col := range c.Cols {
		col, _, _ = strings.Cut(col, "|") // a card's id or its name
		if strings.HasPrefix(col, "action_") {
			c.ActionBreakdowns = append(c.ActionBreakdowns, col)
		} else {
			c.Breakdowns = append(c.Breakdowns, col)
		}
	}
	return strings.Join(c.Breakdowns, ","), strings.Join(c.ActionBreakdowns, ",")
}

// SIM-10, R33, PAINS #32: Meta's own table, row by row.
func TestMetasTableOfBreakdownsIsKept(t *testing.T) {
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
			continue // in no enum of Meta's: it is refused as unknown
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

// SIM-10: what is refused, with its columns sorted.
func TestActionBreakdownsThatDoNotGoTogetherAreRefused(t *testing.T) {
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

// Reported: media_* go with no kind of action, and [] names none. Whatever stands in
// Meta's lists is answered, alone.
func TestEveryBreakdownOfMetasListsIsAnswered(t *testing.T) {
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

// META_API.md §2.5: what a breakdown keeps back.
func TestABreakdownLimitsTheFields(t *testing.T) {
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

// PAINS #5: people by breakdown are counted for 13 months, all together longer.
func wantThirteenMonths(t *testing.T, s *sim) {
	t.Helper()
	for since, counts := range map[string]bool{"2025-05-02": true, "2025-05-01": false} { // it is 2 June 2026
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

// some are rows of which there must be one at least.
func (s *sim) some(path string, pairs ...string) []map[string]any {
	s.t.Helper()
	rows := s.rows(path, pairs...)
	if len(rows) == 0 {
		s.t.Fatalf("no rows for %v", pairs)
	}
	return rows
}
