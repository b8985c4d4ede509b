package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"adtally"
)

// BeginRun stores that a run starts. An existing run is resumed and keeps its start
// time.
func (db *DB) BeginRun(ctx context.Context, r adtally.Run) error {
	_, err := db.exec(ctx, "begin a run", `INSERT INTO runs (id, source, scope, started, ended, state, error)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, state = excluded.state, error = excluded.error`,
		r.ID, r.Source, r.Wanted, micros(r.Started), micros(r.Ended), string(r.State), r.Error)
	return err
}

// EndRun stores the result of a run.
func (db *DB) EndRun(ctx context.Context, id string, state adtally.RunState, ended time.Time, errText string) error {
	n, err := db.exec(ctx, "end a run", `UPDATE runs SET state = ?, ended = ?, error = ? WHERE id = ?`,
		string(state), micros(ended), errText, id)
	if err == nil && n == 0 {
		return fmt.Errorf("end run %s: it never began", id)
	}
	return err
}

// LastRun returns the most recently started run of a source and command, by insertion
// order, not by time.
func (db *DB) LastRun(ctx context.Context, source, wanted string) (r adtally.Run, found bool, err error) {
	err = db.query(ctx, "read the last run", func(rows *sql.Rows) error {
		found = true
		var started, ended sql.Null[int64]
		err := rows.Scan(&r.ID, &r.Source, &r.Wanted, &started, &ended, &r.State, &r.Error)
		r.Started, r.Ended = moment(started), moment(ended)
		return err
	}, `SELECT id, source, scope, started, ended, state, error FROM runs
		WHERE source = ? AND scope = ? ORDER BY seq DESC LIMIT 1`, source, wanted)
	return r, found, err
}
