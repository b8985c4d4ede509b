package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/table"
)

// restate records the current totals of the slice's days in _restatement, each at the age
// that the day has reached. Existing records stay. A day that lost all its figures is
// recorded too if it ever had some.
func (b *loadTx) restate(ctx context.Context, t *staged) error {
	if len(t.schema.Restated) == 0 {
		return nil
	}
	places, err := b.layout.places(withBookkeeping(t.schema))
	if err != nil {
		return err
	}
	metrics, sums := make([]string, len(t.schema.Restated)), make([]string, len(t.schema.Restated))
	value := table.Restatement.Columns[slices.Index(names(table.Restatement.Columns), "value")].Type.String()
	for i, metric := range t.schema.Restated {
		metrics[i], sums[i] = literal(metric), "sum("+ident(places[metric])+")::"+value
	}
	all, mine := strings.Join(metrics, ", "), target(b.load.Dataset, table.Restatement.Name)
	days := "account_id = " + literal(b.load.Slice.Account) + " AND " + within(b.load.Slice.Window)
	// One statement for all metrics: to plan it takes longer than to execute it.
	return b.session.exec(ctx, "INSERT INTO "+mine+" ("+idents("", names(withBookkeeping(&table.Restatement).Columns))+`)
		WITH totals AS (SELECT date, [`+strings.Join(sums, ", ")+"] AS every_value FROM "+target(b.load.Dataset, t.schema.Name)+" WHERE "+days+` GROUP BY date),
		found AS (SELECT date, unnest([`+all+`]) AS metric, unnest(every_value) AS value FROM totals),
		known AS (SELECT date, metric, age FROM `+mine+" WHERE table_name = ? AND metric IN ("+all+") AND "+days+`),
		every AS (SELECT date, metric, `+b.age()+` AS age FROM (SELECT date, metric FROM found UNION SELECT date, metric FROM known))
		SELECT ?, ?, date, metric, age, value, ?::TIMESTAMPTZ, ?::TIMESTAMPTZ, ?::TIMESTAMPTZ, ?
		FROM every LEFT JOIN found USING (date, metric) WHERE age IS NOT NULL AND NOT EXISTS (FROM known WHERE known.date = every.date AND known.metric = every.metric AND known.age >= every.age)`,
		slices.Concat([]any{t.schema.Name, t.schema.Name, b.load.Slice.Account, b.asked}, b.bookkeepingValues())...)
}

// age returns the SQL expression for the highest of table.Ages that a day has reached;
// NULL if the day had not begun when the data was requested.
func (b *loadTx) age() string {
	today := adtally.DayOf(b.asked, b.load.Zone)
	var cases strings.Builder
	for _, age := range slices.Backward(table.Ages) {
		fmt.Fprintf(&cases, " WHEN date <= DATE '%s' THEN %d", today-adtally.Day(age), age)
	}
	return "CASE" + cases.String() + " END"
}
