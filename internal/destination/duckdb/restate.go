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
	restatements, account := target(b.load.Dataset, table.Restatement.Name), b.load.Slice.Account
	for _, metric := range t.schema.Restated {
		err := b.session.exec(ctx, "INSERT INTO "+restatements+" ("+idents("", names(withBookkeeping(&table.Restatement).Columns))+`)
			WITH found AS (SELECT date, sum(`+ident(places[metric])+`) AS value FROM `+target(b.load.Dataset, t.schema.Name)+`
				WHERE account_id = ? AND `+within(b.load.Slice.Window)+` GROUP BY date),
			known AS (SELECT date, age FROM `+restatements+`
				WHERE table_name = ? AND account_id = ? AND metric = ? AND `+within(b.load.Slice.Window)+`),
			every AS (SELECT date, `+b.age()+` AS age FROM (SELECT date FROM found UNION SELECT date FROM known))
			SELECT ?, ?, date, ?, age, value, ?::TIMESTAMPTZ, ?::TIMESTAMPTZ, ?::TIMESTAMPTZ, ?
			FROM every LEFT JOIN found USING (date) WHERE age IS NOT NULL AND NOT EXISTS (FROM known WHERE known.date = every.date AND known.age >= every.age)`,
			slices.Concat([]any{account, t.schema.Name, account, metric, t.schema.Name, account, metric, b.asked}, b.bookkeepingValues())...)
		if err != nil {
			return err
		}
	}
	return nil
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
