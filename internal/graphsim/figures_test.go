package graphsim_test

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"adtally/internal/graphsim"
)

const closed = `{'since':'2026-04-01','until':'2026-05-20'}`

// rows reads all pages of an insights request.
func (s *sim) rows(path string, pairs ...string) []map[string]any {
	s.t.Helper()
	return decode[list](s.t, s.get(path+"/insights", append([]string{"limit", "100000"}, pairs...)...)).Data
}

// The order is: requested fields, days, breakdowns.
func TestInsights_KeyOrder(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	day := []string{"time_range", `{'since':'2026-06-01','until':'2026-06-01'}`}
	wantBody(t, s.get("4/insights", append(day, "fields", "spend,date_stop,impressions,ad_id,reach")...),
		`{"data":[{"spend":"2.5","impressions":"1000","ad_id":"4","date_start":"2026-06-01","date_stop":"2026-06-01"}],"paging":{"cursors":{"before":"MAZDZD","after":"MAZDZD"}}}`)
	wantBody(t, s.get("act_55/insights", append(day, "fields", "clicks")...), // §2.4: account_id comes unasked
		`{"data":[{"clicks":"6","account_id":"55","date_start":"2026-06-01","date_stop":"2026-06-01"}],"paging":{"cursors":{"before":"MAZDZD","after":"MAZDZD"}}}`)
	got := s.rows("act_55", day...)
	if len(got) != 1 || len(got[0]) != 5 || got[0]["spend"] != "10" || got[0]["impressions"] != "4000" || got[0]["account_id"] != "55" {
		t.Errorf("without fields: %v", got)
	}
	inv := small(t, "ads=10,days=5,seed=2")
	order := regexp.MustCompile(`^\{"data":\[\{"impressions":"\d+","ad_id":"\d+","account_id":"\d+","date_start":"[-\d]+","date_stop":"[-\d]+","country":"\w+"`)
	if body := inv.get(inv.act()+"/insights", "fields", "impressions,ad_id", "level", "ad", "breakdowns", "country", "limit", "1").body; !order.Match(body) {
		t.Errorf("%s", body)
	}
}

func TestInsights_Ratios(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=20,days=40,seed=5")
	number := func(r map[string]any, name string) (float64, bool) {
		text, is := r[name].(string)
		var f float64
		if is {
			if _, err := fmt.Sscan(text, &f); err != nil || strings.HasSuffix(text, ".") || strings.Contains(text, ".") && strings.HasSuffix(text, "0") {
				t.Fatalf("%s is %q (%v)", name, text, err)
			}
		}
		return f, is
	}
	rules := []struct {
		name, above, below string
		times              float64
	}{
		{"ctr", "clicks", "impressions", 100}, {"cpc", "spend", "clicks", 1}, {"cpm", "spend", "impressions", 1000}, {"cpp", "spend", "reach", 1000},
		{"frequency", "impressions", "reach", 1}, {"inline_link_click_ctr", "inline_link_clicks", "impressions", 100},
		{"unique_ctr", "unique_clicks", "reach", 100}, {"cost_per_unique_click", "spend", "unique_clicks", 1}, {"cost_per_inline_link_click", "spend", "inline_link_clicks", 1},
	}
	names := "spend,impressions,clicks,reach,inline_link_clicks,unique_clicks"
	for _, r := range rules {
		names += "," + r.name
	}
	checked, absent := 0, 0
	for _, r := range s.rows(s.act(), "level", "ad", "time_increment", "1", "fields", names) {
		for _, rule := range rules {
			above, _ := number(r, rule.above)
			below, hasBelow := number(r, rule.below)
			got, is := number(r, rule.name)
			if is != (hasBelow && below != 0) {
				t.Fatalf("%s present: %v, in %v", rule.name, is, r)
			}
			if !is {
				absent++
				continue
			}
			checked++
			if math.Abs(got-above/below*rule.times) > 2e-6 {
				t.Fatalf("%s is %v in %v", rule.name, got, r)
			}
		}
	}
	if checked < 1000 || absent < 10 {
		t.Errorf("%d ratios and %d absent ones say little", checked, absent)
	}
}

