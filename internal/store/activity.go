package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"adtally"
)

// Activity returns what the service has done and has queued.
func (db *DB) Activity(ctx context.Context, now time.Time) (a adtally.Activity, err error) {
	a.Runs, a.Spent = map[adtally.RunState]int64{}, map[string]adtally.Spending{}
	runs := db.query(ctx, "count runs", func(rows *sql.Rows) error {
		var state adtally.RunState
		var n int64
		err := rows.Scan(&state, &n)
		a.Runs[state] = n
		return err
	}, `SELECT state, count(*) FROM runs GROUP BY state`)
	queue := db.query(ctx, "count steps", func(rows *sql.Rows) error {
		var oldest sql.Null[int64]
		err := rows.Scan(&a.Due, &oldest, &a.Resting, &a.Blocked)
		a.Oldest = moment(oldest)
		return err
	}, `SELECT coalesce(sum(CASE WHEN at <= ? THEN 1 ELSE 0 END), 0), min(CASE WHEN at <= ? THEN at END),
			coalesce(sum(CASE WHEN at > ? THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN at > ? AND act = 'wait' THEN 1 ELSE 0 END), 0)
		FROM (SELECT coalesce(s.not_before, r.started, 0) AS at, s.act FROM steps AS s JOIN runs AS r ON r.id = s.run WHERE s.state = 'waiting' AND r.active = 1) AS steps`,
		now.UnixMicro(), now.UnixMicro(), now.UnixMicro(), now.UnixMicro())
	spent := db.query(ctx, "count calls", func(rows *sql.Rows) error {
		var platform string
		var s adtally.Spending
		err := rows.Scan(&platform, &s.Calls, &s.Tries, &s.Failed, &s.Waits)
		a.Spent[platform] = s
		return err
	}, `SELECT sources.connector, CAST(coalesce(sum(o.calls), 0) AS BIGINT), count(*), count(o.act), coalesce(sum(CASE WHEN o.act = 'wait' THEN 1 ELSE 0 END), 0)
		FROM outcomes AS o JOIN runs AS r ON r.id = o.run JOIN sources ON sources.id = r.source GROUP BY sources.connector`)
	return a, errors.Join(runs, queue, spent)
}
