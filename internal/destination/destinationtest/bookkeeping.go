package destinationtest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// asks runs a query of package destination.
func asks[T any](t *testing.T, w *warehouse, do func(context.Context, *sql.DB) (T, error)) T {
	t.Helper()
	db, done, err := w.writer.Query(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	got, err := do(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// What is missing is grouped by account, table, column and reason.
func missingGrouped(t *testing.T, w *warehouse) {
	missing := func(dataset string) (all []string) {
		for _, m := range asks(t, w, func(ctx context.Context, db *sql.DB) ([]adtally.MissingData, error) {
			return destination.MissingData(ctx, db, dataset)
		}) {
			all = append(all, fmt.Sprint(m.Quarantined, " ", m.Account, " ", m.Table, ".", m.Column, " ", m.Code, ": ", m.Reason, " ", m.Due, " ", m.Window, " ", m.Days, " days, ", m.Count, " ", m.Asked.UTC().Format("15:04:05")))
		}
		slices.Sort(all)
		return all
	}
	same(t, "of a dataset that does not exist", missing("nothing"), nil)
	same(t, "of an empty one", missing(w.dataset), nil)
	final := gap("facts", alpha, dayText(3), "clicks")
	final.cells[0][7] = "false"
	bad := func(day, loaded string) rows {
		return rows{&table.Quarantine, [][]string{{"facts", alpha, day, day + "/x", "spend", "zap", "It is not a number.", loaded}}}
	}
	w.commit(t, days(alpha, 0, 5), factsOf(), gap("facts", alpha, dayText(0), "spend"), gap("facts", alpha, dayText(4), "spend"), final, bad(dayText(1), null), bad(dayText(2), "1.5"))
	w.commit(t, now(alpha), entitiesOf(), gap("ads", alpha, null, "name"))
	day := func(n int) string { return adtally.WindowOf(first+adtally.Day(n), first+adtally.Day(n)).String() }
	want := []string{
		"false act_1 ads.name too_much: The answer was too large. true now 0 days, 1 12:02:00",
		"false act_1 facts.clicks too_much: The answer was too large. false " + day(3) + " 1 days, 1 12:01:00",
		"false act_1 facts.spend too_much: The answer was too large. true " + adtally.WindowOf(first, first+4).String() + " 2 days, 2 12:01:00",
		"true act_1 facts.spend : It is not a number. false " + day(1) + " 1 days, 1 12:01:00",
	}
	same(t, "missing", missing(w.dataset), want)
	both := asks(t, w, func(ctx context.Context, db *sql.DB) ([]adtally.DataState, error) {
		all, err := destination.DataStates(ctx, db, map[string]adtally.ComparisonFilter{w.dataset: {}, "nothing": {}})
		return []adtally.DataState{all[w.dataset], all["nothing"]}, err
	})
	if m, c, n := len(both[0].Missing), len(both[0].Compared), len(both[1].Missing); m != len(want) || c != 0 || n != 0 {
		t.Errorf("of several datasets: %d missing and %d compared, %d missing in an empty one", m, c, n)
	}
	w.commit(t, days(alpha, 0, 5), factsOf())
	same(t, "after the days came whole", missing(w.dataset), want[:1])
}

// Comparisons are read for a table, account and days; a missing side stays missing.
func comparisonsRead(t *testing.T, w *warehouse) {
	read := func(dataset string, f adtally.ComparisonFilter) (all []string) {
		for _, c := range asks(t, w, func(ctx context.Context, db *sql.DB) ([]adtally.Comparison, error) {
			return destination.Comparisons(ctx, db, dataset, f)
		}) {
			all = append(all, fmt.Sprintf("%s %s %s %q %q %t %s", c.Account, c.Day, c.Metric, c.Ours, c.Theirs, c.Differs, c.Checked.UTC().Format("2006-01-02 15:04")))
		}
		return all
	}
	whole := adtally.ComparisonFilter{Table: "facts", Window: adtally.WindowOf(first, first+9)}
	same(t, "of a dataset that does not exist", read("nothing", whole), nil)
	same(t, "of an empty one", read(w.dataset, whole), nil)
	compare := func(account string, n int, tableName, metric, ours, theirs, state string) {
		w.commit(t, adtally.Slice{Stream: "_reconciliation", Account: account},
			rows{&table.Reconciliation, [][]string{{account, dayText(n), tableName, metric, ours, theirs, "0", state, "2026-05-01T12:00:00Z", "r1"}}})
	}
	compare(alpha, 0, "facts", "spend", "12.5", "12.5", "ok")
	compare(alpha, 0, "facts", "clicks", "3", null, "drift")
	compare(alpha, 1, "facts", "clicks", null, "4", "drift")
	compare(alpha, 1, "other_facts", "clicks", "9", "9", "ok")
	compare(beta, 2, "facts", "clicks", "5", "5", "ok")
	want := []string{`act_1 2026-03-30 clicks "3.000000" "" true 2026-05-01 12:00`, `act_1 2026-03-30 spend "12.500000" "12.500000" false 2026-05-01 12:00`,
		`act_1 2026-03-31 clicks "" "4.000000" true 2026-05-01 12:00`, `act_2 2026-04-01 clicks "5.000000" "5.000000" false 2026-05-01 12:00`}
	same(t, "all of a table", read(w.dataset, whole), want)
	same(t, "of an account", read(w.dataset, adtally.ComparisonFilter{Table: "facts", Account: beta, Window: whole.Window}), want[3:])
	same(t, "of a day", read(w.dataset, adtally.ComparisonFilter{Table: "facts", Window: adtally.WindowOf(first+1, first+1)}), want[2:3])
}

// Totals are read by table, metric, account and age, over the days that are also known at
// the oldest age; a missing total stays missing.
func restatementRead(t *testing.T, w *warehouse) {
	read := func(dataset string, f adtally.RestatementFilter) (all []string) {
		for _, r := range asks(t, w, func(ctx context.Context, db *sql.DB) ([]adtally.Restated, error) {
			return destination.Restatement(ctx, db, dataset, f)
		}) {
			all = append(all, fmt.Sprintf("%s %s %s %d: %d %q %q", r.Table, r.Metric, r.Account, r.Age, r.Days, r.Value, r.Final))
		}
		return all
	}
	same(t, "of a dataset that does not exist", read("nothing", adtally.RestatementFilter{}), nil)
	same(t, "of an empty one", read(w.dataset, adtally.RestatementFilter{}), nil)
	total := func(account string, n int, metric, age, value string) []string {
		return []string{"facts", account, dayText(n), metric, age, value, "2026-05-01T12:00:00Z"}
	}
	w.commit(t, adtally.Slice{Stream: "_restatement", Account: alpha}, rows{&table.Restatement, [][]string{
		total(alpha, 0, "spend", "0", "5"), total(alpha, 0, "spend", "28", "10"),
		total(alpha, 1, "spend", "0", "6"), total(alpha, 1, "spend", "28", "20"),
		total(alpha, 2, "spend", "0", "1000"), // too young
		total(alpha, 0, "clicks", "0", null), total(alpha, 0, "clicks", "28", "0"),
	}})
	w.commit(t, adtally.Slice{Stream: "_restatement", Account: beta}, rows{&table.Restatement, [][]string{total(beta, 0, "spend", "28", "7")}})
	want := []string{`facts clicks act_1 0: 1 "" "0.000000"`, `facts clicks act_1 28: 1 "0.000000" "0.000000"`,
		`facts spend act_1 0: 2 "11.000000" "30.000000"`, `facts spend act_1 28: 2 "30.000000" "30.000000"`, `facts spend act_2 28: 1 "7.000000" "7.000000"`}
	same(t, "all", read(w.dataset, adtally.RestatementFilter{}), want)
	same(t, "of an account and a metric", read(w.dataset, adtally.RestatementFilter{Table: "facts", Metric: "spend", Account: beta}), want[4:])
	same(t, "of a day", read(w.dataset, adtally.RestatementFilter{Metric: "spend", Account: alpha, Window: adtally.WindowOf(first, first)}),
		[]string{`facts spend act_1 0: 1 "5.000000" "10.000000"`, `facts spend act_1 28: 1 "10.000000" "10.000000"`})
	same(t, "of another table", read(w.dataset, adtally.RestatementFilter{Table: "other"}), nil)
}

// Rows are counted by table; a table that does not exist has no count.
func rowsCounted(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 2), factsOf(fact(alpha, 0, "x", 1, null), fact(alpha, 1, "x", 1, null)))
	w.commit(t, now(alpha), entitiesOf())
	got := asks(t, w, func(ctx context.Context, db *sql.DB) (map[string]int64, error) {
		return destination.CountRows(ctx, db, w.dataset, []string{"facts", "ads", "nothing"})
	})
	if len(got) != 2 || got["facts"] != 2 || got["ads"] != 0 {
		t.Errorf("%v", got)
	}
}
