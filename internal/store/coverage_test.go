package store_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/store"
	"adtally/internal/store/storetest"
)

// Pages of ranges, one after the other, are the ranges of all checkpoints, with
// every filter and whatever the size of a page.
func TestCoverage_PagesAreTheRangesOfAllCheckpoints(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		rapid.Check(t, func(t *rapid.T) {
			var all []adtally.Checkpoint
			for _, account := range []string{"7", "70", "8"} {
				var of []adtally.Checkpoint
				for i := range rapid.IntRange(0, 12).Draw(t, "checkpoints") {
					c := adtally.Checkpoint{Account: account, Table: rapid.SampledFrom([]string{"ads", "basic_ad"}).Draw(t, "table"),
						Asked: moment.Add(time.Duration(i) * time.Hour), Partial: rapid.Bool().Draw(t, "partial")}
					if c.Table != "ads" {
						from := adtally.Day(20000 + rapid.IntRange(0, 12).Draw(t, "from"))
						c.Window = adtally.WindowOf(from, from+adtally.Day(rapid.IntRange(0, 3).Draw(t, "days")))
					}
					of = append(of, c)
				}
				if err := db.AdoptCheckpoints(ctx, "s", account, of); err != nil {
					t.Fatal(err)
				}
				all = append(all, of...)
			}
			q := adtally.CoverageFilter{Source: "s", Account: rapid.SampledFrom([]string{"", "7", "9"}).Draw(t, "account"),
				Table: rapid.SampledFrom([]string{"", "basic_ad"}).Draw(t, "only"), Limit: rapid.IntRange(1, 4).Draw(t, "limit")}
			got, want := paged(t, db, q), rangesOf(all, q)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%+v:\n got %v\nwant %v", q, got, want)
			}
		})
	})
}

// rangesOf joins the checkpoints that match a filter.
func rangesOf(all []adtally.Checkpoint, q adtally.CoverageFilter) (want []adtally.Checkpoint) {
	for _, account := range []string{"7", "70", "8"} {
		for _, table := range []string{"ads", "basic_ad"} {
			var of []adtally.Checkpoint
			for _, c := range all {
				if c.Account == account && c.Table == table && (q.Account == "" || q.Account == account) && (q.Table == "" || q.Table == table) {
					of = append(of, c)
				}
			}
			want = append(want, adtally.Ranges(of)...)
		}
	}
	return want
}

// paged reads all pages.
func paged(t rapid.TB, db *store.DB, q adtally.CoverageFilter) (all []adtally.Checkpoint) {
	for more := true; more; {
		var page []adtally.Checkpoint
		var err error
		if page, more, err = db.Coverage(ctx, q); err != nil || len(page) > q.Limit || more && len(page) == 0 {
			t.Fatalf("%d ranges, more %t: %v", len(page), more, err)
		}
		if all = append(all, page...); more {
			last := page[len(page)-1]
			q.After = adtally.CoveragePosition{Account: last.Account, Table: last.Table, From: last.Window.From}
		}
	}
	return all
}

// One account may have more checkpoints than one page reads.
func TestCoverage_MoreCheckpointsThanOneBatch(t *testing.T) {
	t.Parallel()
	db := open(t, storetest.File(t))
	const days = 20_000 // more than twice
	cps := daily("7", days)
	if err := db.AdoptCheckpoints(ctx, "s", "7", cps); err != nil {
		t.Fatal(err)
	}
	if err := db.AdoptCheckpoints(ctx, "s", "8", daily("8", 3)); err != nil {
		t.Fatal(err)
	}
	got := paged(t, db, adtally.CoverageFilter{Source: "s", Limit: 200})
	if len(got) != 2 || got[0].Window.Days() != days || got[1].Window.Days() != 3 {
		t.Errorf("%v", got)
	}
}

func TestCovered_FirstAndLastDay(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		at := func(table, account string, from, to adtally.Day) adtally.Checkpoint {
			return adtally.Checkpoint{Table: table, Account: account, Window: adtally.Window{From: from, To: to}, Asked: moment}
		}
		for account, cps := range map[string][]adtally.Checkpoint{"7": {at("ads", "7", 0, 0), at("basic_ad", "7", 20010, 20020)}, "8": {at("basic_ad", "8", 20000, 20005)}} {
			if err := db.AdoptCheckpoints(ctx, "s", account, cps); err != nil {
				t.Fatal(err)
			}
		}
		got, err := db.Covered(ctx, "s")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "covered", got, []adtally.Extremes{{Table: "ads", Asked: moment}, {Table: "basic_ad", Window: adtally.Window{From: 20000, To: 20020}, Asked: moment}})
	})
}

// daily returns one checkpoint for each of so many days.
func daily(account string, days int) (all []adtally.Checkpoint) {
	for i := range days {
		from := adtally.Day(10000 + i)
		all = append(all, adtally.Checkpoint{Table: "basic_ad", Account: account, Window: adtally.Window{From: from, To: from + 1}, Asked: moment, Load: "0123456789abcdef"})
	}
	return all
}

// 500 accounts of 1,000 days, each a checkpoint: the first page, a page of one
// account, one from the middle, and the query for deleting the source.
func BenchmarkCoverage(b *testing.B) {
	accounts, days := 500, 1000
	if testing.Short() {
		accounts, days = 5, 100
	}
	db, err := store.Open(ctx, b.TempDir()+"/x.state")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for i := range accounts {
		id := fmt.Sprintf("%04d", i)
		if err := db.AdoptCheckpoints(ctx, "s", id, daily(id, days)); err != nil {
			b.Fatal(err)
		}
	}
	middle := fmt.Sprintf("%04d", accounts/2)
	for name, q := range map[string]adtally.CoverageFilter{"first page": {}, "one account": {Account: middle}, "one table": {Table: "basic_ad"},
		"in the middle": {After: adtally.CoveragePosition{Account: middle, Table: "basic_ad", From: 10000}}} {
		q.Source, q.Limit = "s", 50
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got, _, err := db.Coverage(ctx, q); err != nil || len(got) == 0 {
					b.Fatal(len(got), err)
				}
			}
		})
	}
	b.Run("what is covered", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if got, err := db.Covered(ctx, "s"); err != nil || len(got) != 1 {
				b.Fatal(got, err)
			}
		}
	})
}
