package store_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/store"
)

// addSources adds the sources s1 to sN.
func addSources(t testing.TB, db *store.DB, n int) {
	t.Helper()
	for i := 1; i <= n; i++ {
		id := fmt.Sprint("s", i)
		s := adtally.SourceRecord{Source: adtally.Source{ID: id, Connector: "facebookads", Dataset: id}, Created: moment}
		if err := db.AddSource(ctx, s, adtally.Handover{}, adtally.AuditEntry{ID: "add-" + id, At: moment}); err != nil {
			t.Fatal(err)
		}
	}
}

// What is lost is what a look at all accounts, one source at a time, finds lost.
func TestLostAccounts_AreThoseThatTheNewestLookDidNotShow(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		const sources = 3
		addSources(t, db, sources)
		hours := 0 // a listing is never older than the one before
		rapid.Check(t, func(t *rapid.T) {
			for range rapid.IntRange(1, 4).Draw(t, "looks") {
				hours += rapid.IntRange(0, 2).Draw(t, "later")
				ids := rapid.SliceOfNDistinct(rapid.IntRange(1, 6), 0, 6, rapid.ID[int]).Draw(t, "seen")
				var seen []adtally.Account
				for _, id := range ids {
					seen = append(seen, adtally.Account{ID: fmt.Sprint(id)})
				}
				source := fmt.Sprint("s", rapid.IntRange(1, sources).Draw(t, "source"))
				if err := db.SeeAccounts(ctx, source, seen, moment.Add(time.Duration(hours)*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			got, err := db.LostAccounts(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for i := 1; i <= sources; i++ {
				id := fmt.Sprint("s", i)
				if want := lostOf(t, db, id); fmt.Sprint(got[id]) != fmt.Sprint(want) {
					t.Fatalf("%s: %v, want %v", id, got[id], want)
				}
			}
		})
	})
}

// lostOf compares every account of a source with the latest time of all.
func lostOf(t *rapid.T, db *store.DB, source string) (lost []adtally.SeenAccount) {
	all, err := db.SeenAccounts(ctx, source)
	if err != nil {
		t.Fatal(err)
	}
	var newest time.Time
	for _, a := range all {
		if a.Last.After(newest) {
			newest = a.Last
		}
	}
	for _, a := range all {
		if a.Last.Before(newest) {
			lost = append(lost, a)
		}
	}
	return lost
}

// An alert asks for this every ten seconds: 5,000 accounts, one of them lost.
func BenchmarkLostAccounts(b *testing.B) {
	accounts := 5_000
	if testing.Short() {
		accounts = 100
	}
	db, err := store.Open(ctx, b.TempDir()+"/x.state")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	addSources(b, db, 1)
	seen := make([]adtally.Account, accounts)
	for i := range seen {
		seen[i] = adtally.Account{ID: fmt.Sprint(i), Name: fmt.Sprint("Account ", i), Currency: "EUR", Zone: "Europe/Berlin", Status: "active"}
	}
	for hour, some := range [][]adtally.Account{seen, seen[1:]} {
		if err := db.SeeAccounts(ctx, "s1", some, moment.Add(time.Duration(hour)*time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if lost, err := db.LostAccounts(ctx); err != nil || len(lost["s1"]) != 1 {
			b.Fatal(len(lost["s1"]), err)
		}
	}
}
