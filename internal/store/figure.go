package store

import (
	"context"
	"database/sql"
	"strings"

	"adtally"
)

// worstFirst orders the steps of a run by urgency for people.
const worstFirst = `CASE state WHEN 'failed' THEN 0 ELSE 1 END, CASE act WHEN 'reconnect' THEN 0 WHEN 'configure' THEN 1 WHEN 'bug' THEN 2 WHEN 'wait' THEN 3 ELSE 4 END, seq`

// RunFigures returns the cost and rows of runs, by run. A run without outcomes has no
// entry.
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
