package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"adtally"
)

// BeginStep stores that work on an account begins or resumes.
func (db *DB) BeginStep(ctx context.Context, s adtally.Step, started time.Time) error {
	a := s.Account
	_, err := db.exec(ctx, "begin a step", `INSERT INTO steps (run, account, name, currency, zone, status, started, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (run, account) DO UPDATE SET name = excluded.name, currency = excluded.currency, zone = excluded.zone,
			status = excluded.status, started = excluded.started, ended = NULL, state = excluded.state`,
		s.Run, a.ID, a.Name, a.Currency, a.Zone, a.Status, micros(started), string(adtally.Running))
	return err
}

// EndStep stores how the work on an account ended.
func (db *DB) EndStep(ctx context.Context, s adtally.Step, state adtally.RunState, ended time.Time) error {
	n, err := db.exec(ctx, "end a step", `UPDATE steps SET state = ?, ended = ? WHERE run = ? AND account = ?`,
		string(state), micros(ended), s.Run, s.Account.ID)
	if err == nil && n == 0 {
		return fmt.Errorf("end step %s of run %s: it never began", s.Account.ID, s.Run)
	}
	return err
}

// Steps returns the steps of a run in the order in which they began. The step that discovers
// accounts has no account.
func (db *DB) Steps(ctx context.Context, run string) ([]adtally.StepRecord, error) {
	all, err := (txn{db.sql, db.bind}).steps(ctx, run)
	if err != nil {
		return nil, db.failed(ctx, "read steps", err)
	}
	return all, nil
}

func (t txn) steps(ctx context.Context, run string) (all []adtally.StepRecord, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		r, err := scanStep(rows)
		r.Step.Run = run
		all = append(all, r)
		return err
	}, `SELECT account, name, currency, zone, status, state, started, ended, worker, not_before, tries,
		(SELECT coalesce(CAST(sum(rows) AS BIGINT), 0) FROM outcomes AS o WHERE o.run = steps.run AND o.account = steps.account AND (o.act IS NULL OR o.load <> '')),
		(SELECT count(*) FROM outcomes AS o WHERE o.run = steps.run AND o.account = steps.account AND o.act IS NULL),
		(SELECT coalesce(CAST(sum(calls) AS BIGINT), 0) FROM outcomes AS o WHERE o.run = steps.run AND o.account = steps.account),
		`+lastOf("gaps")+`, `+lastOf("quarantined")+`, slices_left, act, code, message, hint, until
		FROM steps WHERE run = ? ORDER BY seq`, run)
	return all, err
}

// lastOf sums a column over the slices of a step, counting only the last load of each
// slice.
func lastOf(column string) string {
	return `(SELECT coalesce(CAST(sum(` + column + `) AS BIGINT), 0) FROM (
		SELECT ` + column + `, row_number() OVER (PARTITION BY o.stream, o.from_day, o.to_day ORDER BY o.seq DESC) AS nth FROM outcomes AS o
		WHERE o.run = steps.run AND o.account = steps.account AND (o.act IS NULL OR o.load <> '')) AS tries WHERE nth = 1)`
}

// Quarantined returns how many values of a step could not be loaded, over all workers.
func (db *DB) Quarantined(ctx context.Context, run, account string) (n int64, err error) {
	err = db.query(ctx, "count what could not be loaded", func(rows *sql.Rows) error { return rows.Scan(&n) },
		`SELECT `+lastOf("quarantined")+` FROM steps WHERE run = ? AND account = ?`, run, account)
	return n, err
}

func scanStep(rows *sql.Rows) (r adtally.StepRecord, err error) {
	var f adtally.Fault
	var act sql.Null[string]
	var started, ended, notBefore, until sql.Null[int64]
	a := &r.Step.Account
	err = rows.Scan(&a.ID, &a.Name, &a.Currency, &a.Zone, &a.Status, &r.State, &started, &ended, &r.Worker, &notBefore, &r.Tries,
		&r.Rows, &r.Slices, &r.Calls, &r.Gaps, &r.Quarantined, &r.Left, &act, &f.Code, &f.Message, &f.Hint, &until)
	r.Started, r.Ended, r.NotBefore = moment(started), moment(ended), moment(notBefore)
	if act.Valid {
		f.Act, f.Until = adtally.Act(act.V), moment(until)
		r.Fault = &f
	}
	return r, err
}
