package advertiser_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally/internal/graphsim/advertiser"
)

func TestParseSize(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]advertiser.Size{
		"":                                {},
		"accounts=1,ads=200,days=365":     {Accounts: 1, Ads: 200, Days: 365},
		" campaigns=3 , adsets = 4,":      {Campaigns: 3, AdSets: 4},
		"seed=18446744073709551615":       {Seed: 1<<64 - 1},
		"ads=10,steady=1":                 {Ads: 10, Steady: true},
		"steady=false,seed=0,campaigns=7": {Campaigns: 7},
		"lowconversions=1":                {LowConversions: true},
	} {
		got, err := advertiser.ParseSize(given)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", given, got, err)
		}
	}
}

func TestParseSize_Errors(t *testing.T) {
	t.Parallel()
	for given, naming := range map[string]string{
		"adds=3": `"adds"`, "ads": `ads=""`, "ads=0": `"0"`, "days=-1": `"-1"`, "ads=ten": `"ten"`,
		"ads=1000001": "1000000", "seed=-1": `"-1"`, "steady=maybe": `"maybe"`, "lowconversions=2": `"2"`, "200": `"200"`,
	} {
		if _, err := advertiser.ParseSize(given); err == nil || !strings.Contains(err.Error(), naming) {
			t.Errorf("%q: %v does not name %s", given, err, naming)
		}
	}
}

func TestSynthetic_ObjectCounts(t *testing.T) {
	t.Parallel()
	size := advertiser.Size{Accounts: 3, Campaigns: 4, AdSets: 9, Ads: 31, Days: 20, Seed: 2}
	for _, account := range advertiser.NewSynthetic(size, start) {
		for kind, want := range map[advertiser.Kind]int{
			advertiser.Campaign: 4, advertiser.AdSet: 9, advertiser.Ad: 31,
		} {
			if got := len(account.Objects(kind, start)); got != want {
				t.Errorf("%s: %d of %s, not %d", account.Node(start).ID, got, kind, want)
			}
		}
	}
}

func TestSynthetic_SteadyRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ads, days := rapid.IntRange(1, 30).Draw(t, "ads"), rapid.IntRange(1, 30).Draw(t, "days")
		size := advertiser.Size{Accounts: 12, Ads: ads, Days: days, Steady: true, Seed: rapid.Uint64().Draw(t, "seed")}
		account := oneOf(t, advertiser.NewSynthetic(size, start))
		y, m, d := start.In(account.Location()).Date()
		second := rapid.IntRange(0, 86399).Draw(t, "second of the day")
		now := time.Date(y, m, d, 0, 0, second, 0, account.Location())
		if got := len(rowsOf(account, everything(advertiser.LevelAd), now)); got != ads*days {
			t.Fatalf("%d rows of %d ads on %d days", got, ads, days)
		}
	})
}

func TestSynthetic_SeedIsDeterministic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := advertiser.Size{Seed: rapid.Uint64().Draw(t, "seed"), Accounts: 2, Ads: 12, Days: 15}
		one, two := advertiser.NewSynthetic(size, start), advertiser.NewSynthetic(size, start)
		size.Seed++
		other := advertiser.NewSynthetic(size, start)
		for i := range one {
			first := answersOf(one[i])
			same(t, "the same account twice", first, answersOf(two[i]))
			same(t, "one account asked twice", first, answersOf(one[i]))
			if reflect.DeepEqual(first, answersOf(other[i])) {
				t.Fatalf("another seed gave the same account")
			}
		}
	})
}

type answers struct {
	Node    advertiser.Object
	Objects map[advertiser.Kind][]advertiser.Object
	Rows    []advertiser.Row
}

func answersOf(a advertiser.Account) answers {
	objects := map[advertiser.Kind][]advertiser.Object{}
	for _, kind := range kinds {
		objects[kind] = a.Objects(kind, start)
	}
	return answers{a.Node(start), objects, rowsOf(a, everything(advertiser.LevelAd), start)}
}

func TestSynthetic_DateRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accounts, now := anyAccounts(t)
		account := oneOf(t, accounts)
		today := int(dayOf(now, account.Location()))
		q := everything(rapid.SampledFrom(levels).Draw(t, "level"))
		q.From = advertiser.Date(rapid.IntRange(today-50, today+3).Draw(t, "from"))
		q.To = advertiser.Date(rapid.IntRange(today-50, today+3).Draw(t, "to"))
		var want []advertiser.Row
		for _, r := range rowsOf(account, everything(q.Level), now) {
			if r.Day >= q.From && r.Day <= q.To {
				want = append(want, r)
			}
		}
		same(t, "the whole (-) and a range of it", want, rowsOf(account, q, now))
	})
}
