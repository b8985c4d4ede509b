package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// Three years of a small account are there within a minute, and the last week
// within a quarter of one. PAINS #19
func TestThreeYearsOfASmallAccountTakeAMinute(t *testing.T) {
	o := graphsim.Options{JobTime: 2 * time.Second, Latency: map[string]time.Duration{"*": latency}}
	inBubble(t, o, "accounts=1,ads=10,days=1096,seed=1", func(t *testing.T, b *bubble) {
		began := b.sim.Now()
		d := b.sync(t, "--tables", "basic_ad", "--since", "2023-06-03")
		if d.code != 0 || d.took > time.Minute {
			t.Fatalf("exit code %d after %s: %s", d.code, d.took, d.err)
		}
		week := one(t, b.file, `SELECT max(synced_at) FROM facebook_ads._loads WHERE table_name = 'basic_ad' AND date_to >= DATE '2026-05-27'`)
		at, err := time.Parse(time.RFC3339, week)
		if err != nil || at.Sub(began) > 15*time.Second {
			t.Errorf("the last week was there after %s (%v)", at.Sub(began), err)
		}
		days := 1096.0
		perDay := float64(b.sim.Calls().Counted) / days
		t.Logf("%s, %d calls: %.3f a day", d.took, b.sim.Calls().Counted, perDay)
		if perDay > 0.15 {
			t.Errorf("%.3f calls per account and day", perDay)
		}
	})
}

// One day is read again without touching any other. PAINS #20
func TestOneDayIsReadAgainAndNoOther(t *testing.T) {
	inBubble(t, graphsim.Options{}, "accounts=2,ads=20,days=90,seed=1", func(t *testing.T, b *bubble) {
		window := []string{"--tables", "basic_ad", "--since", "2026-04-01", "--until", "2026-04-30"}
		if d := b.sync(t, window...); d.code != 0 {
			t.Fatal(d.err)
		}
		others := `SELECT count(*), sum(hash(b)::HUGEINT) FROM facebook_ads.basic_ad b WHERE NOT (account_id = '` + digits(b, 0) + `' AND date = DATE '2026-04-15')`
		before, calls := one(t, b.file, others), b.sim.Calls()
		time.Sleep(time.Hour)
		d := b.sync(t, "--account", b.sim.Accounts()[0], "--tables", "basic_ad", "--since", "2026-04-15", "--until", "2026-04-15", "--reread")
		if d.code != 0 || d.Slices != 2 { // the day, and Meta's total of it
			t.Fatalf("exit code %d, %d slices: %s", d.code, d.Slices, d.err)
		}
		if after := one(t, b.file, others); after != before {
			t.Errorf("other days were %s and are %s", before, after)
		}
		now := b.sim.Calls()
		if n := now.By["GET act/insights"] - calls.By["GET act/insights"]; n != 2 {
			t.Errorf("%d questions about figures, want 2", n)
		}
	})
}

// A token that was dead for nine days: just those days and the look-back are
// read. PAINS #20, R11
func TestAfterNineDaysWithoutATokenJustTheGapIsRead(t *testing.T) {
	inBubble(t, graphsim.Options{}, "accounts=1,ads=20,days=120,seed=1", func(t *testing.T, b *bubble) {
		args := []string{"--tables", "basic_ad", "--since", "2026-03-01"}
		if d := b.sync(t, args...); d.code != 0 {
			t.Fatal(d.err)
		}
		dead := 463
		b.sim.Inject(graphsim.Fault{Revoke: &dead})
		for range 9 {
			time.Sleep(24 * time.Hour)
			if d := b.sync(t, args...); d.code != exitReconnect {
				t.Fatalf("exit code %d: %s", d.code, d.err)
			}
		}
		alive := 0
		b.sim.Inject(graphsim.Fault{Revoke: &alive})
		if d := b.sync(t, args...); d.code != 0 {
			t.Fatal(d.err)
		}
		read := one(t, b.file, `SELECT min(date_from), max(date_to) FROM facebook_ads._loads
			WHERE table_name = 'basic_ad' AND asked_at >= TIMESTAMPTZ '2026-06-10'`)
		if !strings.HasSuffix(read, "2026-06-11") || !strings.HasPrefix(read, "2026-05-0") {
			t.Errorf("read %s, want the nine days and the 28 before them", read)
		}
		whole := fmt.Sprint(one(t, b.file, "SELECT count(DISTINCT date) FROM facebook_ads.basic_ad WHERE date > DATE '2026-06-02'"))
		if whole != "9" {
			t.Errorf("%s of nine days are there", whole)
		}
	})
}

// The numbers of an ad account in a warehouse.
func digits(b *bubble, n int) string { return strings.TrimPrefix(b.sim.Accounts()[n], "act_") }
