package facebookads_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
)

func open(t interface{ Fatal(...any) }, s adtally.Source) connector.Reader {
	r, err := facebookads.New(facebookads.Config{}).Open(s, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func date(s string) adtally.Day {
	d, err := adtally.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

var berlin = adtally.Account{ID: "7", Currency: "EUR", Zone: "Europe/Berlin"}

func windows(slices []adtally.Slice) (out []string) {
	for _, s := range slices {
		out = append(out, s.Window.String())
	}
	return out
}

func TestPlan_FirstLoadIsNewestFirst(t *testing.T) {
	t.Parallel()
	r := open(t, adtally.Source{Since: date("2026-03-15"), Until: date("2026-05-31")})
	got := windows(r.Plan("basic_ad", berlin, nil, instant("2026-06-02T08:00:00Z")))
	want := []string{"2026-05-01..2026-05-31", "2026-03-31..2026-04-30", "2026-03-15..2026-03-30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPlan_RereadsRestatedDays(t *testing.T) {
	t.Parallel()
	r := open(t, adtally.Source{Since: date("2026-01-01"), Tables: []string{"basic_ad"}})
	now := instant("2026-06-02T08:00:00Z")
	done := []adtally.Checkpoint{{Table: "basic_ad", Account: "7", Window: adtally.WindowOf(date("2026-01-01"), date("2026-06-01")), Asked: instant("2026-06-01T08:00:00Z")}}
	// On 1 June at 10:00 in Berlin, 3 May had been over for 28 days; 4 May had not.
	want := []string{"2026-05-04..2026-06-02"}
	if diff := cmp.Diff(want, windows(r.Plan("basic_ad", berlin, done, now))); diff != "" {
		t.Error(diff)
	}
	done[0].Asked = now
	if diff := cmp.Diff([]string{"2026-06-02..2026-06-02"}, windows(r.Plan("basic_ad", berlin, done, now))); diff != "" {
		t.Errorf("what this run has asked for is not due again: %s", diff)
	}
}

// A source may set a look-back that is shorter or longer than Meta's. It does not
// apply to the activity log.
func TestPlan_SourceLookBack(t *testing.T) {
	t.Parallel()
	now := instant("2026-06-02T08:00:00Z")
	for _, c := range []struct {
		table string
		days  int
		want  string
	}{
		{"basic_ad", 0, "2026-05-04..2026-06-02"},
		{"basic_ad", 3, "2026-05-29..2026-06-02"},
		{"basic_ad", 40, "2026-05-03..2026-06-02 2026-04-22..2026-05-02"},
		{"activities", 40, "2026-05-31..2026-06-02"},
	} {
		r := open(t, adtally.Source{Since: date("2026-01-01"), Tables: []string{c.table}, LookBack: c.days})
		done := []adtally.Checkpoint{{Table: c.table, Account: "7", Window: adtally.WindowOf(date("2026-01-01"), date("2026-06-01")), Asked: instant("2026-06-01T08:00:00Z")}}
		if got := strings.Join(windows(r.Plan(c.table, berlin, done, now)), " "); got != c.want {
			t.Errorf("%s, %d days: %s, want %s", c.table, c.days, got, c.want)
		}
	}
}

func TestPlan_NewActionsTableMakesDaysDue(t *testing.T) {
	t.Parallel()
	both := open(t, adtally.Source{Since: date("2026-01-01"), Until: date("2026-01-10"), Tables: []string{"basic_ad", "basic_ad_actions"}})
	done := []adtally.Checkpoint{{Table: "basic_ad", Account: "7", Window: adtally.WindowOf(date("2026-01-01"), date("2026-01-10")), Asked: instant("2026-05-01T00:00:00Z")}}
	if got := both.Plan("basic_ad", berlin, done, instant("2026-06-02T08:00:00Z")); len(got) != 1 {
		t.Errorf("%v: the actions of these days are not there", got)
	}
}

func TestPlan_DaysUseAccountZone(t *testing.T) {
	t.Parallel()
	now := instant("2026-06-02T10:30:00Z")
	for zone, today := range map[string]string{"Pacific/Honolulu": "2026-06-02", "Asia/Kolkata": "2026-06-02", "Pacific/Kiritimati": "2026-06-03", "America/Los_Angeles": "2026-06-02"} {
		r := open(t, adtally.Source{Since: date("2026-06-01")})
		got := r.Plan("basic_ad", adtally.Account{ID: "7", Zone: zone}, nil, now)
		if len(got) != 1 || got[0].Window.Last() != date(today) {
			t.Errorf("%s: %v, want until %s", zone, windows(got), today)
		}
	}
}

func TestPlan_StopsAt37Months(t *testing.T) {
	t.Parallel()
	r := open(t, adtally.Source{Since: date("2015-01-01")})
	got := r.Plan("basic_ad", adtally.Account{ID: "7", Zone: "Pacific/Honolulu"}, nil, instant("2026-01-16T12:00:00Z"))
	if first := got[len(got)-1].Window.From; first != date("2022-12-16") {
		t.Errorf("from %s, want 2022-12-16 as Meta's own \"maximum\" did that day", first)
	}
}

// For any checkpoints, the plan covers exactly the due days, each once, and planning
// again gives the same plan.
func TestPlan_CoversDueDaysOnce(t *testing.T) {
	t.Parallel()
	now := instant("2026-06-02T08:00:00Z")
	today := date("2026-06-02")
	rapid.Check(t, func(t *rapid.T) {
		since := today - adtally.Day(rapid.IntRange(0, 400).Draw(t, "since"))
		r := open(t, adtally.Source{Since: since, Tables: []string{"basic_ad"}})
		var done []adtally.Checkpoint
		for range rapid.IntRange(0, 6).Draw(t, "checkpoints") {
			from := since + adtally.Day(rapid.IntRange(-20, 400).Draw(t, "from"))
			w := adtally.WindowOf(from, from+adtally.Day(rapid.IntRange(0, 90).Draw(t, "length")))
			asked := now.Add(-time.Duration(rapid.IntRange(0, 100).Draw(t, "age")) * 24 * time.Hour)
			done = append(done, adtally.Checkpoint{Table: "basic_ad", Window: w, Asked: asked})
		}
		plan := r.Plan("basic_ad", berlin, done, now)
		seen := map[adtally.Day]int{}
		last := today + 1
		for _, s := range plan {
			if s.Window.To > last || s.Window.Days() < 1 || s.Window.Days() > 31 {
				t.Fatalf("window %s after one that began on %s", s.Window, last)
			}
			last = s.Window.From
			for d := s.Window.From; d < s.Window.To; d++ {
				seen[d]++
			}
		}
		for d := since; d <= today; d++ {
			if want := due(d, done, now); seen[d] != want {
				t.Fatalf("day %s is read %d times, want %d", d, seen[d], want)
			}
		}
		// After half of the slices, the rest is split at the same days.
		for i, s := range plan {
			if i%2 == 0 {
				done = append(done, adtally.Checkpoint{Table: "basic_ad", Window: s.Window, Asked: now})
			}
		}
		for _, s := range r.Plan("basic_ad", berlin, done, now) {
			if !contains(plan, s) {
				t.Fatalf("%s was not in the first plan", s)
			}
		}
	})
}

func due(d adtally.Day, done []adtally.Checkpoint, now time.Time) int {
	zone, _ := berlin.Location()
	for _, c := range done {
		if c.Window.Contains(d) && (!c.Asked.Before(now) || !c.Asked.Before((d + 29).Start(zone))) {
			return 0
		}
	}
	return 1
}

func contains(plan []adtally.Slice, s adtally.Slice) bool {
	for _, p := range plan {
		if p == s {
			return true
		}
	}
	return false
}
