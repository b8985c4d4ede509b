package destinationtest

import (
	"context"
	"testing"
	"time"

	"adtally"
	"adtally/internal/table"
)

// billed are facts whose sums are recorded in _restatement.
var billed = func() *table.Schema {
	s := factTable("billed")
	s.Columns[3].Additivity, s.Columns[4].Additivity = table.Sum, table.Sum
	s.Restated = []string{"clicks", "spend"}
	return s
}()

// readAt commits rows of the slice's days that were requested at a given time.
func (w *warehouse) readAt(t tester, s adtally.Slice, at time.Time, zone *time.Location, in ...rows) {
	t.Helper()
	load := w.load(s, billed)
	load.Asked, load.Zone = func() time.Time { return at }, zone
	if _, err := w.writer.Commit(context.Background(), load, give(in...)); err != nil {
		t.Fatalf("commit %s: %v", s, err)
	}
}

// noon returns noon of the n-th day after the first.
func noon(n int) time.Time { return (first + adtally.Day(n)).Start(time.UTC).Add(12 * time.Hour) }

// A day is recorded when it is first read at each age. Records never change.
func believed(t *testing.T, w *warehouse) {
	w.prepare(t, billed)
	read := func(n, clicks int, spend string) {
		in := rows{billed, [][]string{fact(alpha, 0, "x", clicks, spend), fact(alpha, 0, "y", 1, null)}}
		w.readAt(t, days(alpha, 0, 2), noon(n), time.UTC, in)
	}
	read(0, 10, "1.5")
	read(0, 20, "2.5")
	read(3, 30, "3.5") // the first reading after the end of the day
	read(6, 40, "4.5")
	read(7, 40, "4.5") // the same figures again, now a week old
	w.readAt(t, days(alpha, 0, 1), noon(30), time.UTC)
	w.readAt(t, days(alpha, 0, 1), noon(31), time.UTC, rows{billed, [][]string{fact(alpha, 0, "x", 99, "9.9")}})
	w.readAt(t, days(alpha, 0, 1), noon(2), time.UTC, rows{billed, [][]string{fact(alpha, 0, "x", 77, "7.7")}}) // arrived late
	w.readAt(t, days(beta, 0, 1), noon(40), time.UTC, rows{billed, [][]string{fact(beta, 0, "x", 5, null)}})
	w.readAt(t, days(beta, 0, 1), noon(9), time.UTC, rows{billed, [][]string{fact(beta, 0, "x", 6, null)}}) // arrived late too
	seen := "SELECT account_id, metric, age, CAST(value AS VARCHAR), CAST(CAST(asked_at AS DATE) - DATE '2026-03-30' AS VARCHAR), _load_id FROM DATASET._restatement WHERE table_name = 'billed' AND date = DATE '2026-03-30'"
	same(t, "restatements", w.see(t, seen), []string{
		"act_1 clicks 0 11.000000 0 load-1", "act_1 clicks 1 31.000000 3 load-3", "act_1 clicks 7 41.000000 7 load-5", "act_1 clicks 28 NULL 30 load-6",
		"act_1 spend 0 1.500000 0 load-1", "act_1 spend 1 3.500000 3 load-3", "act_1 spend 7 4.500000 7 load-5", "act_1 spend 28 NULL 30 load-6",
		"act_2 clicks 28 5.000000 40 load-9", "act_2 spend 28 NULL 40 load-9"})
	same(t, "days without any figures", w.see(t, "SELECT date FROM DATASET._restatement WHERE date <> DATE '2026-03-30'"), nil)
}

// The end of a day depends on the account's time zone.
func ageInItsZone(t *testing.T, w *warehouse) {
	w.prepare(t, billed)
	at := (first + 1).Start(time.UTC).Add(time.Hour) // 01:00 of the next day in London
	for account, zone := range map[string]*time.Location{alpha: time.FixedZone("west", -8*3600), beta: time.FixedZone("east", 8*3600)} {
		w.readAt(t, days(account, 0, 3), at, zone, rows{billed, [][]string{fact(account, 0, "x", 1, null), fact(account, 2, "x", 1, null)}})
	}
	same(t, "ages", w.see(t, "SELECT account_id, CAST(date AS VARCHAR), age FROM DATASET._restatement WHERE metric = 'clicks'"),
		[]string{"act_1 2026-03-30 0", "act_2 2026-03-30 1"})
	load := w.load(days(alpha, 0, 1), billed)
	if f := adtally.FaultOf(w.kept(t.Context(), t, load, give())); f.Code != "zone_missing" {
		t.Errorf("a load without a zone: %+v", f)
	}
}

// The results of a reconciliation are loaded like any rows.
func comparisonLoaded(t *testing.T, w *warehouse) {
	s := &table.Reconciliation
	w.prepare(t, s)
	row := func(n int, ours, theirs, drift, state string) []string {
		return []string{alpha, dayText(n), "basic_ad", "spend", ours, theirs, drift, state, "2026-05-01T09:12:00Z", "run-1"}
	}
	slice := adtally.Slice{Stream: s.Name, Account: alpha, Window: days(alpha, 0, 2).Window}
	w.commit(t, slice, rows{s, [][]string{row(0, "1.000000", "1.000000", "0.000000", "ok"), row(1, "1.000000", "2.000000", "-1.000000", "drift")}})
	w.commit(t, slice, rows{s, [][]string{row(1, "2.000000", "2.000000", "0.000000", "ok"), row(2, null, null, null, "unchecked")}})
	same(t, "comparisons", w.see(t, "SELECT CAST(date AS VARCHAR), CAST(drift AS VARCHAR), state FROM DATASET._reconciliation"),
		[]string{"2026-03-30 0.000000 ok", "2026-03-31 0.000000 ok", "2026-04-01 NULL unchecked"})
}