// The sums of a closed period agree at every level and increment, except for people.
func TestInsights_SumsAgree(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=25,days=90,seed=7")
	statuses := func(word string) string {
		return `[{field:"` + word + `.effective_status",operator:"IN",value:["ACTIVE","PAUSED","DELETED","ARCHIVED","IN_PROCESS","WITH_ISSUES","CAMPAIGN_PAUSED","ADSET_PAUSED","DISAPPROVED","PENDING_BILLING_INFO","PENDING_REVIEW","PREAPPROVED"]}]`
	}
	sum := func(name string, pairs ...string) *big.Rat {
		total := new(big.Rat)
		for _, r := range s.rows(s.act(), append([]string{"time_range", closed, "fields", "impressions,clicks,spend,inline_link_clicks,reach"}, pairs...)...) {
			if text, is := r[name].(string); is {
				n, _ := new(big.Rat).SetString(text)
				total.Add(total, n)
			}
		}
		return total
	}
	for _, name := range []string{"impressions", "clicks", "spend", "inline_link_clicks"} {
		want := sum(name)
		if want.Sign() == 0 {
			t.Fatalf("no %s", name)
		}
		for _, pairs := range [][]string{
			{"time_increment", "1"}, {"time_increment", "7"}, {"time_increment", "monthly"},
			{"level", "campaign", "filtering", statuses("campaign")}, {"level", "adset", "filtering", statuses("adset"), "time_increment", "30"},
			{"level", "ad", "filtering", statuses("ad"), "time_increment", "1"}, {"breakdowns", "country"}, {"breakdowns", "age,gender", "time_increment", "1"},
		} {
			if got := sum(name, pairs...); got.Cmp(want) != 0 {
				t.Errorf("%s by %v is %s, want %s", name, pairs, got.FloatString(2), want.FloatString(2))
			}
		}
	}
	if sum("reach").Cmp(sum("reach", "time_increment", "1")) >= 0 {
		t.Error("the days' people add up to the period's")
	}
}

// Days without delivery have no row, unless attribution_setting is requested.
func TestInsights_DaysWithoutDelivery(t *testing.T) {
	t.Parallel()
	h := hand{id: "55"}
	h.rows = append(h.rows, row("2026-05-20", "3", 10, 0, 1e6), row("2026-05-22", "3", 10, 0, 1e6))
	s := serve(t, graphsim.Options{}, h)
	q := []string{"time_range", `{'since':'2026-05-19','until':'2026-05-24'}`, "time_increment", "1", "fields"}
	if got := s.rows("act_55", append(q, "spend,impressions")...); len(got) != 2 {
		t.Errorf("%d rows", len(got))
	}
	got := s.rows("act_55", append(q, "spend,attribution_setting")...)
	if len(got) != 6 || got[0]["spend"] != "0" || got[1]["spend"] != "1" || got[5]["date_start"] != "2026-05-24" {
		t.Errorf("%v", got)
	}
	if got := s.rows("act_55", "time_range", `{'since':'2026-06-01','until':'2026-12-24'}`, "time_increment", "1", "fields", "spend,attribution_setting"); len(got) != 2 {
		t.Errorf("%d days up to today", len(got))
	}
}

// Periods are counted from the first day; the last one may be shorter; none is empty.
func TestInsights_Increments(t *testing.T) {
	t.Parallel()
	h := hand{id: "55"}
	for _, day := range []string{"2026-01-05", "2026-02-10", "2026-05-31"} {
		h.rows = append(h.rows, row(day, "3", 10, 0, 1e6))
	}
	s := serve(t, graphsim.Options{}, h)
	for increment, want := range map[string]string{
		"30":       "2026-01-01..2026-01-30 2026-01-31..2026-03-01 2026-05-31..2026-06-02",
		"monthly":  "2026-01-01..2026-01-31 2026-02-01..2026-02-28 2026-05-01..2026-05-31",
		"all_days": "2026-01-01..2026-06-02",
	} {
		var got []string
		for _, r := range s.rows("act_55", "date_preset", "this_year", "time_increment", increment) {
			got = append(got, fmt.Sprintf("%s..%s", r["date_start"], r["date_stop"]))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", increment, got, want)
		}
	}
	for _, wrong := range []string{"0", "91", "weekly"} {
		wantRefusal(t, s.get("act_55/insights", "time_increment", wrong), 400, 100, 0)
	}
}
