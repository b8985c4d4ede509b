package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// The quota of old reach (docs/meta-api.md#retention: ten requests per ad account and day):
// what does not fit in a day waits until the next one, and says so; what is there
// stays, other tables and accounts go on, and no report is asked for twice.
func TestOldReach_TakesTenQuestionsADayAndGoesOnTheNextDay(t *testing.T) {
	t.Parallel()
	// basic_account asks for reach too: the quota of the test is of ads alone.
	inBubble(t, graphsim.Options{}, "accounts=2,ads=3,days=1000,seed=5", func(t *testing.T, b *bubble) {
		faults, err := graphsim.ParseScript("old reach 10 times a day on " + b.sim.Accounts()[0] + " when level ad")
		if err != nil {
			t.Fatal(err)
		}
		b.sim.Inject(faults...)
		began := time.Now() // the simulator's clock begins in summer
		limited := strings.TrimPrefix(b.sim.Accounts()[0], "act_")
		rows := "SELECT count(*) FROM facebook_ads.reach_ad_day WHERE account_id = '" + limited + "'"
		var counts []string
		for day := 1; ; day++ {
			calls := b.sim.Calls().Counted
			d := b.sync(t, "--tables", "reach_ad_day,basic_account", "--since", "2023-06-01", "--until", "2025-04-30")
			t.Logf("day %d: exit %d, %d calls, %s: %s", day, d.code, b.sim.Calls().Counted-calls, d.took, d.Summary)
			counts = append(counts, one(t, b.file, rows))
			if d.code == 0 {
				break
			}
			if day == 9 {
				t.Fatal("it does not come to an end")
			}
			b.waitsForOldReach(t, d, limited, summer.Add(time.Since(began)))
			if d.took > 10*time.Minute {
				t.Errorf("it waited for %s", d.took)
			}
			time.Sleep(24*time.Hour + d.took)
		}
		if len(counts) != 3 || counts[0] == "0" || counts[0] == counts[1] {
			t.Errorf("rows after each day: %v", counts)
		}
		b.noJobTwice(t)
		// What was under way beside the eleventh question was refused too; the rest was held back.
		if refused := b.sim.Calls().By["POST act/insights"] - len(b.sim.Jobs()); refused > slicesAtOnce*(len(counts)-1) {
			t.Errorf("%d questions were refused on %d days", refused, len(counts)-1)
		}
	})
}

// waitsForOldReach says that a run lacks nothing but old reach of one account.
func (b *bubble) waitsForOldReach(t *testing.T, d did, account string, now time.Time) {
	t.Helper()
	for _, f := range d.Failures {
		until, err := time.Parse(time.RFC3339, f.Until)
		left := until.Sub(now)
		if f.Code == "throttled" { // held back before it was asked: by our own clock
			left = time.Until(until)
		}
		if f.Account != "act_"+account || !strings.HasPrefix(f.Slice, "reach_ad_day ") || f.Act != "wait" || err != nil || left < 23*time.Hour || left > 24*time.Hour {
			t.Errorf("%+v", f)
		}
	}
	if len(d.Failures) == 0 || !strings.Contains(d.Summary, "1 of 2 accounts is up to date") && !strings.Contains(d.Summary, "1 of 2 accounts are up to date") {
		t.Errorf("%q: %+v", d.Summary, d.Failures)
	}
	if !slices.ContainsFunc(d.Failures, func(f failure) bool { return f.Code == "reach_quota" }) && len(d.Failures) > 0 {
		t.Errorf("no failure names the quota: %+v", d.Failures[0])
	}
	if n := one(t, b.file, "SELECT count(DISTINCT account_id) FROM facebook_ads.basic_account"); n != "2" {
		t.Errorf("basic_account has %s accounts", n)
	}
}

// noJobTwice checks that no report was requested twice.
func (b *bubble) noJobTwice(t *testing.T) {
	t.Helper()
	seen := map[string]bool{}
	for _, j := range b.sim.Jobs() {
		name := strings.Join([]string{j.Account, j.Level, j.Since, j.Until}, " ")
		if seen[name] {
			t.Errorf("%s was asked for twice", name)
		}
		seen[name] = true
	}
}
