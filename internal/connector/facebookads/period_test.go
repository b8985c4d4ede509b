package facebookads_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"adtally"
)

// Periods follow the calendar and are never partial.
func TestPlan_PeriodsAreWhole(t *testing.T) {
	t.Parallel()
	for table, want := range map[string]string{
		"reach_ad_7d":    "2026-03-09..2026-06-02 2026-03-02..2026-03-08", // Mondays
		"reach_ad_month": "2026-03-01..2026-06-02",
		"reach_ad_28d":   "2026-02-16..2026-06-02",
		"reach_ad_day":   "2026-05-03..2026-06-02 2026-04-02..2026-05-02 2026-03-05..2026-04-01",
	} {
		r := open(t, adtally.Source{Since: date("2026-03-05"), Tables: []string{table}})
		got := strings.Join(windows(r.Plan(table, berlin, nil, instant("2026-06-02T08:00:00Z"))), " ")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", table, diff)
		}
	}
}

// A period is read again as long as one of its days may be restated.
func TestPlan_PeriodIsRereadAsAWhole(t *testing.T) {
	t.Parallel()
	r := open(t, adtally.Source{Since: date("2026-01-01"), Tables: []string{"reach_ad_month"}})
	done := []adtally.Checkpoint{{Table: "reach_ad_month", Account: "7", Window: adtally.WindowOf(date("2026-01-01"), date("2026-06-01")), Asked: instant("2026-06-01T08:00:00Z")}}
	got := windows(r.Plan("reach_ad_month", berlin, done, instant("2026-06-02T08:00:00Z")))
	if diff := cmp.Diff([]string{"2026-05-01..2026-06-02"}, got); diff != "" {
		t.Error(diff)
	}
}

// Days that Meta does not serve are not requested, by the account's time zone: totals
// of 37 months, hours of 13. Partially served periods are left out.
func TestPlan_StopsAtRetention(t *testing.T) {
	t.Parallel()
	now := instant("2026-06-15T12:00:00Z")
	for table, first := range map[string]string{
		"basic_ad_country": "2023-05-15", "basic_ad_hourly": "2025-05-15", "basic_ad": "2023-05-15",
		"reach_ad_day": "2023-05-15", "reach_ad_7d": "2023-05-15", "reach_ad_month": "2023-06-01", "reach_ad_28d": "2023-05-15",
	} {
		r := open(t, adtally.Source{Tables: []string{table}})
		got := r.Plan(table, berlin, nil, now)
		if from := got[len(got)-1].Window.From; from != date(first) {
			t.Errorf("%s: from %s, want %s", table, from, first)
		}
	}
	kiritimati := adtally.Account{ID: "7", Currency: "AUD", Zone: "Pacific/Kiritimati"} // the 16th in that zone
	got := open(t, adtally.Source{Tables: []string{"basic_ad_hourly"}}).Plan("basic_ad_hourly", kiritimati, nil, now)
	if from := got[len(got)-1].Window.From; from != date("2025-05-16") {
		t.Errorf("from %s in Kiritimati", from)
	}
}

// No request has days on both sides of the limit for unique counts.
func TestPlan_SplitsAtUniqueCountLimit(t *testing.T) {
	t.Parallel()
	people, seen := date("2025-05-15"), false
	for _, s := range open(t, adtally.Source{Tables: []string{"basic_ad_age_gender"}}).Plan("basic_ad_age_gender", berlin, nil, instant("2026-06-15T12:00:00Z")) {
		seen = seen || s.Window.From == people
		if s.Window.From < people && s.Window.To > people {
			t.Errorf("%s lies on both sides of %s", s.Window, people)
		}
	}
	if !seen {
		t.Error("no request begins there")
	}
}

// For any checkpoints, the requests of a report by periods cover every due day once
// and contain whole periods.
func TestPlan_PeriodsCoverDueDaysOnce(t *testing.T) {
	t.Parallel()
	now, today := instant("2026-06-02T08:00:00Z"), date("2026-06-02")
	starts := map[string]func(adtally.Day) bool{
		"reach_ad_7d":    func(d adtally.Day) bool { return (d-4)%7 == 0 },
		"reach_ad_28d":   func(d adtally.Day) bool { return (d-4)%28 == 0 },
		"reach_ad_month": func(d adtally.Day) bool { return strings.HasSuffix(d.String(), "-01") },
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"reach_ad_7d", "reach_ad_28d", "reach_ad_month"}).Draw(t, "table")
		since := today - adtally.Day(rapid.IntRange(0, 1000).Draw(t, "since"))
		r := open(t, adtally.Source{Since: since, Tables: []string{name}})
		var done []adtally.Checkpoint
		for range rapid.IntRange(0, 4).Draw(t, "checkpoints") {
			from := since + adtally.Day(rapid.IntRange(-20, 900).Draw(t, "from"))
			done = append(done, adtally.Checkpoint{Table: name, Window: adtally.WindowOf(from, from+adtally.Day(rapid.IntRange(0, 200).Draw(t, "length"))), Asked: now})
		}
		seen := map[adtally.Day]int{}
		for _, s := range r.Plan(name, berlin, done, now) {
			if !starts[name](s.Window.From) || s.Window.Last() != today && !starts[name](s.Window.To) {
				t.Fatalf("%s is not of whole periods", s.Window)
			}
			for d := s.Window.From; d < s.Window.To; d++ {
				seen[d]++
			}
		}
		for d := since; d <= today; d++ {
			if want := due(d, done, now); seen[d] < want || seen[d] > 1 {
				t.Fatalf("day %s is read %d times, want %d", d, seen[d], want)
			}
		}
	})
}

// The current period ends with the day of the read and is the same row later: its days
// are replaced together.
func TestDecode_PeriodHasFirstAndLastDay(t *testing.T) {
	t.Parallel()
	b := decode(t, "reach_ad_7d", "EUR", `{"date_start":"2026-06-01","date_stop":"2026-06-02","ad_id":"1","reach":"5"}`)["reach_ad_7d"]
	want(t, b, 0, "date", "2026-06-01")
	want(t, b, 0, "date_stop", "2026-06-02")
	want(t, b, 0, "raw", "NULL")
}
