package graphsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

// tree returns an account with a campaign, two ad sets and four ads, one archived and one
// deleted. Each ad has a row on 1 June.
func tree() hand {
	const made, later = "2026-03-05T16:00:39+0100", "2026-05-12T14:23:11+0200"
	h := hand{id: "55", objects: map[advertiser.Kind][]advertiser.Object{
		advertiser.Campaign: {object("1", "name", "Spring/25 \u00fc", "effective_status", "ACTIVE", "status", "ACTIVE", "objective", "OUTCOME_SALES", "created_time", made, "updated_time", later)},
		advertiser.AdSet: {
			object("2", "name", "Wide", "effective_status", "ACTIVE", "campaign_id", "1", "daily_budget", "500"),
			object("9", "name", "Old", "effective_status", "ARCHIVED", "campaign_id", "1")},
		advertiser.Ad: {
			object("3", "name", "A", "effective_status", "ACTIVE", "campaign_id", "1", "adset_id", "2", "updated_time", later, "creative", map[string]any{"id": "70"}),
			object("4", "name", "B", "effective_status", "CAMPAIGN_PAUSED", "campaign_id", "1", "adset_id", "2", "updated_time", made),
			object("5", "name", "C", "effective_status", "ARCHIVED", "campaign_id", "1", "adset_id", "9"),
			object("6", "name", "D", "effective_status", "DELETED", "campaign_id", "1", "adset_id", "2")},
		advertiser.Creative: {object("70", "name", "Picture", "title", "Buy", "image_url", "https://cdn/x.jpg?a=1")},
	}}
	for i, ad := range []string{"3", "4", "6", "5"} { // sorted by ad set, as hand's sums need them
		r := row("2026-06-01", ad, 1000, int64(i), 2_500_000)
		if ad == "5" {
			r.AdSetID = "9"
		}
		h.rows = append(h.rows, r)
	}
	return h
}

func ids(l list) (out []string) {
	for _, o := range l.Data {
		out = append(out, fmt.Sprint(o["id"]))
	}
	return out
}

func wantBody(t *testing.T, r reply, want string) {
	t.Helper()
	if got := string(r.body); got != want || r.status != 200 {
		t.Errorf("%d %s\nwant %s", r.status, got, want)
	}
}

func TestNode_FieldOrder(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	wantBody(t, s.get("act_55"), `{"account_id":"55","id":"act_55"}`)
	for _, id := range []string{"1", "2", "3"} {
		wantBody(t, s.get(id), `{"id":"`+id+`"}`)
	}
	wantBody(t, s.get("1", "fields", "objective,name"), `{"objective":"OUTCOME_SALES","name":"Spring\/25 \u00fc","id":"1"}`)
	wantBody(t, s.get("1", "fields", "id , status\n,daily_budget,spend_cap"), `{"id":"1","status":"ACTIVE"}`)
	wantBody(t, s.get("2", "fields", `["daily_budget","id"]`), `{"daily_budget":"500","id":"2"}`)
	wantRefusal(t, s.get("2", "fields", "wings"), 400, 100, 0)
	wantBody(t, s.get("act_55/ads", "fields", "name,wings", "limit", "1", "effective_status", `["DISAPPROVED"]`), `{"data":[]}`)
	if got := decode[list](t, s.get("act_55/ads", "fields", "name,wings")); len(got.Data) != 2 {
		t.Errorf("ads passes over unknown fields [recorded: ads_creative_page2_limit25]: %v", got)
	}
}

// The accounts that a token opens.
func TestMe_AdAccounts(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree(), hand{id: "56"})
	got := decode[list](t, s.get("me/adaccounts", "fields", "name,currency"))
	if !slices.Equal(ids(got), []string{"act_55", "act_56"}) || got.Data[0]["name"] != "Hand/made" {
		t.Errorf("%v", got)
	}
	if me := decode[map[string]any](t, s.get("me", "fields", "id,name")); me["id"] == "" || me["name"] == "" {
		t.Errorf("%v", me)
	}
	wantRefusal(t, s.get("me/wings"), 400, 2500, 0)
	nested := decode[struct{ Data []struct{ Ads list } }](t, s.get("me/adaccounts", "fields", "ads.limit(1){id}"))
	if len(nested.Data) != 2 || nested.Data[0].Ads.Paging.Next == "" {
		t.Errorf("%+v", nested)
	}
}

// What is visible where, by status.
func TestEdge_ArchivedAndDeleted(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	filter := func(values string) string {
		return `[{"field":"ad.effective_status","operator":"IN","value":[` + values + `]}]`
	}
	for _, c := range []struct {
		pairs []string
		want  string
	}{
		{nil, "3 4"},
		{[]string{"effective_status", `["ARCHIVED"]`}, "5"},
		{[]string{"effective_status", `['ACTIVE','ARCHIVED']`}, "3 5"},
		{[]string{"filtering", filter(`"DELETED","ARCHIVED"`)}, "5 6"},
		{[]string{"filtering", `[{field:"campaign.id",operator:"IN",value:["1"]}]`}, "3 4"},
		{[]string{"filtering", `[{'field':'ad.updated_time','operator':'GREATER_THAN','value':1775000000}]`}, "3"},
		{[]string{"updated_since", "1775000000"}, "3"},
	} {
		if got := strings.Join(ids(decode[list](t, s.get("act_55/ads", c.pairs...))), " "); got != c.want {
			t.Errorf("%v: %s, want %s", c.pairs, got, c.want)
		}
	}
	for _, id := range []string{"5", "6", "9"} {
		wantBody(t, s.get(id), `{"id":"`+id+`"}`)
	}
	wantRefusal(t, s.get("act_55/ads", "effective_status", `["SLEEPING"]`), 400, 100, 1487561)
	wantRefusal(t, s.get("act_55/campaigns", "effective_status", `["ADSET_PAUSED"]`), 400, 100, 1487561)
	if r := s.get("act_55/ads", "effective_status", `["DELETED"]`); r.status != 400 {
		t.Errorf("%d: deleted ads by effective_status", r.status)
	}
}

