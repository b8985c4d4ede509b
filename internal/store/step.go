package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"adtally"
)

// StepRecord is a step as the ledger knows it.
type StepRecord struct {
	Step    adtally.Step
	State   adtally.RunState
	Started time.Time
	Ended   time.Time // zero while it goes on, or was cut off
}

// BeginStep writes down that work on an account begins, or begins again.
func (db *DB) BeginStep(ctx context.Context, s adtally.Step, started time.Time) error {
	a := s.Account
	_, err := db.exec(ctx, "begin a step", `INSERT INTO steps (run, account, name, currency, zone, status, started, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (run, account) DO UPDATE SET name = excluded.name, currency = excluded.currency, zone = excluded.zone,
			status = excluded.status, started = excluded.started, ended = NULL, state = excluded.state`,
		s.Run, a.ID, a.Name, a.Currency, a.Zone, a.Status, micros(started), string(adtally.Running))
	return err
}

// EndStep writes down how the work on an account ended.
func (db *DB) EndStep(ctx context.Context, s adtally.Step, state adtally.RunState, ended time.Time) error {
	n, err := db.exec(ctx, "end a step", `UPDATE steps SET state = ?, ended = ? WHERE run = ? AND account = ?`,
		string(state), micros(ended), s.Run, s.Account.ID)
	if err == nil && n == 0 {
		return fmt.Errorf("end step %s of run %s: it never began", s.Account.ID, s.Run)
	}
	return err
}

// Steps are the accounts of a run, in the order in which they were first begun.
func (db *DB) Steps(ctx context.Context, run string) (all []StepRecord, err error) {
	err = db.query(ctx, "read steps", func(rows *sql.Rows) error {
		r := StepRecord{Step: adtally.Step{Run: run}}
		a := &r.Step.Account
		var started, ended sql.Null[int64]
		if err := rows.Scan(&a.ID, &a.Name, &a.Currency, &a.Zone, &a.Status, &r.State, &started, &ended); err != nil {
			return err
		}
		r.Started, r.Ended = moment(started), moment(ended)
		all = append(all, r)
		return nil
	}, `SELECT account, name, currency, zone, status, state, started, ended FROM steps WHERE run = ? ORDER BY seq`, run)
	return all, err
}
