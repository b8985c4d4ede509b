package graphsim_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

const entry = "actor_id,actor_name,application_id,application_name,event_time,date_time_in_timezone,event_type,translated_event_type,object_id,object_name,object_type,extra_data"

// log reads the account's activities between two times.
func (s *sim) log(since, until time.Time) []map[string]any {
	s.t.Helper()
	return s.all(s.act()+"/activities", "fields", entry, "limit", "500", "since", strconv.FormatInt(since.Unix(), 10), "until", strconv.FormatInt(until.Unix(), 10))
}

func happened(t testing.TB, a map[string]any) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05+0000", a["event_time"].(string))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Newest first, about a week by default, without IDs, and extra_data is a text
// (docs/meta-api.md#objects).
func TestActivities_DefaultPeriod(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	week := s.all(s.act()+"/activities", "fields", entry)
	last := noon
	for _, a := range week {
		at := happened(t, a)
		if at.After(last) || at.Before(noon.AddDate(0, 0, -7)) || a["id"] != nil {
			t.Errorf("%v after %v", a, last)
		}
		raw(t, a)
		last = at
	}
	ever := s.log(noon.AddDate(-1, 0, 0), noon)
	if len(week) < 10 || len(ever) < 2*len(week) {
		t.Errorf("%d entries in the last week, %d ever", len(week), len(ever))
	}
	zone := time.FixedZone("", 7200) // Berlin in summer
	if got := week[0]["date_time_in_timezone"]; got != happened(t, week[0]).In(zone).Format("01/02/2006 at 3:04 PM") {
		t.Errorf("%v for %v", got, week[0]["event_time"])
	}
	if got := s.all(s.act()+"/activities", "fields", "object_id", "oid", week[3]["object_id"].(string)); len(got) == 0 || got[0]["object_id"] != week[3]["object_id"] {
		t.Errorf("%v", got)
	}
	wantRefusal(t, s.get(s.act()+"/activities", "since", "lately"), 400, 100, 0)
	set := s.all(s.act() + "/adsets")[0]["id"]
	for _, a := range s.all(set.(string)+"/activities", "fields", "object_id", "since", "2026-01-01") {
		if a["object_id"] != set {
			t.Errorf("%v in the log of %v", a, set)
		}
	}
}

// state is the part of an object that activities describe.
type state struct{ name, status, budget, effective string }

func (s *sim) states() map[string]state {
	s.t.Helper()
	all := map[string]state{}
	for edge, more := range map[string]string{"campaigns": ",daily_budget", "adsets": ",daily_budget", "ads": ""} {
		word := edge[:len(edge)-1]
		filter := `[{"field":"` + word + `.effective_status","operator":"NOT_IN","value":["IN_PROCESS"]}]`
		for _, o := range s.all(s.act()+"/"+edge, "fields", "name,status,effective_status"+more, "limit", "500", "filtering", filter) {
			text := func(name string) string { v, _ := o[name].(string); return v }
			all[text("id")] = state{text("name"), text("status"), text("daily_budget"), text("effective_status")}
		}
	}
	return all
}

// wentOff reports whether a parent's status caused the state; that is in the parent's log.
func wentOff(s state) bool { return s.effective == "ARCHIVED" || s.effective == "DELETED" }

// The activities between two times are the changes of the objects between them.
func TestActivities_MatchTheObjects(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		size := fmt.Sprintf("ads=%d,days=50,seed=%d", rapid.IntRange(1, 60).Draw(r, "ads"), rapid.IntRange(1, 99).Draw(r, "seed"))
		s := small(t, size)
		from := noon.Add(time.Duration(rapid.IntRange(-20*24, 20*24).Draw(r, "from")) * time.Hour)
		to := from.Add(time.Duration(rapid.IntRange(1, 15*24).Draw(r, "hours")) * time.Hour)
		s.SetClock(from)
		told := s.states()
		s.SetClock(to)
		truth, log := s.states(), s.log(from.Add(time.Second), to)
		for i := len(log) - 1; i >= 0; i-- { // oldest first
			id := log[i]["object_id"].(string)
			was, isThere := told[id]
			if !isThere {
				continue // created in between
			}
			told[id] = was.after(t, log[i])
		}
		for id, want := range truth {
			got, was := told[id]
			if !was || wentOff(want) {
				continue
			}
			if got.name != want.name || got.budget != want.budget || got.status != want.status {
				r.Fatalf("%s: the log makes it %+v, it is %+v", id, got, want)
			}
		}
	})
}

// after returns the state after an activity.
func (s state) after(t testing.TB, a map[string]any) state {
	t.Helper()
	extra := raw(t, a)
	switch a["event_type"] {
	case "update_campaign_name", "update_ad_set_name", "update_ad_friendly_name":
		s.name = extra.New.(string)
	case "update_campaign_budget", "update_ad_set_budget":
		s.budget = fmt.Sprint(int64(extra.New.(map[string]any)["new_value"].(float64)))
	case "update_campaign_run_status", "update_ad_set_run_status", "update_ad_run_status":
		s.status = map[any]string{"Active": "ACTIVE", "Inactive": "PAUSED", "Archived": "ARCHIVED", "Deleted": "DELETED"}[extra.New]
	}
	return s
}

// The times of the renames are fixed, so that tests of a history can wait for them.
func TestActivities_RenamedCampaign(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, advertiser.NewSynthetic(advertiser.Size{Seed: 3, Ads: 40, Days: 30}, noon)...)
	first := func() map[string]any {
		campaigns := s.all(s.act()+"/campaigns", "fields", "id,name,daily_budget,updated_time", "filtering", `[{"field":"campaign.effective_status","operator":"NOT_IN","value":["IN_PROCESS"]}]`)
		one := slices.MinFunc(campaigns, func(a, b map[string]any) int { return cmp.Compare(a["id"].(string), b["id"].(string)) })
		rows := s.rows(one["id"].(string), "fields", "campaign_name")
		if rows[0]["campaign_name"] != one["name"] {
			t.Errorf("a row says %v, the campaign %v", rows[0]["campaign_name"], one["name"])
		}
		return one
	}
	berlin := time.FixedZone("", 7200)
	name, budget := first()["name"].(string), first()["daily_budget"]
	for _, c := range []struct {
		day, hour     int
		name, updated string
		raised        bool
	}{
		{4, 12, " (renamed)", "2026-06-04T12:00:00+0200", false},
		{5, 15, " (renamed)", "2026-06-05T15:00:00+0200", true},
		{11, 12, " (renamed twice)", "2026-06-11T12:00:00+0200", true},
		{12, 15, " (renamed twice)", "2026-06-12T15:00:00+0200", false},
	} {
		at := time.Date(2026, 6, c.day, c.hour, 0, 0, 0, berlin)
		s.SetClock(at.Add(-time.Minute)) // listings are cached for this long
		if before := first(); before["updated_time"] == c.updated {
			t.Errorf("before %v: %v", at, before)
		}
		s.SetClock(at)
		got := first()
		if got["name"] != name+c.name || got["updated_time"] != c.updated || (got["daily_budget"] != budget) != c.raised {
			t.Errorf("at %v: %v", at, got)
		}
	}
}
