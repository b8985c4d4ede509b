package destinationtest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"adtally/internal/destination"
	"adtally/internal/table"
)

const quarantineCells = "SELECT table_name, CAST(date AS VARCHAR), row_key, column_name, value, loaded FROM DATASET._quarantine"

// A list that changes while it is read returns some rows twice.
func equalTwice(t *testing.T, w *warehouse) {
	x, y := fact(alpha, 1, "x", 2, "1.5"), fact(alpha, 1, "y", 3, null)
	want := []string{shown(alpha, 1, "x", 2, "1.500000"), shown(alpha, 1, "y", 3, "NULL"), shown(alpha, 2, "x", 1, "NULL")}
	for name, in := range map[string][]rows{
		"beside each other":      {factsOf(x, x, y, fact(alpha, 2, "x", 1, null))},
		"three times":            {factsOf(x, y, x), factsOf(x, fact(alpha, 2, "x", 1, null))},
		"in another batch":       {factsOf(x, y), factsOf(y, fact(alpha, 2, "x", 1, null))},
		"after its day was over": {factsOf(x, fact(alpha, 2, "x", 1, null)), factsOf(x, y)},
		"the whole list again":   {factsOf(x, y, fact(alpha, 2, "x", 1, null)), factsOf(x, y, fact(alpha, 2, "x", 1, null))},
	} {
		once := w.commit(t, days(alpha, 1, 2), factsOf(x, y, fact(alpha, 2, "x", 1, null)))
		written := w.commit(t, days(alpha, 1, 2), in...)
		if written.Rows["facts"] != 3 || written.Quarantined != 0 || once.Rows["facts"] != 3 {
			t.Errorf("%s: commit says %+v", name, written)
		}
		same(t, name, w.facts(t), want)
	}
	// The checksum matches the rows that are there, so nothing was written again.
	same(t, "loads that wrote rows", w.see(t, "SELECT count(DISTINCT _load_id), count(*) FROM DATASET.facts"), []string{"1 3"})
	one := []string{alpha, "1", "one"}
	if written := w.commit(t, now(alpha), entitiesOf(one, []string{alpha, "2", "two"}, one)); written.Rows["ads"] != 2 {
		t.Errorf("entities: commit says %+v", written)
	}
	same(t, "entities", w.see(t, entityCells), []string{"act_1 1 one", "act_1 2 two"})
}

func differentTwice(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 1, 2), factsOf(fact(alpha, 1, "x", 1, null)))
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "1", "one"}))
	moved := []rows{factsOf(fact(alpha, 1, "x", 2, "1"), fact(alpha, 2, "x", 1, null)), factsOf(fact(alpha, 1, "x", 3, null), fact(alpha, 1, "z", 4, null), fact(alpha, 1, "z", 4, null))}
	load := w.load(days(alpha, 1, 2), facts)
	if err := w.kept(context.Background(), t, load, give(moved...)); !errors.Is(err, destination.ErrDuplicateKey) {
		t.Errorf("facts: error %v", err)
	}
	renamed := entitiesOf([]string{alpha, "1", "uno"}, []string{alpha, "1", "eins"})
	if err := w.kept(context.Background(), t, w.load(now(alpha), entities), give(renamed)); !errors.Is(err, destination.ErrDuplicateKey) {
		t.Errorf("entities: error %v", err)
	}
	load.LaterWins = true
	written, err := w.writer.Commit(context.Background(), load, give(moved...))
	if err != nil || written.Rows["facts"] != 3 || written.Quarantined != 0 {
		t.Errorf("facts: %+v, %v", written, err)
	}
	same(t, "facts", w.facts(t), []string{shown(alpha, 1, "x", 3, "NULL"), shown(alpha, 1, "z", 4, "NULL"), shown(alpha, 2, "x", 1, "NULL")})
	load = w.load(now(alpha), entities)
	load.LaterWins = true
	if _, err := w.writer.Commit(context.Background(), load, give(renamed)); err != nil {
		t.Error(err)
	}
	same(t, "entities", w.see(t, entityCells), []string{"act_1 1 eins"})
	day := dayText(1)
	same(t, "remarks", w.see(t, quarantineCells), []string{
		"ads NULL act_1/1 name uno eins", "facts " + day + " act_1/" + day + "/x clicks 2 3", "facts " + day + " act_1/" + day + "/x spend 1.000000 "})
}

func volatileTwice(t *testing.T, w *warehouse) {
	signed := entityTable()
	signed.Volatile = []string{"name"}
	written, err := w.writer.Commit(context.Background(), w.load(now(alpha), signed),
		give(rows{signed, [][]string{{alpha, "1", "link?oh=1"}, {alpha, "2", "b"}, {alpha, "1", "link?oh=2"}}}))
	if err != nil || written.Rows["ads"] != 2 {
		t.Fatalf("%+v, %v", written, err)
	}
	same(t, "entities", w.see(t, entityCells), []string{"act_1 1 link?oh=2", "act_1 2 b"})
}

// More rows than fit in memory, all of them twice.
func manyTwice(t *testing.T, w *warehouse) {
	const ads, batches = 200, 150
	var in []rows
	for range 2 {
		for n := range batches {
			var cells [][]string
			for ad := range ads {
				cells = append(cells, fact(alpha, n%3, fmt.Sprintf("%d-%d", n, ad), n+ad, "1"))
			}
			in = append(in, factsOf(cells...))
		}
	}
	if written := w.commit(t, days(alpha, 0, 3), in...); written.Rows["facts"] != ads*batches {
		t.Errorf("commit says %+v", written)
	}
	same(t, "facts", w.see(t, "SELECT count(*), count(DISTINCT ad_id), CAST(sum(spend) AS VARCHAR) FROM DATASET.facts"), []string{"30000 30000 30000.000000"})
}

func notLoaded(t *testing.T, w *warehouse) {
	day := dayText(0)
	remark := func(value, loaded string) []string {
		return []string{"facts", alpha, day, "x", "spend", value, "why", loaded}
	}
	written := w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, "0.333333")), rows{&table.Quarantine, [][]string{remark("1/3", null), remark("0.3333333", "0.333333")}})
	if written.Quarantined != 1 {
		t.Errorf("commit says %+v", written)
	}
	same(t, "remarks", w.see(t, quarantineCells), []string{"facts " + day + " x spend 0.3333333 0.333333", "facts " + day + " x spend 1/3 NULL"})
}
