package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// scenario is one row of the comparison of call counts: days × rows per day at ad level, one
// account, one table, first sync. peers and floor are the calls of other connectors and the
// minimum.
type scenario struct {
	name                 string
	days, rows           int
	job                  time.Duration
	airbyte, best, worst int
	floor                int
	again                bool // a refresh: the look-back, on top of a full warehouse
}

var scenarios = []scenario{
	{"30 d x 20", 30, 20, 8 * time.Second, 136, 120, 233, 12, false},
	{"30 d x 200", 30, 200, 8 * time.Second, 166, 120, 639, 22, false},
	{"30 d x 1000", 30, 1000, 20 * time.Second, 406, 180, 2581, 74, false},
	{"365 d x 20", 365, 20, 8 * time.Second, 1643, 1460, 2191, 85, false},
	{"365 d x 200", 365, 200, 8 * time.Second, 2008, 1460, 7301, 216, false},
	{"365 d x 1000", 365, 1000, 20 * time.Second, 4928, 2190, 31391, 828, false},
	{"refresh 29 d x 200", 29, 200, 8 * time.Second, 160, 62, 581, 17, true},
}

// latency is the recorded duration of a call to Meta (0.5 to 0.8 s).
const latency = 650 * time.Millisecond

// slack is the allowed excess over the minimum number of calls.
const slack = 1.15

// TestCalls_NearTheMinimum counts calls as Meta's quota does, including those that check the
// token and compare totals.
func TestCalls_NearTheMinimum(t *testing.T) {
	t.Parallel()
	t.Logf("%-20s %7s %7s %7s %8s %8s %8s %10s", "", "ours", "floor", "ratio", "airbyte", "best", "worst", "wall clock")
	for _, s := range scenarios {
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			if s.days*s.rows > 100_000 && os.Getenv("ADTALLY_BENCH") == "" {
				t.Skip("a third of a million rows; make bench-calls counts this one too")
			}
			counted, took := s.count(t)
			ratio := float64(counted) / float64(s.floor)
			t.Logf("%-20s %7d %7d %7.2f %8d %8d %8d %10s", s.name, counted, s.floor, ratio, s.airbyte, s.best, s.worst, took.Round(time.Second))
			if ratio > slack {
				t.Errorf("%d calls, the floor is %d", counted, s.floor)
			}
			if s.days == 365 && s.job == 8*time.Second && took > 2*time.Minute {
				t.Errorf("a year took %s of simulated time", took)
			}
		})
	}
}

func (s scenario) count(t *testing.T) (counted int, took time.Duration) {
	size := fmt.Sprintf("accounts=1,ads=%d,days=400,seed=1,steady=1", s.rows)
	inBubble(t, graphsim.Options{JobTime: s.job, Latency: map[string]time.Duration{"*": latency}}, size, func(t *testing.T, b *bubble) {
		days := s.days
		if s.again {
			days = 60
		}
		// The last day wanted is yesterday: whole days, as the floor counts them.
		args := []string{"--tables", "basic_ad", "--since", summer.AddDate(0, 0, -days).Format(time.DateOnly), "--until", "2026-06-01"}
		d := b.sync(t, args...)
		if s.again {
			b.sim.Advance(time.Hour)
			before := b.sim.Calls().Counted
			d = b.sync(t, args...)
			counted = -before
		}
		if d.code != 0 || d.State != "finished" {
			t.Fatalf("exit code %d: %+v\n%s", d.code, d.result, d.err)
		}
		if got, want := one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_ad"), fmt.Sprint(days*s.rows); got != want {
			t.Fatalf("%s rows, want %s", got, want)
		}
		counted, took = counted+b.sim.Calls().Counted, d.took
	})
	return counted, took
}

// A snapshot of every entity of an account, as other connectors read it. A floor of pages of
// 500, and of 200 for creatives, which are heavy; the peers needed 21 to 2,071
// calls for 50 campaigns, 200 ad sets, 1,000 ads and 800 creatives.
func TestCalls_EntitySnapshotNearTheMinimum(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=1000,days=30,seed=1", func(t *testing.T, b *bubble) {
		b.sync(t, "--tables", "ad_accounts,campaigns,ad_sets,ads,ad_creatives")
		floor := 1
		for table, page := range map[string]int{"campaigns": 500, "ad_sets": 500, "ads": 500, "ad_creatives": 200} {
			var n int
			if _, err := fmt.Sscan(one(t, b.file, "SELECT count(*) FROM facebook_ads."+table), &n); err != nil || n == 0 {
				t.Fatalf("%s: %d rows, %v", table, n, err)
			}
			floor += (n + page - 1) / page
			t.Logf("%s: %d", table, n)
		}
		c := b.sim.Calls()
		ours := c.Counted - c.By["GET me"] - c.By["GET me/permissions"] - c.By["GET debug_token"] - c.By["GET me/adaccounts"]
		t.Logf("%d calls, the floor is %d", ours, floor)
		if float64(ours) > slack*float64(floor) {
			t.Errorf("%d calls, the floor is %d: %v", ours, floor, c.By)
		}
	})
}
