package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"adtally"
)

// RequestRun creates a run whose first step discovers the accounts. If a run of the same lane
// is active, or the request was made before, it returns that run and placed is false. A
// scheduled request that is no longer due creates no run; a request for a deleted source
// fails.
func (db *DB) RequestRun(ctx context.Context, o adtally.RunRequest, entries ...adtally.AuditEntry) (run adtally.RunRecord, placed bool, err error) {
	scope, err := json.Marshal(o.RunScope)
	if err != nil {
		return run, false, err
	}
	err = db.write(ctx, "begin a run", func(tx txn) error {
		run, placed = adtally.RunRecord{}, false
		due, there := false, false
		if err := tx.query(ctx, func(rows *sql.Rows) error { there = true; return rows.Scan(&due) },
			`SELECT next IS NOT NULL AND next <= ? FROM sources WHERE id = ? AND deleted IS NULL`, o.At.UnixMicro(), o.Source); err != nil {
			return err
		}
		if o.Trigger == adtally.BySchedule && !due { // another process was faster, and has finished
			return nil
		}
		if !there {
			return configure("conflict", "the source is deleted", "Restore it first.", nil)
		}
		n, err := tx.exec(ctx, `INSERT INTO runs (id, source, scope, started, ended, state, error, lane, triggered_by, created_by, active, request_key)
			VALUES (?, ?, ?, ?, NULL, 'waiting', '', ?, ?, ?, 1, ?) ON CONFLICT DO NOTHING`,
			o.ID, o.Source, string(scope), micros(o.At), o.Lane(), string(o.Trigger), o.By, sql.Null[string]{V: o.Key, Valid: o.Key != ""})
		if err != nil {
			return err
		}
		where, args := `id = ?`, []any{o.ID}
		if placed = n == 1; placed {
			for _, d := range entries {
				if err := tx.addAuditEntry(ctx, d); err != nil {
					return err
				}
			}
			if _, err := tx.exec(ctx, `UPDATE sources SET next = ? WHERE id = ? AND ? = 'schedule'`, micros(o.Next), o.Source, string(o.Trigger)); err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO steps (run, account, name, currency, zone, status, state) VALUES (?, '', '', '', '', '', 'waiting')`, o.ID); err != nil {
				return err
			}
		} else {
			where, args = `source = ? AND (request_key = ? OR lane = ? AND active = 1)`, []any{o.Source, o.Key, o.Lane()}
		}
		return tx.query(ctx, func(rows *sql.Rows) (err error) {
			run, err = scanRun(rows)
			return err
		}, `SELECT `+runColumns+` FROM runs WHERE `+where+` ORDER BY CASE WHEN request_key = ? THEN 0 ELSE 1 END, seq LIMIT 1`, append(args, o.Key)...)
	})
	return run, placed, err
}

const runColumns = `id, source, scope, started, ended, state, error, triggered_by, created_by, active, cancelled, request_key, platform_time`

func scanRun(rows *sql.Rows) (r adtally.RunRecord, err error) {
	var started, ended, active, cancelled, at sql.Null[int64]
	var key sql.Null[string]
	err = rows.Scan(&r.ID, &r.Source, &r.Wanted, &started, &ended, &r.State, &r.Error, &r.Trigger, &r.By, &active, &cancelled, &key, &at)
	r.Started, r.Ended, r.Active, r.Cancelled, r.Key, r.Moment = moment(started), moment(ended), active.V == 1, cancelled.Valid, key.V, moment(at)
	if err == nil && r.Trigger != "" {
		err = json.Unmarshal([]byte(r.Wanted), &r.RunScope)
	}
	return r, err
}

// Run returns one run.
func (db *DB) Run(ctx context.Context, id string) (r adtally.RunRecord, err error) {
	r, found, err := (txn{db.sql, db.bind}).run(ctx, id)
	switch {
	case err != nil:
		return r, db.failed(ctx, "read a run", err)
	case !found:
		return r, configure("not_found", "there is no such run", "See the list of runs.", nil)
	}
	return r, nil
}

func (t txn) run(ctx context.Context, id string) (r adtally.RunRecord, found bool, err error) {
	err = t.query(ctx, func(rows *sql.Rows) (err error) {
		found = true
		r, err = scanRun(rows)
		return err
	}, `SELECT `+runColumns+` FROM runs WHERE id = ?`, id)
	return r, found, err
}

// NoteMoment stores the platform's time when a run began. It does not change a stored time,
// which work is already based on.
func (db *DB) NoteMoment(ctx context.Context, run string, at time.Time) error {
	_, err := db.exec(ctx, "note when a run began", `UPDATE runs SET platform_time = coalesce(platform_time, ?) WHERE id = ?`, micros(at), run)
	return err
}

// Runs returns the runs that match a filter, newest first.
func (db *DB) Runs(ctx context.Context, f adtally.RunFilter) (all []adtally.RunRecord, err error) {
	w := where{text: "1 = 1"}
	w.and(f.Source != "", "source = ?", f.Source)
	w.and(f.State != "", "state = ?", string(f.State))
	w.and(f.Trigger != "", "triggered_by = ?", string(f.Trigger))
	w.and(!f.Since.IsZero(), "started >= ?", f.Since.UnixMicro())
	w.and(f.Before != "", "seq < (SELECT b.seq FROM runs AS b WHERE b.id = ?)", f.Before)
	err = db.query(ctx, "read the runs", func(rows *sql.Rows) error {
		r, err := scanRun(rows)
		all = append(all, r)
		return err
	}, `SELECT `+runColumns+` FROM runs WHERE `+w.text+` ORDER BY seq DESC LIMIT ?`, append(w.args, f.Limit)...)
	return all, err
}

// RunDays returns the states of the runs that began at or after a time, by source and day.
func (db *DB) RunDays(ctx context.Context, since time.Time) (all []adtally.RunDay, err error) {
	err = db.query(ctx, "read the days of runs", func(rows *sql.Rows) error {
		var d adtally.RunDay
		err := rows.Scan(&d.Source, &d.Day, &d.State)
		all = append(all, d)
		return err
	}, `SELECT DISTINCT source, started / ? AS day, state FROM runs WHERE started >= ? ORDER BY source, day, state`, dayMicros, since.UnixMicro())
	return all, err
}

// Cancel cancels a run. Waiting steps end immediately; workers notice when they renew their
// lease.
func (db *DB) Cancel(ctx context.Context, run string, now time.Time, d adtally.AuditEntry) error {
	return db.audited(ctx, "cancel a run", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE runs SET cancelled = coalesce(cancelled, ?) WHERE id = ? AND active = 1`, now.UnixMicro(), run)
		if err != nil {
			return err
		}
		if n == 0 {
			return configure("not_running", "the run is not active", "Nothing was cancelled.", nil)
		}
		_, err = tx.exec(ctx, `UPDATE steps SET state = 'interrupted', ended = ? WHERE run = ? AND state = 'waiting'`, now.UnixMicro(), run)
		return err
	})
}

