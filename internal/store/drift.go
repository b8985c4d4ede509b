package store

import (
	"context"
	"database/sql"

	"adtally"
)

// SettleDrifts stores the days of a source that differ from the platform's totals, and
// deletes those that now agree.
func (db *DB) SettleDrifts(ctx context.Context, source string, agreed, drifts []adtally.Drift) error {
	return db.write(ctx, "keep what does not add up", func(tx txn) error {
		known, err := tx.drifts(ctx, source)
		if err != nil {
			return err
		}
		for _, d := range agreed {
			if _, drifted := known[keyOf(d)]; !drifted {
				continue
			}
			if _, err := tx.exec(ctx, `DELETE FROM drifts WHERE source = ? AND account = ? AND table_name = ? AND day = ? AND metric = ?`,
				source, d.Account, d.Table, d.Day, d.Metric); err != nil {
				return err
			}
		}
		for _, d := range drifts {
			if _, err := tx.exec(ctx, `INSERT INTO drifts (source, account, table_name, day, metric, ours, theirs, difference) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (source, account, table_name, day, metric) DO UPDATE SET ours = excluded.ours, theirs = excluded.theirs, difference = excluded.difference`,
				source, d.Account, d.Table, d.Day, d.Metric, d.Ours, d.Theirs, d.Difference); err != nil {
				return err
			}
		}
		return nil
	})
}

// keyOf returns the fields that identify a drift.
func keyOf(d adtally.Drift) adtally.Drift {
	d.Ours, d.Theirs, d.Difference = "", "", ""
	return d
}

func (t txn) drifts(ctx context.Context, source string) (map[adtally.Drift]adtally.Drift, error) {
	all := map[adtally.Drift]adtally.Drift{}
	err := t.query(ctx, func(rows *sql.Rows) error {
		var d adtally.Drift
		err := rows.Scan(&d.Account, &d.Table, &d.Day, &d.Metric, &d.Ours, &d.Theirs, &d.Difference)
		all[keyOf(d)] = d
		return err
	}, `SELECT account, table_name, day, metric, ours, theirs, difference FROM drifts WHERE source = ?`, source)
	return all, err
}

// Drifts returns all drifts by source, newest day first.
func (db *DB) Drifts(ctx context.Context) (map[string][]adtally.Drift, error) {
	all := map[string][]adtally.Drift{}
	err := db.query(ctx, "read what does not add up", func(rows *sql.Rows) error {
		var source string
		var d adtally.Drift
		err := rows.Scan(&source, &d.Account, &d.Table, &d.Day, &d.Metric, &d.Ours, &d.Theirs, &d.Difference)
		all[source] = append(all[source], d)
		return err
	}, `SELECT source, account, table_name, day, metric, ours, theirs, difference FROM drifts ORDER BY source, day DESC, account, table_name, metric`)
	return all, err
}
