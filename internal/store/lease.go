package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"adtally"
)

// Leases use the database's clock, the only one that all workers share.

// Ready returns the steps that can run now, the longest waiting first.
func (db *DB) Ready(ctx context.Context, now time.Time, limit int) (all []adtally.JobArgs, err error) {
	err = db.query(ctx, "read what may go on", func(rows *sql.Rows) error {
		var t adtally.JobArgs
		err := rows.Scan(&t.Run, &t.Account, &t.Generation)
		all = append(all, t)
		return err
	}, `SELECT steps.run, steps.account, steps.generation FROM steps JOIN runs ON runs.id = steps.run
		WHERE steps.state = 'waiting' AND runs.active = 1 AND coalesce(steps.not_before, 0) <= ? ORDER BY coalesce(steps.not_before, 0), steps.seq LIMIT ?`, now.UnixMicro(), limit)
	return all, err
}

// LeaseStep leases a step. It returns adtally.ErrNotHeld if the step is not available, or if
// another worker is working on the same account of the same source.
func (db *DB) LeaseStep(ctx context.Context, t adtally.JobArgs, worker string, lease time.Duration, now time.Time) (c adtally.Lease, err error) {
	c = adtally.Lease{JobArgs: t, Worker: worker, Step: adtally.Step{Run: t.Run}}
	err = db.write(ctx, "lease a step", func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE steps SET state = 'running', worker = ?, lease = `+db.clock+` + CAST(? AS BIGINT), started = coalesce(started, ?), ended = NULL
			WHERE run = ? AND account = ? AND generation = ? AND state = 'waiting'
			AND EXISTS (SELECT 1 FROM runs WHERE runs.id = steps.run AND runs.active = 1 AND runs.cancelled IS NULL)
			AND NOT EXISTS (SELECT 1 FROM steps AS o JOIN runs AS r ON r.id = o.run
				WHERE o.account = steps.account AND o.account <> '' AND o.run <> steps.run AND o.state = 'running' AND o.lease > `+db.clock+`
				AND r.source = (SELECT mine.source FROM runs AS mine WHERE mine.id = steps.run))`,
			worker, lease.Microseconds(), now.UnixMicro(), t.Run, t.Account, t.Generation)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNone
		}
		if _, err := tx.exec(ctx, `UPDATE runs SET state = 'running', error = '' WHERE id = ? AND (state = 'waiting' OR error <> '')`, t.Run); err != nil {
			return err
		}
		return tx.query(ctx, func(rows *sql.Rows) error {
			a := &c.Step.Account
			return rows.Scan(&a.ID, &a.Name, &a.Currency, &a.Zone, &a.Status, &c.Tries)
		}, `SELECT account, name, currency, zone, status, tries FROM steps WHERE run = ? AND account = ?`, t.Run, t.Account)
	})
	if errors.Is(err, errNone) {
		err = adtally.ErrNotHeld
	}
	return c, err
}

// errNone rolls back a transaction that changed nothing.
var errNone = errors.New("nothing was changed")

const heldBy = ` WHERE run = ? AND account = ? AND generation = ? AND worker = ? AND state = 'running' AND lease > `

// RenewLease extends a lease. It returns adtally.ErrNotHeld if the lease was lost and
// adtally.ErrCancelled if the run was cancelled.
func (db *DB) RenewLease(ctx context.Context, c adtally.Lease, lease time.Duration) error {
	n, err := db.exec(ctx, "renew a lease", `UPDATE steps SET lease = `+db.clock+` + CAST(? AS BIGINT)`+heldBy+db.clock,
		lease.Microseconds(), c.Run, c.Account, c.Generation, c.Worker)
	if err != nil {
		return err
	}
	if n == 0 {
		return adtally.ErrNotHeld
	}
	cancelled := false
	err = db.query(ctx, "look whether a run is cancelled", func(rows *sql.Rows) error { return rows.Scan(&cancelled) },
		`SELECT cancelled IS NOT NULL FROM runs WHERE id = ?`, c.Run)
	if err == nil && cancelled {
		return adtally.ErrCancelled
	}
	return err
}

// Held returns nil if the lease lasts at least that much longer.
func (db *DB) Held(ctx context.Context, c adtally.Lease, margin time.Duration) error {
	held := false
	err := db.query(ctx, "check a lease", func(rows *sql.Rows) error {
		held = true
		return rows.Scan(new(int64))
	}, `SELECT seq FROM steps`+heldBy+db.clock+` + ?`, c.Run, c.Account, c.Generation, c.Worker, margin.Microseconds())
	if err == nil && !held {
		return adtally.ErrNotHeld
	}
	return err
}

// AddSteps adds one step per account to a run.
func (db *DB) AddSteps(ctx context.Context, run string, accounts []adtally.Account) error {
	return db.write(ctx, "add steps to a run", func(tx txn) error {
		for _, a := range accounts {
			if _, err := tx.exec(ctx, `INSERT INTO steps (run, account, name, currency, zone, status, state) VALUES (?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (run, account) DO NOTHING`,
				run, a.ID, a.Name, a.Currency, a.Zone, a.Status); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReleaseStep ends a lease and stores the result of the worker's share of the step.
func (db *DB) ReleaseStep(ctx context.Context, c adtally.Lease, e adtally.StepResult, now time.Time) error {
	f, ended := e.Fault, micros(now)
	if f == nil {
		f = &adtally.Fault{}
	}
	if e.State == adtally.Waiting {
		ended = sql.Null[int64]{}
	}
	n, err := db.exec(ctx, "leave a step", `UPDATE steps SET state = ?, not_before = ?, tries = ?, slices_left = ?,
		act = ?, code = ?, message = ?, hint = ?, until = ?, ended = ?, generation = generation + 1, worker = '', lease = NULL`+heldBy+db.clock,
		string(e.State), micros(e.NotBefore), e.Tries, e.Left,
		sql.Null[string]{V: string(f.Act), Valid: e.Fault != nil}, f.Code, f.Message, f.Hint, micros(f.Until), ended,
		c.Run, c.Account, c.Generation, c.Worker)
	if err == nil && n == 0 {
		return adtally.ErrNotHeld
	}
	if err == nil && e.Note != "" {
		return db.write(ctx, "note what keeps a run", func(tx txn) error { return tx.note(ctx, c.Run, e.Note) })
	}
	return err
}

// Free releases steps with expired leases, notes that in their runs, and returns how
// many.
func (db *DB) Free(ctx context.Context) (n int64, err error) {
	if all, err := (txn{db.sql, db.bind}).overdue(ctx, db.clock); err != nil || len(all) == 0 {
		return 0, err // the usual case
	}
	err = db.write(ctx, "free the steps of dead workers", func(tx txn) error {
		all, err := tx.overdue(ctx, db.clock)
		if err != nil {
			return err
		}
		for _, f := range all {
			if err := tx.lost(ctx, f); err != nil {
				return err
			}
		}
		n, err = tx.exec(ctx, `UPDATE steps SET state = 'waiting', generation = generation + 1, worker = '', lease = NULL
			WHERE state = 'running' AND lease <= `+db.clock)
		return err
	})
	return n, err
}

// Idle returns active runs without unfinished steps: the worker that should have ended them
// was lost.
func (db *DB) Idle(ctx context.Context) (ids []string, err error) {
	err = db.query(ctx, "read runs without steps", func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM runs WHERE active = 1 AND NOT EXISTS (SELECT 1 FROM steps WHERE run = runs.id AND state IN ('waiting', 'running'))`)
	return ids, err
}
