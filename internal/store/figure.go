package store

import (
	"context"
	"database/sql"
	"strings"

	"adtally"
)

// worstFirst orders the steps of a run by urgency.
const worstFirst = `CASE state WHEN 'failed' THEN 0 ELSE 1 END, CASE act WHEN 'reconnect' THEN 0 WHEN 'configure' THEN 1 WHEN 'bug' THEN 2 WHEN 'wait' THEN 3 ELSE 4 END, seq`

// RunFigures returns the totals by run. Runs without outcomes and accounts are missing.
func (db *DB) RunFigures(ctx context.Context, runs ...string) (map[string]adtally.RunFigures, error) {
	all := map[string]adtally.RunFigures{}
	if len(runs) == 0 {
		return all, nil
	}
	among, ids := "IN (?"+strings.Repeat(", ?", len(runs)-1)+")", make([]any, len(runs))
	for i, id := range runs {
		ids[i] = id
	}
	err := db.query(ctx, "sum up runs", func(rows *sql.Rows) error {
		var id string
		var f adtally.RunFigures
		err := rows.Scan(&id, &f.Rows, &f.Calls)
		all[id] = f
		return err
	}, `SELECT run, CAST(sum(CASE WHEN act IS NULL OR load <> '' THEN rows ELSE 0 END) AS BIGINT), CAST(sum(calls) AS BIGINT)
		FROM outcomes WHERE run `+among+` GROUP BY run`, ids...)
	if err != nil {
		return nil, err
	}
	if err := db.runAccounts(ctx, all, among, ids); err != nil {
		return nil, err
	}
	if err := db.runGaps(ctx, all, among, ids); err != nil {
		return nil, err
	}
	return all, db.query(ctx, "read what ended runs", func(rows *sql.Rows) error {
		var id, code string
		err := rows.Scan(&id, &code)
		if f := all[id]; f.Code == "" {
			f.Code = code
			all[id] = f
		}
		return err
	}, `SELECT run, code FROM steps WHERE run `+among+` AND act IS NOT NULL AND state IN ('failed', 'incomplete') ORDER BY `+worstFirst, ids...)
}

// runAccounts counts the accounts of runs.
func (db *DB) runAccounts(ctx context.Context, all map[string]adtally.RunFigures, among string, ids []any) error {
	return db.query(ctx, "count the accounts of runs", func(rows *sql.Rows) error {
		var id string
		var accounts, done, blocked int
		err := rows.Scan(&id, &accounts, &done, &blocked)
		f := all[id]
		f.Accounts, f.Done, f.Blocked = accounts, done, blocked
		all[id] = f
		return err
	}, `SELECT run, count(*), sum(CASE WHEN state IN ('finished', 'incomplete') THEN 1 ELSE 0 END), sum(CASE WHEN state = 'waiting' AND act = 'wait' THEN 1 ELSE 0 END)
		FROM steps WHERE run `+among+` AND account <> '' GROUP BY run`, ids...)
}

// runGaps adds what is missing after runs. Only the last load of each slice counts.
func (db *DB) runGaps(ctx context.Context, all map[string]adtally.RunFigures, among string, ids []any) error {
	return db.query(ctx, "count what runs did not get", func(rows *sql.Rows) error {
		var id string
		var accounts int
		f := adtally.RunFigures{}
		err := rows.Scan(&id, &f.Gaps, &f.Quarantined, &accounts, &f.Account, &f.Days.From, &f.Days.To)
		sum := all[id]
		sum.Gaps, sum.Quarantined, sum.Days = f.Gaps, f.Quarantined, f.Days
		if accounts == 1 {
			sum.Account = f.Account
		}
		all[id] = sum
		return err
	}, `SELECT t.run, CAST(sum(gaps) AS BIGINT), CAST(sum(quarantined) AS BIGINT), count(DISTINCT t.account), coalesce(min(s.name), ''), min(from_day), max(to_day)
		FROM (SELECT run, account, gaps, quarantined, from_day, to_day, row_number() OVER (PARTITION BY run, account, stream, from_day, to_day ORDER BY seq DESC) AS nth
			FROM outcomes WHERE run `+among+` AND (act IS NULL OR load <> '')) AS t
		LEFT JOIN steps AS s ON s.run = t.run AND s.account = t.account
		WHERE nth = 1 AND gaps + quarantined > 0 GROUP BY t.run`, ids...)
}