// Archived and deleted ads count in the figures above them, and have rows only if they are
// requested.
func TestInsights_ArchivedAndDeleted(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	const all = `[{"field":"ad.effective_status","operator":"IN","value":["ACTIVE","CAMPAIGN_PAUSED","ARCHIVED","DELETED"]}]`
	for _, c := range []struct {
		path  string
		pairs []string
		want  string
	}{
		{"act_55", []string{"fields", "impressions"}, "4000"},
		{"1", []string{"fields", "impressions"}, "4000"},
		{"2", []string{"fields", "impressions"}, "3000"},
		{"9", []string{"fields", "impressions"}, "1000"},
		{"5", []string{"fields", "impressions"}, "1000"},
		{"6", []string{"fields", "impressions"}, "1000"},
		{"act_55", []string{"fields", "impressions", "level", "ad"}, "1000 1000"},
		{"act_55", []string{"fields", "impressions", "level", "ad", "filtering", all}, "1000 1000 1000 1000"},
		{"act_55", []string{"fields", "impressions", "level", "campaign"}, "4000"},
	} {
		var got []string
		pairs := append([]string{"time_range", `{'since':'2026-06-01','until':'2026-06-01'}`}, c.pairs...)
		for _, r := range decode[list](t, s.get(c.path+"/insights", pairs...)).Data {
			got = append(got, fmt.Sprint(r["impressions"]))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %v: %v, want %s", c.path, c.pairs, got, c.want)
		}
	}
}

func TestNode_NestedFields(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	wantBody(t, s.get("3", "fields", "creative"), `{"creative":{"id":"70"},"id":"3"}`)
	wantBody(t, s.get("3", "fields", "creative{name, title}"), `{"creative":{"name":"Picture","title":"Buy","id":"70"},"id":"3"}`)
	wantBody(t, s.get("3", "fields", "campaign{name},adset{id}"), `{"campaign":{"name":"Spring\/25 \u00fc","id":"1"},"adset":{"id":"2"},"id":"3"}`)
	got := decode[struct {
		AdSets struct {
			Data []struct {
				ID  string
				Ads list
			}
		}
	}](t, s.get("1", "fields", "adsets.limit(2){id,ads.limit(1){id}}"))
	if len(got.AdSets.Data) != 1 || !slices.Equal(ids(got.AdSets.Data[0].Ads), []string{"3"}) || got.AdSets.Data[0].Ads.Paging.Next == "" {
		t.Fatalf("%+v", got)
	}
	if met, _ := s.walk(s.do("GET", got.AdSets.Data[0].Ads.Paging.Next, ""), "id"); !slices.Equal(met, []string{"4"}) {
		t.Errorf("the nested page goes on with %v", met)
	}
	wantBody(t, s.get("9", "fields", "ads{id}"), `{"id":"9"}`) // its only ad is archived
	ad := decode[struct{ Insights list }](t, s.get("3", "fields", "insights.date_preset(last_7d).time_increment(1){spend}"))
	if len(ad.Insights.Data) != 1 || ad.Insights.Data[0]["spend"] != "2.5" || ad.Insights.Data[0]["date_start"] != "2026-06-01" {
		t.Errorf("%+v", ad)
	}
	wantBody(t, s.get("3", "fields", "insights.date_preset(today){spend}"), `{"id":"3"}`)
}

func TestNode_SeveralIDs(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	wantBody(t, s.get("", "ids", "1,3", "fields", "name"), `{"1":{"name":"Spring\/25 \u00fc","id":"1"},"3":{"name":"A","id":"3"}}`)
	wantRefusal(t, s.get("", "ids", "1,404"), 400, 100, 33)
	s.Inject(graphsim.Fault{Scopes: []string{"public_profile"}})
	wantRefusal(t, s.get("", "ids", "1,3"), 403, 200, 0)
}

// Signed links change at every read (docs/meta-api.md#media).
func TestNode_LinksAreSigned(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	a, b := s.get("70", "fields", "image_url"), s.get("70", "fields", "image_url")
	if string(a.body) == string(b.body) || !strings.Contains(string(a.body), `https:\/\/cdn\/x.jpg?a=1`) {
		t.Errorf("%s, then %s", a.body, b.body)
	}
}

// What is not simulated is rejected, never invented.
func TestRoute_Unsupported(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	for path, status := range map[string]int{"act_55/adlabels": 501, "act_404": 400, "404/insights": 400, "act_55/insights/x": 400} {
		if r := s.get(path); r.status != status {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	if r := s.do("DELETE", "/v25.0/3", ""); r.status != 400 {
		t.Errorf("DELETE: %d", r.status)
	}
	if !s.Now().Equal(noon) || noon.Location() != time.UTC {
		t.Error("the clock moved")
	}
}
