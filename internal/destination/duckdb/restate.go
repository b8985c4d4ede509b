package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/table"
)

// restate notes in the database what is now believed of the slice's days, each
// under the age it has reached. What was noted under an age stays. A day whose
// figures all went away is noted too, if it ever had some.
func (b *bringing) restate(ctx context.Context, t *staged) error {
	if len(t.schema.Restated) == 0 {
		return nil
	}
	places, err := b.layout.places(withBookkeeping(t.schema))
	if err != nil {
		return err
	}
	ledger, account := target(b.load.Dataset, table.Restatement.Name), b.load.Slice.Account
	for _, metric := range t.schema.Restated {
		err := b.session.exec(ctx, "INSERT INTO "+ledger+" ("+idents("", names(withBookkeeping(&table.Restatement).Columns))+`)
			WITH found AS (SELECT date, sum(`+ident(places[metric])+`) AS value FROM `+target(b.load.Dataset, t.schema.Name)+`
				WHERE account_id = ? AND `+within(b.load.Slice.Window)+` GROUP BY date),
			known AS (SELECT date, age FROM `+ledger+`
				WHERE table_name = ? AND account_id = ? AND metric = ? AND `+within(b.load.Slice.Window)+`),
			every AS (SELECT date, `+b.age()+` AS age FROM (SELECT date FROM found UNION SELECT date FROM known))
			SELECT ?, ?, date, ?, age, value, ?::TIMESTAMPTZ, ?::TIMESTAMPTZ, ?::TIMESTAMPTZ, ?
			FROM every LEFT JOIN found USING (date) WHERE age IS NOT NULL AND NOT EXISTS (FROM known WHERE known.date = every.date AND known.age >= every.age)`,
			slices.Concat([]any{account, t.schema.Name, account, metric, t.schema.Name, account, metric, b.asked}, b.marked())...)
		if err != nil {
			return err
		}
	}
	return nil
}

// age is the greatest of the ages that a day has reached; NULL where it was not
// there yet when the platform was asked.
func (b *bringing) age() string {
	today := adtally.DayOf(b.asked, b.load.Zone)
	var cases strings.Builder
	for _, age := range slices.Backward(table.Ages) {
		fmt.Fprintf(&cases, " WHEN date <= DATE '%s' THEN %d", today-adtally.Day(age), age)
	}
	return "CASE" + cases.String() + " END"
}
