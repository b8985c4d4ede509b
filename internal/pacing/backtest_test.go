package pacing_test

import (
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/notify"
	"adtally/internal/pacing"
)

// backtest replays a month hour by hour, and returns what people were notified of and when.
// Each day's figures arrive at five in the morning of the next, but not while nothing is synced.
func backtest(t *testing.T, a pacing.Account, from, last string, asleep func(adtally.Day) bool) (told []string) {
	t.Helper()
	var open []adtally.Incident
	ids := 0
	read := day(t, from) - 1
	for at := day(t, from).Start(a.Zone); at.Before(day(t, last).Start(a.Zone)); at = at.Add(time.Hour) {
		today := adtally.DayOf(at, a.Zone)
		if at.In(a.Zone).Hour() == 5 && !asleep(today) {
			read = today - 1
		}
		a.Read = []adtally.Window{{From: day(t, "2026-01-01"), To: read + 1}}
		seen, sure := pacing.Alerts(until(a, read), at)
		if !sure {
			continue // as notify.Watch does: what was wrong may still be
		}
		d := notify.Decide(open, seen, at, func() string { ids++; return fmt.Sprint(ids) })
		for _, i := range d.Incidents {
			open = slices.DeleteFunc(open, func(o adtally.Incident) bool { return o.ID == i.ID })
			if i.Closed.IsZero() {
				open = append(open, i)
			}
		}
		for _, m := range d.Send {
			told = append(told, fmt.Sprintf("%s %s %s %s", at.In(a.Zone).Format("01-02 15:04"), m.Event, m.Kind, m.Subject))
		}
	}
	return told
}

// until is an account as it is known when its last day was read.
func until(a pacing.Account, last adtally.Day) pacing.Account {
	a.Campaigns = slices.Clone(a.Campaigns)
	for i, c := range a.Campaigns {
		days := map[adtally.Day]pacing.Delivery{}
		for d, v := range c.Days {
			if d <= last {
				days[d] = v
			}
		}
		a.Campaigns[i].Days = days
	}
	return a
}

func never(adtally.Day) bool { return false }

func TestAlerts_OnceAtTheRightHour(t *testing.T) {
	a := account(t, "2026-05-31",
		spends(t, "a", "2026-01-01", "2026-05-31", 100),
		spends(t, "b", "2026-01-01", "2026-05-11", 60),
		without(t, spends(t, "c", "2026-01-01", "2026-05-31", 60), "2026-05-18"))
	for d := day(t, "2026-05-20"); d <= day(t, "2026-05-31"); d++ {
		a.Campaigns[0].Days[d] = pacing.Delivery{Spend: big.NewRat(150, 1), Conversions: big.NewRat(7, 1)}
	}
	a.Budgets = []pacing.Budget{budget(t, "a", 3000, "EUR")}
	late := func(d adtally.Day) bool { return d >= day(t, "2026-05-26") && d <= day(t, "2026-05-28") }
	want := []string{
		"05-13 05:00 opened delivery_stopped 1/b",   // the 12th is its first day without spend
		"05-20 05:00 opened no_conversions 1/c",     // 120.00 since the 18th, where one cost 20.00
		"05-23 05:00 opened overspend 1/a 2026-05",  // 2,350.00 in 22 days is 3,311.36 in 31
		"05-29 05:00 resolved delivery_stopped 1/b", // the last spend is more than 14 days ago
		"05-29 05:00 worse overspend 1/a 2026-05",   // 3,250.00; three days before were late
	}
	if got := backtest(t, a, "2026-05-01", "2026-06-01", late); !slices.Equal(got, want) {
		t.Errorf("got:\n%s", strings.Join(got, "\n"))
	}
}

// A real advertiser's month, in which no large campaign stops, raises nothing.
func TestAlerts_RealAccount(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "real-account", "insights_campaign_day.csv"))
	if err != nil {
		t.Skip("../shared is absent: ", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	a := account(t, "2026-05-31")
	campaigns := map[string]*pacing.Campaign{}
	for _, r := range rows[1:] {
		c := campaigns[r[4]]
		if c == nil {
			c = &pacing.Campaign{ID: r[4], Name: r[5], Days: map[adtally.Day]pacing.Delivery{}}
			campaigns[r[4]] = c
		}
		spend, ok := new(big.Rat).SetString(r[9])
		if !ok {
			t.Fatalf("spend %q", r[9])
		}
		c.Days[day(t, r[0])] = pacing.Delivery{Spend: spend}
	}
	for _, c := range campaigns {
		a.Campaigns = append(a.Campaigns, *c)
	}
	if told := backtest(t, a, "2026-05-09", "2026-06-01", never); len(told) > 0 {
		t.Errorf("got:\n%s", strings.Join(told, "\n"))
	}
}
