package destinationtest

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"adtally/internal/destination"
)

func fourAtOnce(t *testing.T, w *warehouse) {
	const loads, each = 4, 5
	var all sync.WaitGroup
	var want []string
	for g := range loads {
		account := "act_" + strconv.Itoa(g%2)
		for n := range each {
			want = append(want, shown(account, g*each+n, "x", n, "NULL"))
		}
		ready := make([]destination.Load, each)
		for n := range ready {
			ready[n] = w.load(days(account, g*each+n, 1), facts)
		}
		all.Go(func() {
			for n, load := range ready {
				if _, err := w.writer.Commit(context.Background(), load, give(factsOf(fact(account, g*each+n, "x", n, null)))); err != nil {
					t.Error(err)
				}
				if _, err := w.writer.Loads(context.Background(), w.dataset, account); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	same(t, "facts", w.facts(t), want)
	if got := len(w.records(t)); got != loads*each {
		t.Errorf("%d loads left %d records", loads*each, got)
	}
}

func readWhileLoading(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	db, done, err := w.writer.Query(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	for want := 1; want <= 3; want++ {
		var got int
		if err := db.QueryRowContext(t.Context(), "SELECT clicks FROM "+w.dataset+".facts").Scan(&got); err != nil || got != want {
			t.Errorf("a reader that keeps its handle sees %d, %v; want %d", got, err, want)
		}
		w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", want+1, null)))
	}
	for _, statement := range []string{"DELETE FROM " + w.dataset + ".facts", "DROP TABLE " + w.dataset + ".facts"} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("a reader could %s", statement)
		}
	}
}
