package destinationtest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"adtally"
	"adtally/internal/table"
)

const checksums = "SELECT DISTINCT checksum FROM DATASET._loads WHERE table_name = 'facts'"

func sameWindowAgain(t *testing.T, w *warehouse) {
	a, b, c := fact(alpha, 0, "x", 1, "0.100000"), fact(alpha, 0, "y", 2, null), fact(alpha, 2, "x", 0, "0.000000")
	for i, in := range [][]rows{{factsOf(a, b, c)}, {factsOf(c, b, a)}, {factsOf(b), factsOf(a, c)}, {factsOf(a), factsOf(b), factsOf(c)}, {factsOf(c), factsOf(a, b)}} {
		w.commit(t, days(alpha, 0, 3), in...)
		same(t, fmt.Sprint("after load ", i+1), w.facts(t), []string{
			shown(alpha, 0, "x", 1, "0.100000"), shown(alpha, 0, "y", 2, "NULL"), shown(alpha, 2, "x", 0, "0.000000")})
	}
	if got := w.see(t, checksums); len(got) != 1 || got[0] == "NULL" || got[0] == "" {
		t.Errorf("the same rows have the checksums %q", got)
	}
	if got := w.records(t); len(got) != 5 {
		t.Errorf("five loads left %d records: %q", len(got), got)
	}
}

// Rows are not written again if the last load of any of these days was for exactly these
// days and had exactly these rows.
func sameRowsStay(t *testing.T, w *warehouse) {
	x, y, z := fact(alpha, 0, "x", 1, "2"), fact(alpha, 1, "x", 1, "2"), fact(alpha, 1, "x", 9, "2")
	renamed, retyped := *facts, *facts
	renamed.Columns, retyped.Columns = slices.Clone(facts.Columns), slices.Clone(facts.Columns)
	renamed.Columns[3], retyped.Columns[3] = column("taps", table.Int), column("clicks", table.Text)
	w.prepare(t, &renamed)
	w.prepare(t, &retyped)
	for _, c := range []struct {
		name   string
		window adtally.Slice
		in     rows
		stays  bool
	}{
		{"first", days(alpha, 0, 2), factsOf(x, y), false},
		{"again", days(alpha, 0, 2), factsOf(y, x), true},
		{"and again", days(alpha, 0, 2), factsOf(x, y), true},
		{"other rows", days(alpha, 0, 2), factsOf(x, z), false},
		{"the first again", days(alpha, 0, 2), factsOf(x, y), false},
		{"more days", days(alpha, 0, 3), factsOf(x, y), false},
		{"fewer days", days(alpha, 0, 2), factsOf(x, y), false},
		{"one day of them", days(alpha, 1, 1), factsOf(z), false},
		{"what it was before the day", days(alpha, 0, 2), factsOf(x, y), false},
		{"once more", days(alpha, 0, 2), factsOf(x, y), true},
		{"none", days(alpha, 0, 2), factsOf(), false},
		{"back", days(alpha, 0, 2), factsOf(x, y), false},
		{"in another column", days(alpha, 0, 2), rows{&renamed, [][]string{x, y}}, false},
		{"in the column it was", days(alpha, 0, 2), factsOf(x, y), false},
		{"as another type", days(alpha, 0, 2), rows{&retyped, [][]string{x, y}}, false},
	} {
		at := w.commit(t, c.window, c.in).Checkpoints
		if written := w.see(t, "SELECT count(*) FROM DATASET.facts WHERE _load_id = '"+at[0].Load+"'")[0] != "0"; written == c.stays && len(c.in.cells) > 0 {
			t.Errorf("%s: the rows were written again: %v", c.name, written)
		}
		if told := w.told(t, alpha); !slices.ContainsFunc(told, func(c adtally.Checkpoint) bool { return sameCheckpoint(c, at[0]) }) {
			t.Errorf("%s: _loads has no record of the request: %+v", c.name, told)
		}
	}
	same(t, "facts", w.see(t, "SELECT ad_id, clicks, taps, clicks_VARCHAR FROM DATASET.facts"), []string{"x NULL NULL 1", "x NULL NULL 1"})
}

func otherRowsOtherChecksum(t *testing.T, w *warehouse) {
	for i, cells := range [][][]string{
		{},
		{fact(alpha, 0, "x", 1, "1")},
		{fact(alpha, 0, "x", 1, "1.000001")},
		{fact(alpha, 0, "x", 1, null)},
		{fact(alpha, 0, "x", 0, null)},
		{fact(alpha, 1, "x", 0, null)},
		{fact(alpha, 1, "x", 0, null), fact(alpha, 0, "x", 0, null)},
	} {
		w.commit(t, days(alpha, 0, 2), factsOf(cells...))
		if got := w.see(t, checksums); len(got) != i+1 {
			t.Errorf("%v has the checksum of other rows", cells)
		}
	}
}

