package store

import (
	"context"
	"database/sql"
	"errors"

	"adtally"
)

// latestSync is the newest sync of a source that was not cancelled and has listed its
// accounts. Older runs are not searched for one.
const latestSync = `(SELECT l.seq FROM (SELECT seq, id, state FROM runs WHERE source = sources.id AND lane = 'sync' ORDER BY seq DESC LIMIT 20) AS l
	WHERE l.state <> 'interrupted' AND EXISTS (SELECT 1 FROM steps AS x WHERE x.run = l.id AND x.account <> '') ORDER BY l.seq DESC LIMIT 1)`

// SourceActivities returns what is known about the latest sync, by source; of one source, or
// of all that are not deleted.
func (db *DB) SourceActivities(ctx context.Context, source string) (map[string]adtally.SourceActivity, error) {
	all := map[string]adtally.SourceActivity{}
	change := func(id string, f func(*adtally.SourceActivity)) {
		a := all[id]
		f(&a)
		all[id] = a
	}
	const which = ` sources.deleted IS NULL AND (? = '' OR sources.id = ?) `
	steps := db.query(ctx, "count the accounts of sources", func(rows *sql.Rows) error {
		var id string
		var until sql.Null[int64]
		var accounts, done, blocked int
		err := rows.Scan(&id, &accounts, &done, &blocked, &until)
		change(id, func(a *adtally.SourceActivity) {
			a.Accounts, a.Done, a.Blocked, a.Until = accounts, done, blocked, moment(until)
		})
		return err
	}, `SELECT sources.id, count(*), sum(CASE WHEN s.state IN ('finished', 'incomplete') THEN 1 ELSE 0 END),
			sum(CASE WHEN s.state = 'waiting' AND s.act = 'wait' THEN 1 ELSE 0 END), max(CASE WHEN s.state = 'waiting' AND s.act = 'wait' THEN s.not_before END)
		FROM sources JOIN runs AS r ON r.seq = `+latestSync+` JOIN steps AS s ON s.run = r.id AND s.account <> ''
		WHERE`+which+`GROUP BY sources.id`, source, source)
	active := db.query(ctx, "read the active syncs", func(rows *sql.Rows) error {
		var id, run string
		err := rows.Scan(&id, &run)
		change(id, func(a *adtally.SourceActivity) { a.Run = run })
		return err
	}, `SELECT sources.id, r.id FROM sources JOIN runs AS r ON r.source = sources.id AND r.lane = 'sync' AND r.active = 1 WHERE`+which, source, source)
	judged := db.query(ctx, "read when syncs began", func(rows *sql.Rows) error {
		var id string
		var started sql.Null[int64]
		err := rows.Scan(&id, &started)
		change(id, func(a *adtally.SourceActivity) { a.Judged = moment(started) })
		return err
	}, `SELECT sources.id, max(r.started) FROM sources JOIN runs AS r ON r.source = sources.id AND r.lane = 'sync' AND r.active IS NULL AND r.state <> 'interrupted'
		WHERE`+which+`GROUP BY sources.id`, source, source)
	seen := db.query(ctx, "count what sources see", func(rows *sql.Rows) error {
		var id string
		var n int
		err := rows.Scan(&id, &n)
		change(id, func(a *adtally.SourceActivity) { a.Seen = n })
		return err
	}, `SELECT sources.id, count(*) FROM sources JOIN source_accounts AS s ON s.source = sources.id WHERE`+which+`GROUP BY sources.id`, source, source)
	gaps := db.query(ctx, "count accounts with gaps", func(rows *sql.Rows) error {
		var id string
		var n int
		err := rows.Scan(&id, &n)
		change(id, func(a *adtally.SourceActivity) { a.Partial = n })
		return err
	}, `SELECT sources.id, count(DISTINCT c.account) FROM sources JOIN checkpoints AS c ON c.source = sources.id AND c.partial = 1 WHERE`+which+`GROUP BY sources.id`, source, source)
	return all, errors.Join(steps, active, judged, seen, gaps)
}
