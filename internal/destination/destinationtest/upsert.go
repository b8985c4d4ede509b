package destinationtest

import (
	"testing"

	"adtally/internal/table"
)

const entityCells = "SELECT account_id, ad_id, name FROM DATASET.ads"

func entitiesByKey(t *testing.T, w *warehouse) {
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "1", "one"}, []string{alpha, "2", "two"}, []string{alpha, "3", null}))
	w.commit(t, now(beta), entitiesOf([]string{beta, "1", "theirs"}))
	written := w.commit(t, now(alpha), entitiesOf([]string{alpha, "4", "four"}, []string{alpha, "2", "two!"}, []string{alpha, "3", "three"}))
	if written.Rows["ads"] != 3 {
		t.Errorf("commit says %+v", written)
	}
	want := []string{"act_1 1 one", "act_1 2 two!", "act_1 3 three", "act_1 4 four", "act_2 1 theirs"}
	same(t, "after entities changed", w.see(t, entityCells), want)
	w.commit(t, now(alpha), entitiesOf())
	same(t, "after the platform showed none", w.see(t, entityCells), want)
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "2", null}))
	want[1] = "act_1 2 NULL"
	same(t, "after a value went away", w.see(t, entityCells), want)
}

// Quarantined values are replaced with the rows that they belong to, and only with those.
func quarantineFollows(t *testing.T, w *warehouse) {
	misfit := func(tableName, day, value string) rows {
		return rows{&table.Quarantine, [][]string{{tableName, alpha, day, "x", "clicks", value, "not a number"}}}
	}
	day := first.String()
	written := w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)), misfit("facts", day, "NaN"))
	if written.Quarantined != 1 || len(written.Rows) != 1 {
		t.Errorf("commit says %+v", written)
	}
	w.commit(t, days(alpha, 0, 1), rows{others, nil}, misfit("other_facts", day, "1e3"))
	w.commit(t, now(alpha), entitiesOf(), misfit("ads", null, "six"))
	seen := "SELECT table_name, value FROM DATASET._quarantine"
	same(t, "quarantine", w.see(t, seen), []string{"facts NaN", "other_facts 1e3", "ads six"})
	w.commit(t, days(alpha, 0, 1), factsOf())
	same(t, "quarantine after the rows came without misfits", w.see(t, seen), []string{"other_facts 1e3", "ads six"})
	w.commit(t, now(alpha), entitiesOf())
	same(t, "quarantine after the entities came without misfits", w.see(t, seen), []string{"other_facts 1e3"})
}
