package advertiser_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"adtally/internal/graphsim/advertiser"
)

// busy returns an account with enough purchases and leads on one day to see them change.
func busy(seed uint64) advertiser.Account {
	return advertiser.NewSynthetic(advertiser.Size{Ads: 100, Days: 60, Seed: seed, Steady: true}, start)[0]
}

// stated returns the counts in the account's row of a day, as served at now.
func stated(t require, a advertiser.Account, day advertiser.Date, now time.Time) counts {
	q := everything(advertiser.LevelAccount)
	q.From, q.To = day, day
	c := counts{}
	for _, r := range rowsOf(a, q, now) {
		c.add(countsOf(t, &r))
	}
	return c
}

func TestSynthetic_ConversionsGrowFor28Days(t *testing.T) {
	t.Parallel()
	account := busy(3)
	day := dayOf(start, account.Location()) - 5
	dayEnd := time.Unix(int64(day+1)*86400, 0).Add(-2 * time.Hour) // midnight in Berlin, in summer (UTC+2)
	last := counts{}
	for age := range 28 {
		now := dayEnd.Add(time.Duration(age) * 24 * time.Hour)
		c := stated(t, account, day, now)
		for _, what := range []string{"purchase", "lead", "value of purchase"} {
			if age > 0 && c[what] < last[what] {
				t.Errorf("%s fell from %d to %d at an age of %d days", what, last[what], c[what], age)
			}
			if age == 14 && c[what] == stated(t, account, day, dayEnd)[what] {
				t.Errorf("%s did not grow in 14 days", what)
			}
		}
		last = c
	}
	frozen := stated(t, account, day, dayEnd.Add(28*24*time.Hour))
	if frozen["purchase"] < last["purchase"] || frozen["purchase"] == stated(t, account, day, dayEnd)["purchase"] {
		t.Errorf("purchases: %d at last, %d before", frozen["purchase"], last["purchase"])
	}
	if diff := cmp.Diff(frozen, stated(t, account, day, dayEnd.Add(300*24*time.Hour))); diff != "" {
		t.Errorf("the day changed after 28 days:\n%s", diff)
	}
}

func TestSynthetic_OtherFiguresAreFinalAfterTwoDays(t *testing.T) {
	t.Parallel()
	account := busy(4)
	day := dayOf(start, account.Location()) - 5
	before, after := stated(t, account, day, start), stated(t, account, day, start.Add(30*24*time.Hour))
	for name, n := range after {
		restated := strings.Contains(name, "purchase") || strings.Contains(name, "lead")
		if !restated && before[name] != n {
			t.Errorf("%s went from %d to %d", name, before[name], n)
		}
	}
	if before["purchase"] == after["purchase"] || before["lead"] == after["lead"] {
		t.Errorf("purchases or leads did not change: %d, %d", after["purchase"], after["lead"])
	}
}

func TestSynthetic_FiguresNeverFall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accounts, now := anyAccounts(t)
		account := oneOf(t, accounts)
		day := dayOf(now, account.Location()) - advertiser.Date(rapid.IntRange(0, 3).Draw(t, "days back"))
		then := now.Add(time.Duration(rapid.IntRange(0, 200_000).Draw(t, "seconds later")) * time.Second)
		before, after := stated(t, account, day, now), stated(t, account, day, then)
		for name, n := range before {
			if after[name] < n {
				t.Fatalf("%s fell from %d to %d", name, n, after[name])
			}
		}
	})
}

func TestSynthetic_Today(t *testing.T) {
	t.Parallel()
	size := advertiser.Size{Accounts: 12, Ads: 50, Days: 10, Seed: 9, Steady: true}
	for _, account := range advertiser.NewSynthetic(size, start) {
		zone := account.Location()
		y, m, d := start.In(zone).Date()
		day := dayOf(start, zone)
		last := int64(-1)
		for hour := 1; hour < 24; hour += 4 {
			now := time.Date(y, m, d, hour, 0, 0, 0, zone)
			got := stated(t, account, day, now)["impressions"]
			if got <= last {
				t.Errorf("%s at %d o'clock: %d impressions after %d", zone, hour, got, last)
			}
			last = got
		}
		if full := stated(t, account, day, time.Date(y, m, d+3, 0, 0, 0, 0, zone))["impressions"]; last > full {
			t.Errorf("%s: %d impressions, %d in the end", zone, last, full)
		}
	}
}

func TestSynthetic_NoFutureRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accounts, now := anyAccounts(t)
		account := oneOf(t, accounts)
		today := dayOf(now, account.Location())
		for _, r := range rowsOf(account, everything(advertiser.LevelAd), now) {
			if r.Day > today {
				t.Fatalf("a row for day %d on day %d", r.Day, today)
			}
		}
	})
}

func TestSynthetic_NoFutureHours(t *testing.T) {
	t.Parallel()
	account := busy(6)
	now := time.Date(2025, 10, 15, 9, 30, 0, 0, account.Location())
	q := everything(advertiser.LevelAccount, hourly)
	q.From = dayOf(now, account.Location())
	var hours []string
	for _, r := range rowsOf(account, q, now) {
		hours = append(hours, r.Text[hourly][:2])
	}
	if got := strings.Join(hours, " "); got != "00 01 02 03 04 05 06 07 08 09" {
		t.Errorf("hours %s", got)
	}
}

const hourly = "hourly_stats_aggregated_by_advertiser_time_zone"

func TestSynthetic_HistoryGrows(t *testing.T) {
	t.Parallel()
	account := busy(8)
	before := len(rowsOf(account, everything(advertiser.LevelAccount), start))
	after := len(rowsOf(account, everything(advertiser.LevelAccount), start.Add(10*24*time.Hour)))
	if before != 60 || after != 70 {
		t.Errorf("%d days, ten days later %d", before, after)
	}
}
