package destinationtest

import (
	"context"
	"testing"

	"adtally/internal/table"
)

func newColumn(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "1", "one"}, []string{alpha, "2", "two"}))
	wider, more := factTable("facts", column("reach", table.Int)), entityTable(column("status", table.Text))
	w.prepare(t, wider, more)
	w.prepare(t, wider, more)
	const cells = "SELECT ad_id, clicks, reach FROM DATASET.facts"
	same(t, "old rows", w.see(t, cells), []string{"x 1 NULL"})
	w.commit(t, days(alpha, 1, 1), rows{wider, [][]string{append(fact(alpha, 1, "y", 2, null), "77")}})
	w.commit(t, now(alpha), rows{more, [][]string{{alpha, "2", "two", "PAUSED"}}})
	same(t, "old and new rows", w.see(t, cells), []string{"x 1 NULL", "y 2 77"})
	same(t, "entities", w.see(t, "SELECT ad_id, name, status FROM DATASET.ads"), []string{"1 one NULL", "2 two PAUSED"})
}

func typeChange(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	text := *facts
	text.Columns = append([]table.Column{}, facts.Columns...)
	text.Columns[3] = column("clicks", table.Text)
	for range 2 {
		w.prepare(t, &text)
	}
	w.commit(t, days(alpha, 1, 1), rows{&text, [][]string{{alpha, fact(alpha, 1, "", 0, "")[1], "y", "many", null}}})
	const cells = "SELECT ad_id, clicks, clicks_VARCHAR FROM DATASET.facts"
	same(t, "old and new rows", w.see(t, cells), []string{"x 1 NULL", "y NULL many"})
	w.prepare(t, facts)
	w.commit(t, days(alpha, 2, 1), factsOf(fact(alpha, 2, "z", 3, null)))
	same(t, "after the type changed back", w.see(t, cells), []string{"x 1 NULL", "y NULL many", "z 3 NULL"})
}

// Tables and columns that are no longer declared stay.
func nothingDropped(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, "2.000000")))
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "1", "one"}))
	narrow, bare := *facts, *entities
	narrow.Columns, bare.Columns = facts.Columns[:4], entities.Columns[:2]
	if err := w.writer.Prepare(context.Background(), w.dataset, nil); err != nil {
		t.Fatal(err)
	}
	w.prepare(t, &narrow, &bare)
	w.commit(t, days(alpha, 1, 1), rows{&narrow, [][]string{fact(alpha, 1, "y", 2, null)[:4]}})
	w.commit(t, now(alpha), rows{&bare, [][]string{{alpha, "1"}, {alpha, "2"}}})
	same(t, "facts", w.facts(t), []string{shown(alpha, 0, "x", 1, "2.000000"), shown(alpha, 1, "y", 2, "NULL")})
	same(t, "entities", w.see(t, entityCells), []string{"act_1 1 one", "act_1 2 NULL"})
}