func goneRowsVanish(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 2), factsOf(fact(alpha, 0, "x", 1, null), fact(alpha, 0, "y", 1, null), fact(alpha, 1, "x", 1, null)))
	w.commit(t, days(alpha, 0, 2), factsOf(fact(alpha, 0, "x", 9, null)))
	same(t, "after ads were taken away", w.facts(t), []string{shown(alpha, 0, "x", 9, "NULL")})
}

func windowsApart(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 2), factsOf(fact(alpha, 0, "x", 1, null), fact(alpha, 1, "x", 2, null)))
	w.commit(t, days(alpha, 2, 2), factsOf(fact(alpha, 2, "x", 3, null), fact(alpha, 3, "x", 4, null)))
	w.commit(t, days(alpha, 1, 2), factsOf(fact(alpha, 1, "x", 20, null)))
	same(t, "after the middle was loaded again", w.facts(t), []string{
		shown(alpha, 0, "x", 1, "NULL"), shown(alpha, 1, "x", 20, "NULL"), shown(alpha, 3, "x", 4, "NULL")})
}

func accountsApart(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	w.commit(t, days(beta, 0, 1), factsOf(fact(beta, 0, "x", 2, null)))
	w.commit(t, days(beta, 0, 1), factsOf())
	same(t, "after the other account was emptied", w.facts(t), []string{shown(alpha, 0, "x", 1, "NULL")})
}

func datasetsApart(t *testing.T, w *warehouse) {
	second := newWarehouse(t, w.writer)
	second.dataset = "second_source"
	second.prepare(t, facts)
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	second.commit(t, days(alpha, 0, 1), factsOf())
	same(t, "the first dataset", w.facts(t), []string{shown(alpha, 0, "x", 1, "NULL")})
	same(t, "the second dataset", second.facts(t), nil)
}

func tablesMixed(t *testing.T, w *warehouse) {
	x, y := fact(alpha, 0, "x", 1, null), fact(alpha, 0, "y", 2, null)
	written := w.commit(t, days(alpha, 0, 1), factsOf(x), rows{others, [][]string{y}}, factsOf(y), rows{others, nil})
	if written.Rows["facts"] != 2 || written.Rows["other_facts"] != 1 || len(written.Checkpoints) != 2 {
		t.Errorf("commit says %+v", written)
	}
	same(t, "facts", w.see(t, "SELECT ad_id FROM DATASET.facts"), []string{"x", "y"})
	same(t, "other facts", w.see(t, "SELECT ad_id FROM DATASET.other_facts"), []string{"y"})
}

func emptySlice(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 3), factsOf(fact(alpha, 0, "x", 1, null), fact(alpha, 2, "x", 1, null)))
	written, err := w.writer.Commit(context.Background(), w.load(days(alpha, 0, 2), facts), give())
	if n, there := written.Rows["facts"]; err != nil || !there || n != 0 || len(written.Checkpoints) != 1 {
		t.Errorf("commit says %+v, %v", written, err)
	}
	same(t, "facts", w.facts(t), []string{shown(alpha, 2, "x", 1, "NULL")})
	same(t, "records", w.records(t), []string{"load-1 facts act_1 2026-03-30 2026-04-01 2", "load-2 facts act_1 2026-03-30 2026-03-31 0"})
}

// rowsSayTheirLoad: Asked is called after the last batch, and its result is stored in every row.
func rowsSayTheirLoad(t *testing.T, w *warehouse) {
	load, given := w.load(days(alpha, 0, 1), facts), false
	asked := load.Asked
	load.Asked = func() time.Time {
		if !given {
			t.Error("Asked was called before the last batch was taken")
		}
		return asked()
	}
	_, err := w.writer.Commit(context.Background(), load, func(yield func(table.Batch, error) bool) {
		yield(factsOf(fact(alpha, 0, "x", 1, null)).batch(), nil)
		given = true
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"SELECT count(*) FROM DATASET.facts WHERE _load_id = '%s' AND _asked_at = CAST('%s' AS TIMESTAMPTZ) AND _synced_at = CAST('%s' AS TIMESTAMPTZ)",
		"SELECT count(*) FROM DATASET._loads WHERE load_id = '%s' AND asked_at = CAST('%s' AS TIMESTAMPTZ) AND synced_at = CAST('%s' AS TIMESTAMPTZ)",
	} {
		query = fmt.Sprintf(query, load.ID, asked().Format(time.RFC3339Nano), load.Now().Format(time.RFC3339Nano))
		same(t, query, w.see(t, query), []string{"1"})
	}
}
