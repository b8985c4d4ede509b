package graphsim_test

import (
	"testing"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

func TestBreakdown_Combinations(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=5,days=5,seed=1")
	for _, good := range []string{"age", "gender,age", `["age","gender"]`, "country", "publisher_platform", "publisher_platform, platform_position",
		"device_platform,publisher_platform,platform_position", "publisher_platform,platform_position,impression_device", "country,region"} {
		if r := s.get(s.act()+"/insights", "breakdowns", good); r.status != 200 {
			t.Errorf("%s: %s", good, r.body)
		}
	}
	for wrong, columns := range map[string]string{
		"platform_position": "action_type, platform_position", "impression_device": "action_type, impression_device",
		"age,gender,country": "action_type, age, country, gender", "publisher_platform,age": "action_type, age, publisher_platform", "age,age": "action_type, age, age",
	} {
		for _, r := range []reply{s.get(s.act()+"/insights", "breakdowns", wrong), s.post(s.act()+"/insights", "breakdowns", wrong)} {
			wantRefusal(t, r, 400, 100, 0)
			if e := refused(t, r); e.Message != "(#100) Current combination of data breakdown columns ("+columns+") is invalid" {
				t.Errorf("%s: %s", wrong, e.Message)
			}
		}
	}
	r := s.get(s.act()+"/insights", "breakdowns", "mood")
	if e := refused(t, r); e.Message != "(#100) mood is not valid for breakdowns param. please check https://developers.facebook.com/docs/marketing-api/insights/breakdowns/ for all valid values" {
		t.Error(e.Message)
	}
}

// acted returns an account with one row that has actions.
func acted() hand {
	h := days(1)
	h.rows[0].Actions = []advertiser.Action{
		{Type: "link_click", Value: "12", Windows: []advertiser.WindowValue{{Window: "1d_view", Value: "1"}, {Window: "7d_click", Value: "11"}, {Window: "7d_view", Value: "3"}}},
		{Type: "like", Value: "2"},
	}
	h.rows[0].ActionValues = []advertiser.Action{{Type: "omni_purchase", Value: "3.5", Windows: []advertiser.WindowValue{{Window: "7d_click", Value: "3.5"}}}}
	return h
}

// Only requested windows with a count are returned, and never the two that Meta ended in
// January 2026.
func TestActions_Windows(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, acted())
	const end = `,"account_id":"55","date_start":"2026-06-01","date_stop":"2026-06-01"}],"paging":{"cursors":{"before":"MAZDZD","after":"MAZDZD"}}}`
	q := []string{"date_preset", "yesterday", "time_increment", "1", "fields"}
	wantBody(t, s.get("act_55/insights", append(q, "actions")...), `{"data":[{"actions":[{"action_type":"link_click","value":"12"},{"action_type":"like","value":"2"}]`+end)
	wantBody(t, s.get("act_55/insights", append(q, "actions,action_values", "action_attribution_windows", `["7d_click","1d_view","7d_view","28d_view"]`)...),
		`{"data":[{"actions":[{"action_type":"link_click","value":"12","7d_click":"11","1d_view":"1"},{"action_type":"like","value":"2"}],"action_values":[{"action_type":"omni_purchase","value":"3.5","7d_click":"3.5"}]`+end)
	wantBody(t, s.get("act_55/insights", append(q, "cost_per_action_type,purchase_roas")...),
		`{"data":[{"cost_per_action_type":[{"action_type":"link_click","value":"0.083333"},{"action_type":"like","value":"0.5"}],"purchase_roas":[{"action_type":"omni_purchase","value":"3.5"}]`+end)
	none := serve(t, graphsim.Options{}, days(1))
	wantBody(t, none.get("act_55/insights", append(q, "actions,action_values,purchase_roas")...), `{"data":[{"account_id":"55","date_start":"2026-06-01","date_stop":"2026-06-01"}],"paging":{"cursors":{"before":"MAZDZD","after":"MAZDZD"}}}`)
}
