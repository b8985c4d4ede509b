package destinationtest

import (
	"fmt"
	"testing"

	"adtally"
	"adtally/internal/table"
)

// gap returns a gap in a column, for a day of a table or, with null, for an object such as an ad.
func gap(tableName, account, day, column string) rows {
	return rows{&table.Gaps, [][]string{{tableName, account, day, day + "/x", column, "too_much", "The answer was too large.", "true"}}}
}

// dayText returns day n as text.
func dayText(n int) string { return (first + adtally.Day(n)).String() }

// Gaps are listed with the rows that they belong to and are replaced with them.
func gapsFollow(t *testing.T, w *warehouse) {
	written := w.commit(t, days(alpha, 0, 3), factsOf(fact(alpha, 0, "x", 1, null)),
		gap("facts", alpha, dayText(0), "spend"), rows{others, nil}, gap("other_facts", alpha, dayText(1), ""))
	if written.Gaps != 2 || written.Quarantined != 0 || len(written.Rows) != 2 {
		t.Errorf("commit says %+v", written)
	}
	w.commit(t, days(beta, 0, 3), factsOf(), gap("facts", beta, dayText(0), ""))
	w.commit(t, now(alpha), entitiesOf(), gap("ads", alpha, null, "name"))
	w.commit(t, days(alpha, 2, 2), factsOf(), gap("facts", alpha, dayText(2), "spend"), gap("facts", alpha, dayText(3), "clicks"))
	seen := "SELECT table_name, account_id, CAST(date AS VARCHAR), column_name FROM DATASET._gaps"
	want := []string{"ads act_1 NULL name", "facts act_1 2026-03-30 spend", "facts act_1 2026-04-01 spend",
		"facts act_1 2026-04-02 clicks", "facts act_2 2026-03-30 ", "other_facts act_1 2026-03-31 "}
	same(t, "gaps", w.see(t, seen), want)
	if written := w.commit(t, days(alpha, 0, 3), factsOf()); written.Gaps != 0 {
		t.Errorf("commit says %+v", written)
	}
	same(t, "gaps after three days came whole", w.see(t, seen), []string{want[0], want[3], want[4], want[5]})
	w.commit(t, now(alpha), entitiesOf())
	same(t, "gaps after the entities came whole", w.see(t, seen), want[3:])
	for name, bad := range map[string]rows{"a table of another": gap("ads", alpha, dayText(0), ""), "another's": gap("facts", beta, dayText(0), ""),
		"another day": gap("facts", alpha, dayText(1), ""), "no day": gap("facts", alpha, null, "")} {
		err := w.kept(t.Context(), t, w.load(days(alpha, 0, 1), facts), give(bad))
		if f := adtally.FaultOf(err); f.Code != "row_outside" {
			t.Errorf("a gap of %s: %+v", name, f)
		}
	}
}

// Days with a gap are reported separately, so that only these are requested again.
func gapsArePartial(t *testing.T, w *warehouse) {
	told := func() (all []string) {
		for _, c := range w.told(t, alpha) {
			all = append(all, fmt.Sprint(c.Table, " ", c.Window, " ", c.Load, " ", c.Partial))
		}
		return all
	}
	first := w.commit(t, days(alpha, 0, 5), factsOf(), gap("facts", alpha, dayText(1), "spend"), gap("facts", alpha, dayText(2), ""), rows{others, nil})
	ads := w.commit(t, now(alpha), entitiesOf(), gap("ads", alpha, null, "name"))
	w.commit(t, now(beta), entitiesOf(), gap("ads", beta, null, "name"))
	same(t, "after gaps", told(), []string{"ads now load-2 true", "other_facts 2026-03-30..2026-04-03 load-1 false",
		"facts 2026-03-30..2026-03-30 load-1 false", "facts 2026-03-31..2026-04-01 load-1 true", "facts 2026-04-02..2026-04-03 load-1 false"})
	if n := len(first.Checkpoints); n != 4 || !first.Checkpoints[1].Partial || !ads.Checkpoints[0].Partial {
		t.Errorf("the commits say %+v and %+v", first.Checkpoints, ads.Checkpoints)
	}
	w.commit(t, days(alpha, 2, 1), factsOf())
	settled := gap("ads", alpha, null, "owner")
	settled.cells[0][len(settled.cells[0])-1] = "false" // due = false: only a person can change it
	w.commit(t, now(alpha), entitiesOf(), settled)
	same(t, "after some were filled", told(), []string{"ads now load-5 false", "other_facts 2026-03-30..2026-04-03 load-1 false",
		"facts 2026-03-30..2026-03-30 load-1 false", "facts 2026-03-31..2026-03-31 load-1 true", "facts 2026-04-01..2026-04-01 load-4 false",
		"facts 2026-04-02..2026-04-03 load-1 false"})
}

// If the platform withholds a day, or an object on a day, its old rows stay. What it
// returns is replaced; what it returns as empty is deleted.
func withheldStays(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 3), factsOf(fact(alpha, 0, "x", 1, null), fact(alpha, 0, "y", 2, null), fact(alpha, 1, "x", 3, null), fact(alpha, 2, "x", 4, null)))
	object := rows{&table.Gaps, [][]string{{"facts", alpha, dayText(0), dayText(0) + "/y", "", "too_much", "Too much.", "true"}}}
	w.commit(t, days(alpha, 0, 3), factsOf(fact(alpha, 0, "x", 5, null)), object, gap("facts", alpha, dayText(1), ""))
	same(t, "beside gaps", w.facts(t), []string{shown(alpha, 0, "x", 5, "NULL"), shown(alpha, 0, "y", 2, "NULL"), shown(alpha, 1, "x", 3, "NULL")})
	w.commit(t, days(alpha, 0, 3), factsOf())
	same(t, "when the platform says that there is nothing", w.facts(t), nil)
}
