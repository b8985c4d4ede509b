package engine

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

// checked returns when each day of a stream was last compared.
func (e *Engine) checked(ctx context.Context, db *sql.DB, a adtally.Account, stream string) (map[adtally.Day]time.Time, error) {
	checked := map[adtally.Day]time.Time{}
	err := scan(ctx, db, func(rows *sql.Rows) error {
		var day, at time.Time
		err := rows.Scan(&day, &at)
		checked[adtally.DayOf(day, time.UTC)] = at
		return err
	}, fmt.Sprintf(`SELECT date, min(checked_at) FROM %q.%q WHERE account_id = $1 AND table_name = $2 GROUP BY date`,
		e.Source.Dataset, table.Reconciliation.Name), a.ID, stream)
	return checked, err
}

// sums returns a metric by day, for both sides.
func (e *Engine) sums(ctx context.Context, db *sql.DB, a adtally.Account, s connector.Stream, metric string, span adtally.Window) (map[adtally.Day]compared, error) {
	side := func(name string) string {
		return fmt.Sprintf(`SELECT date, CAST(sum(%q) AS VARCHAR) AS value FROM %q.%q
			WHERE account_id = $1 AND date >= CAST($2 AS DATE) AND date <= CAST($3 AS DATE) GROUP BY date`, metric, e.Source.Dataset, name)
	}
	found := map[adtally.Day]compared{}
	err := scan(ctx, db, func(rows *sql.Rows) error {
		var c compared
		var day time.Time
		err := rows.Scan(&day, &c.ours, &c.theirs)
		found[adtally.DayOf(day, time.UTC)] = c
		return err
	}, `SELECT coalesce(o.date, t.date), o.value, t.value FROM (`+side(s.Name)+`) o FULL JOIN (`+side(s.Total.Table)+`) t ON o.date = t.date`,
		a.ID, span.From.String(), span.Last().String())
	return found, err
}

func scan(ctx context.Context, db *sql.DB, row func(*sql.Rows) error, query string, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// rereadDriftAfter is how long to wait before a day that differs is read again. What Meta
// omits permanently must not cost calls at every sync.
const rereadDriftAfter = 20 * time.Hour

// driftsToReread returns the slices of days, on both sides, that differed when they were
// last compared, at least rereadDriftAfter ago.
func (e *Engine) driftsToReread(ctx context.Context, a adtally.Account, began time.Time) ([]adtally.Slice, error) {
	if !e.reconciles() {
		return nil, nil
	}
	db, done, err := e.Writer.Query(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the warehouse to find differences: %w", err)
	}
	defer done()
	var found []compared
	err = scan(ctx, db, func(rows *sql.Rows) error {
		var c compared
		var day time.Time
		err := rows.Scan(&c.stream, &day, &c.metric, &c.ours, &c.theirs)
		c.day = adtally.DayOf(day, time.UTC)
		found = append(found, c)
		return err
	}, fmt.Sprintf(`SELECT table_name, date, metric, CAST(ours AS VARCHAR), CAST(theirs AS VARCHAR) FROM %q.%q
		WHERE account_id = $1 AND state = 'drift' AND checked_at < $2`, e.Source.Dataset, table.Reconciliation.Name), a.ID, began.Add(-rereadDriftAfter))
	return e.differing(a, found), err
}

// reconciles reports whether any stream has a total.
func (e *Engine) reconciles() bool {
	return slices.ContainsFunc(e.Reader.Streams(), func(s connector.Stream) bool { return s.Total != nil })
}
