package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"adtally"
)

// LoadsOfRun returns what a run has committed for an account, each load once.
func (w *writer) LoadsOfRun(ctx context.Context, dataset, account, run string) (found []adtally.Outcome, err error) {
	release, err := w.file.hold(ctx, readOnly)
	if err != nil {
		return nil, explain(w.file.path, err)
	}
	defer release()
	err = w.file.with(ctx, func(s *session) error {
		l, err := readLayout(ctx, s, dataset)
		if err != nil || !l.has(loadsTable.Name, "run") { // older files lack the column
			return err
		}
		found, err = readLoadsOfRun(ctx, s, dataset, account, run)
		return err
	})
	return found, explain(w.file.path, err)
}

func readLoadsOfRun(ctx context.Context, s *session, dataset, account, run string) (found []adtally.Outcome, err error) {
	rows, err := s.query(ctx, `SELECT load_id, any_value(stream), any_value(date_from), any_value(date_to), CAST(sum(rows) AS BIGINT), CAST(json_group_object(table_name, rows) AS VARCHAR),
			any_value(started_at), any_value(synced_at), coalesce(any_value(calls), 0), coalesce(any_value(bytes), 0), coalesce(any_value(gaps), 0), coalesce(any_value(quarantined), 0)
		FROM `+target(dataset, loadsTable.Name)+` WHERE account_id = ? AND run = ? GROUP BY load_id ORDER BY min(sequence)`, account, run)
	if err != nil {
		return nil, fmt.Errorf("read the loads of run %s: %w", run, err)
	}
	defer rows.Close()
	for rows.Next() {
		o := adtally.Outcome{Slice: adtally.Slice{Account: account}}
		var first, last, started, ended sql.NullTime
		var byTable string
		if err := rows.Scan(&o.Load, &o.Slice.Stream, &first, &last, &o.Rows, &byTable, &started, &ended, &o.Calls, &o.Bytes, &o.Gaps, &o.Quarantined); err != nil {
			return nil, fmt.Errorf("read the loads of run %s: %w", run, err)
		}
		if err := json.Unmarshal([]byte(byTable), &o.Tables); err != nil {
			return nil, fmt.Errorf("read the tables of load %s: %w", o.Load, err)
		}
		if len(o.Tables) == 1 {
			o.Tables = nil
		}
		if first.Valid {
			o.Slice.Window = adtally.WindowOf(dayOf(first), dayOf(last))
		}
		o.Started, o.Ended = started.Time.UTC(), ended.Time.UTC()
		found = append(found, o)
	}
	return found, rows.Err()
}
