package graphsim_test

import (
	"fmt"
	"slices"
	"testing"

	"adtally/internal/graphsim"
)

// businesses returns a simulator with an agency that owns one of three accounts and has
// another one of a client. The third belongs to no business and is shared with Petra.
func businesses(t *testing.T) *sim {
	s := serve(t, graphsim.Options{}, hand{id: "55"}, hand{id: "56"}, hand{id: "57"})
	body := `{"id":"900","name":"Agency","owned_ad_accounts":["act_55"],"client_ad_accounts":["56"]}`
	if r := s.do("POST", "/__sim/business", body); r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return s
}

// [specs: Business.json, User.json, BusinessUser.json]
func TestBusiness_ListsItsAccountsAndPeople(t *testing.T) {
	t.Parallel()
	s := businesses(t)
	wantBody(t, s.get("900", "fields", "name"), `{"name":"Agency","id":"900"}`)
	for _, c := range []struct {
		path  string
		pairs []string
		want  []string
	}{
		{"me/businesses", nil, []string{"900"}},
		{"900/owned_ad_accounts", nil, []string{"act_55"}},
		{"900/client_ad_accounts", nil, []string{"act_56"}},
		{"900/owned_ad_accounts", []string{"include_shared_ad_accounts", "true"}, []string{"act_55", "act_56"}},
		{"900/client_ad_accounts", []string{"search_query", "hand"}, []string{"act_56"}},
		{"900/client_ad_accounts", []string{"search_query", "foot"}, nil},
	} {
		if got := ids(decode[list](t, s.get(c.path, c.pairs...))); !slices.Equal(got, c.want) {
			t.Errorf("%s %v: %v", c.path, c.pairs, got)
		}
	}
	got := decode[list](t, s.get("900/owned_ad_accounts", "fields", "name,currency", "summary", "total_count"))
	if fmt.Sprint(got.Data) != "[map[currency:EUR id:act_55 name:Hand/made]]" || got.Summary["total_count"] != 1.0 {
		t.Errorf("%v", got)
	}
	people := decode[list](t, s.get("900/business_users", "fields", "name,role,business{name}"))
	if len(people.Data) != 1 || people.Data[0]["name"] != "Petra Person" || fmt.Sprint(people.Data[0]["business"]) != "map[id:900 name:Agency]" {
		t.Errorf("%v", people.Data)
	}
}

func TestBusiness_KnownFromAccount(t *testing.T) {
	t.Parallel()
	s := small(t, "accounts=2,ads=2,days=3,seed=1")
	own := decode[map[string]any](t, s.get(s.act(), "fields", "business"))["business"].(map[string]any)
	all := decode[list](t, s.get("me/businesses"))
	if len(all.Data) != 2 || fmt.Sprint(all.Data[0]) != fmt.Sprint(own) {
		t.Errorf("%v, and the account says %v", all.Data, own)
	}
	if got := ids(decode[list](t, s.get(fmt.Sprint(own["id"])+"/owned_ad_accounts"))); !slices.Equal(got, []string{s.act()}) {
		t.Errorf("%v", got)
	}
}

// A person is a business user of each of their businesses; a system user is not.
func TestMe_BusinessUsers(t *testing.T) {
	t.Parallel()
	s := businesses(t)
	if got := decode[list](t, s.get("me/business_users")); len(got.Data) != 0 {
		t.Errorf("of a system user: %v", got.Data)
	}
	key, refusal := s.Mint(graphsim.LongToken, petra, simApp, "ads_read", "business_management")
	if refusal != nil {
		t.Fatal(refusal)
	}
	got := decode[list](t, s.with(key, "me/business_users"))
	if len(got.Data) != 1 || got.Data[0]["id"] == petra || fmt.Sprint(got.Data[0]["business"]) != "map[id:900 name:Agency]" {
		t.Errorf("%v", got.Data)
	}
	s.SetPerson(graphsim.Person{ID: petra, Name: "Petra Person", Accounts: []string{"57"}})
	for _, path := range []string{"me/business_users", "me/businesses"} {
		if got := decode[list](t, s.with(key, path)); len(got.Data) != 0 {
			t.Errorf("%s of somebody who is in none: %v", path, got.Data)
		}
	}
	wantRefusal(t, s.with(key, "900/owned_ad_accounts"), 400, 100, 33)
}

// A person belongs to the businesses that were set up for them.
func TestMe_BusinessesOfPerson(t *testing.T) {
	t.Parallel()
	s := businesses(t)
	key, refusal := s.Mint(graphsim.LongToken, petra, simApp, "ads_read", "business_management")
	if refusal != nil {
		t.Fatal(refusal)
	}
	s.SetBusiness(graphsim.Business{ID: "901", Name: "Other", Owned: []string{"57"}})
	for want, own := range map[string][]string{"[900 901]": nil, "[901]": {"901"}, "[]": {}} {
		s.SetPerson(graphsim.Person{ID: petra, Name: "Petra Person", Businesses: own})
		if got := fmt.Sprint(ids(decode[list](t, s.with(key, "me/businesses")))); got != want {
			t.Errorf("with %v: %s, want %s", own, got, want)
		}
	}
}

func TestBusiness_Refusals(t *testing.T) {
	t.Parallel()
	s := businesses(t)
	key, refusal := s.Mint(graphsim.LongToken, petra, simApp, "ads_read")
	if refusal != nil {
		t.Fatal(refusal)
	}
	for _, path := range []string{"me/businesses", "me/business_users", "900", "900/business_users"} {
		wantRefusal(t, s.with(key, path), 403, 200, 0)
	}
	if got := decode[list](t, s.with(key, "900/client_ad_accounts")); len(got.Data) != 1 { // ads_read is enough here
		t.Errorf("%v", got.Data)
	}
	wantRefusal(t, s.get("901/owned_ad_accounts"), 400, 100, 33)
	wantRefusal(t, s.get("900/owned_apps"), 501, 3, 0)
	wantRefusal(t, s.get("900", "fields", "wings"), 400, 100, 0)
	wantRefusal(t, s.get("900", "fields", "account"), 400, 100, 0)
	wantRefusal(t, s.get("", "ids", "900"), 400, 100, 33)
	if r := s.do("POST", "/__sim/business", `{"name":"None"}`); r.status != 400 {
		t.Errorf("%d %s", r.status, r.body)
	}
}
