package destinationtest

import (
	"context"
	"testing"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// clicksTable is a table of the shared dataset that adds facts up by day.
var clicksTable = &table.Schema{Name: "clicks", Description: "Clicks by day.",
	Columns: []table.Column{column("source", table.Text), column("account_id", table.Text), column("date", table.Date), column("clicks", table.Int)}}

func clicksOf(selected string) destination.Change {
	return destination.Change{Rollup: &destination.Rollup{Table: clicksTable, Source: firstSet, Loads: facts.Name, Select: selected}}
}

const clicksByDay = `SELECT 'facebook_ads' AS source, account_id, date, CAST(SUM(clicks) AS BIGINT) AS clicks FROM facebook_ads.facts GROUP BY account_id, date`

// share skips warehouses that cannot hold a shared dataset.
func (w *warehouse) share(t *testing.T, changes ...destination.Change) []destination.Changed {
	t.Helper()
	s, ok := w.writer.(destination.Sharer)
	if !ok {
		t.Skip("this kind of warehouse holds no shared dataset")
	}
	out, err := s.Share(context.Background(), destination.SharedDataset, changes...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *warehouse) clicks(t *testing.T) []string {
	t.Helper()
	return w.see(t, `SELECT account_id || ' ' || CAST(date AS VARCHAR) || ' ' || CAST(clicks AS VARCHAR) FROM adtally.clicks ORDER BY account_id, date`)
}

// A rollup has the rows of its SELECT, from the start and after every load, also when a load
// changes or empties days. Other tables' loads do not touch it.
func rollupFollows(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 2), factsOf(fact(alpha, 0, "7", 1, "1.5"), fact(alpha, 0, "8", 2, "1.5"), fact(alpha, 1, "7", 4, "1")))
	if out := w.share(t, clicksOf(clicksByDay)); out[0].Rows != 2 {
		t.Errorf("%d rows at first", out[0].Rows)
	}
	same(t, "at first", w.clicks(t), []string{alpha + " 2026-03-30 3", alpha + " 2026-03-31 4"})
	w.commit(t, days(alpha, 1, 2), factsOf(fact(alpha, 2, "7", 5, "1")))
	w.commit(t, days(beta, 1, 1), factsOf(fact(beta, 1, "9", 6, "1")))
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "7", "An ad"}))
	same(t, "after loads", w.clicks(t), []string{alpha + " 2026-03-30 3", alpha + " 2026-04-01 5", beta + " 2026-03-31 6"})
	if out := w.share(t, clicksOf(clicksByDay)); out[0].Rows != 0 {
		t.Errorf("%d rows were written although nothing had changed", out[0].Rows)
	}
}

// A changed declaration is computed anew, and one without a SELECT leaves no rows.
func rollupChanges(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "7", 1, "1.5")))
	w.share(t, clicksOf(clicksByDay))
	w.share(t, clicksOf("SELECT source, account_id, date, clicks * 10 AS clicks FROM ("+clicksByDay+") AS c"))
	same(t, "ten times", w.clicks(t), []string{alpha + " 2026-03-30 10"})
	w.share(t, clicksOf(""))
	w.commit(t, days(alpha, 1, 1), factsOf(fact(alpha, 1, "7", 1, "1.5")))
	same(t, "no declaration", w.clicks(t), nil)
}