// Conclude ends a run without unfinished steps and reports whether it did. The worst fault of
// its steps becomes its error. The source and the log are updated in the same
// transaction.
func (db *DB) Conclude(ctx context.Context, run string, now time.Time, judge adtally.Judge) (ended bool, err error) {
	err = db.write(ctx, "end a run", func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE runs SET active = NULL, ended = ?,
			state = CASE WHEN cancelled IS NOT NULL THEN 'interrupted'
				WHEN EXISTS (SELECT 1 FROM steps WHERE run = runs.id AND state NOT IN ('finished', 'incomplete')) THEN 'failed'
				WHEN EXISTS (SELECT 1 FROM steps WHERE run = runs.id AND state = 'incomplete') THEN 'incomplete' ELSE 'finished' END,
			error = coalesce((SELECT message FROM steps WHERE run = runs.id AND act IS NOT NULL AND state IN ('failed', 'incomplete')
				ORDER BY `+worstFirst+` LIMIT 1), '')
			WHERE id = ? AND active = 1 AND NOT EXISTS (SELECT 1 FROM steps WHERE run = runs.id AND state IN ('waiting', 'running'))`, now.UnixMicro(), run)
		if ended = n == 1; err != nil || !ended {
			return err
		}
		return errors.Join(tx.sayWhoCancelled(ctx, run), tx.judge(ctx, run, judge))
	})
	return ended, err
}

func (t txn) judge(ctx context.Context, run string, judge adtally.Judge) error {
	r, _, err := t.run(ctx, run)
	if err != nil {
		return err
	}
	steps, err := t.steps(ctx, run)
	if err != nil {
		return err
	}
	s, _, err := t.source(ctx, r.Source)
	if err != nil {
		return err
	}
	s, line := judge(r, steps, s)
	return errors.Join(t.pace(ctx, s), t.appendLog(ctx, line))
}
