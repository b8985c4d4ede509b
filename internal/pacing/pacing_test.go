package pacing_test

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/pacing"
)

func day(t testing.TB, text string) adtally.Day {
	t.Helper()
	d, err := adtally.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// account is an account in Berlin whose days from 1 March on were read until a day.
func account(t testing.TB, through string, campaigns ...pacing.Campaign) pacing.Account {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return pacing.Account{ID: "1", Name: "Shop", Source: "src", Zone: zone, Currency: "EUR", Campaigns: campaigns,
		Read: []adtally.Window{{From: day(t, "2026-03-01"), To: day(t, through) + 1}}}
}

// spends is a campaign that spends an amount on each day of a range. It has a conversion for
// each 20.00.
func spends(t testing.TB, id, from, last string, amount int64) pacing.Campaign {
	t.Helper()
	c := pacing.Campaign{ID: id, Name: "Campaign " + id, Days: map[adtally.Day]pacing.Delivery{}}
	for d := day(t, from); d <= day(t, last); d++ {
		c.Days[d] = pacing.Delivery{Spend: big.NewRat(amount, 1), Conversions: big.NewRat(amount, 20)}
	}
	return c
}

// without takes the conversions from a campaign's days from a day on.
func without(t testing.TB, c pacing.Campaign, from string) pacing.Campaign {
	t.Helper()
	for d, v := range c.Days {
		if d >= day(t, from) {
			c.Days[d] = pacing.Delivery{Spend: v.Spend, Conversions: new(big.Rat)}
		}
	}
	return c
}

func budget(t testing.TB, campaign string, amount int64, currency string) pacing.Budget {
	t.Helper()
	return pacing.Budget{Campaign: campaign, Month: day(t, "2026-05-01"), Amount: big.NewRat(amount, 1), Currency: currency}
}

type alertCase struct {
	account pacing.Account
	now     time.Time
	want    string // kind, subject, stage, parts of the sentence
	unsure  bool
}

func alertCases(t *testing.T) map[string]alertCase {
	t.Helper()
	noon := func(text string) time.Time { return time.Unix(int64(day(t, text))*86400, 0).Add(10 * time.Hour) }
	steady := func(last string) pacing.Account {
		return account(t, last, spends(t, "a", "2026-03-01", last, 100))
	}
	with := func(a pacing.Account, b ...pacing.Budget) pacing.Account { a.Budgets = b; return a }
	unread := steady("2026-05-20")
	unread.Read = []adtally.Window{{From: day(t, "2026-05-03"), To: day(t, "2026-05-21")}}
	unknown := without(t, spends(t, "a", "2026-03-01", "2026-05-20", 100), "2026-05-19")
	unknown.Days[day(t, "2026-05-20")] = pacing.Delivery{Spend: big.NewRat(100, 1)}
	small := spends(t, "b", "2026-03-01", "2026-05-18", 5)
	return map[string]alertCase{
		"as planned":                              {account: with(steady("2026-05-20"), budget(t, "", 3100, "EUR")), now: noon("2026-05-21")},
		"no budget":                               {account: steady("2026-05-20"), now: noon("2026-05-21")},
		"budget in another currency":              {account: with(steady("2026-05-20"), budget(t, "", 100, "USD")), now: noon("2026-05-21")},
		"will spend too much":                     {account: with(steady("2026-05-20"), budget(t, "", 2800, "EUR")), now: noon("2026-05-21"), want: "overspend 1 2026-05 1 | will spend about 3,100 EUR | budget is 2,800 EUR"},
		"tenth too much is planned":               {account: with(steady("2026-05-20"), budget(t, "", 2819, "EUR")), now: noon("2026-05-21")},
		"spent too much":                          {account: with(steady("2026-05-20"), budget(t, "", 1999, "EUR")), now: noon("2026-05-21"), want: "overspend 1 2026-05 2 | has spent 2,000 EUR by 2026-05-20"},
		"exactly the budget":                      {account: with(steady("2026-05-31"), budget(t, "", 3100, "EUR")), now: noon("2026-06-01")},
		"will spend too little":                   {account: with(steady("2026-05-20"), budget(t, "a", 3500, "EUR")), now: noon("2026-05-21"), want: "underspend 1/a 2026-05 0 | The campaign Campaign a of Shop will spend about 3,100 EUR"},
		"too early in the month":                  {account: with(steady("2026-05-04"), budget(t, "", 1000, "EUR")), now: noon("2026-05-05")},
		"early, but spent":                        {account: with(steady("2026-05-04"), budget(t, "", 300, "EUR")), now: noon("2026-05-05"), want: "overspend 1 2026-05 2 | has spent 400.00"},
		"the month's first days were not read":    {account: with(unread, budget(t, "", 5000, "EUR")), now: noon("2026-05-21")},
		"they were not, but the rest is too much": {account: with(unread, budget(t, "", 1500, "EUR")), now: noon("2026-05-21"), want: "overspend 1 2026-05 2 | has spent 2,000 EUR"},
		"the first sync of the day is missing":    {account: with(steady("2026-05-20"), budget(t, "", 2800, "EUR")), now: noon("2026-05-22"), want: "overspend 1 2026-05 1"},
		"late data":                               {account: with(steady("2026-05-20"), budget(t, "", 100, "EUR")), now: noon("2026-05-23"), unsure: true},
		"late data of an account that stopped":    {account: account(t, "2026-05-20", spends(t, "a", "2026-03-01", "2026-05-18", 100)), now: noon("2026-05-23"), unsure: true},
		"never read":                              {account: pacing.Account{ID: "1", Zone: time.UTC}, now: noon("2026-05-23"), unsure: true},
		"account stopped":                         {account: account(t, "2026-05-20", spends(t, "a", "2026-03-01", "2026-05-18", 100)), now: noon("2026-05-21"), want: "delivery_stopped 1 0 | The ad account Shop has spent nothing since 2026-05-19 | spent 700.00 EUR"},
		"only today is empty":                     {account: account(t, "2026-05-21", spends(t, "a", "2026-03-01", "2026-05-20", 100)), now: noon("2026-05-21")},
		"campaign stopped":                        {account: account(t, "2026-05-20", spends(t, "a", "2026-03-01", "2026-05-20", 100), spends(t, "b", "2026-03-01", "2026-05-19", 50)), now: noon("2026-05-21"), want: "delivery_stopped 1/b 0 | The campaign Campaign b of Shop has spent nothing since 2026-05-20"},
		"small campaign stopped":                  {account: account(t, "2026-05-20", spends(t, "a", "2026-03-01", "2026-05-20", 100), small), now: noon("2026-05-21")},
		"campaign of three days":                  {account: account(t, "2026-05-20", spends(t, "a", "2026-03-01", "2026-05-20", 100), spends(t, "b", "2026-05-16", "2026-05-18", 90)), now: noon("2026-05-21")},
		"stopped long ago":                        {account: account(t, "2026-05-20", spends(t, "a", "2026-03-01", "2026-05-20", 100), spends(t, "b", "2026-03-01", "2026-04-30", 90)), now: noon("2026-05-21")},
		"no conversions any more":                 {account: account(t, "2026-05-20", without(t, spends(t, "a", "2026-03-01", "2026-05-20", 100), "2026-05-20")), now: noon("2026-05-21"), want: "no_conversions 1/a 0 | spent 100.00 EUR since its last conversion on 2026-05-19 | one cost about 20.00 EUR"},
		"four are no pattern":                     {account: account(t, "2026-05-20", without(t, spends(t, "a", "2026-03-01", "2026-05-20", 80), "2026-05-20")), now: noon("2026-05-21")},
		"conversions not known":                   {account: account(t, "2026-05-20", unknown), now: noon("2026-05-21")},
		"never had conversions":                   {account: account(t, "2026-05-20", without(t, spends(t, "a", "2026-03-01", "2026-05-20", 100), "2026-03-01")), now: noon("2026-05-21")},
	}
}

func TestAlerts(t *testing.T) {
	for name, c := range alertCases(t) {
		t.Run(name, func(t *testing.T) {
			got, sure := pacing.Alerts(c.account, c.now)
			if sure == c.unsure {
				t.Errorf("sure: %v", sure)
			}
			want, parts := c.want, []string(nil)
			if c.want != "" {
				all := strings.Split(c.want, " | ")
				want, parts = all[0], all[1:]
			}
			var said []string
			for _, a := range got {
				said = append(said, a.Sentence)
			}
			if shown := kinds(got); shown != want {
				t.Errorf("got %q, want %q: %q", shown, want, said)
			}
			for _, p := range parts {
				if !strings.Contains(strings.Join(said, " "), p) {
					t.Errorf("%q lacks %q", said, p)
				}
			}
		})
	}
}

func kinds(all []adtally.Alert) string {
	var out []string
	for _, a := range all {
		out = append(out, fmt.Sprintf("%s %s %d", a.Kind, a.Subject, a.Stage))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}
