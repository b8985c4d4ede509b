package store

import (
	"context"
	"database/sql"
	"errors"

	"adtally"
)

// SaveOutcome writes down how one try of a slice ended. Every try is a row; a
// load that is written down already stays as it is.
func (db *DB) SaveOutcome(ctx context.Context, run string, o adtally.Outcome) error {
	f := o.Fault
	if f == nil {
		f = &adtally.Fault{}
	}
	_, err := db.exec(ctx, "save an outcome", `INSERT INTO outcomes
		(run, stream, account, from_day, to_day, rows, gaps, quarantined, calls, bytes, load, started, ended, act, code, message, hint, until, cause)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, load) WHERE load <> '' DO NOTHING`,
		run, o.Slice.Stream, o.Slice.Account, o.Slice.Window.From, o.Slice.Window.To, o.Rows, o.Gaps, o.Quarantined, o.Calls, o.Bytes, o.Load, micros(o.Started), micros(o.Ended),
		sql.Null[string]{V: string(f.Act), Valid: o.Fault != nil}, f.Code, f.Message, f.Hint, micros(f.Until), cause(f))
	return err
}

// Outcomes are the tries of a run in the order in which they ended. Of what lay
// beneath a fault, the words are left.
func (db *DB) Outcomes(ctx context.Context, run string) (all []adtally.Outcome, err error) {
	err = db.query(ctx, "read outcomes", func(rows *sql.Rows) error {
		o, err := scanOutcome(rows)
		all = append(all, o)
		return err
	}, `SELECT stream, account, from_day, to_day, rows, gaps, quarantined, calls, bytes, load, started, ended, act, code, message, hint, until, cause
		FROM outcomes WHERE run = ? ORDER BY seq`, run)
	return all, err
}

// CountedLoads are the loads that the outcomes of a run and an account name.
func (db *DB) CountedLoads(ctx context.Context, run, account string) (loads []string, err error) {
	err = db.query(ctx, "read the counted loads", func(rows *sql.Rows) error {
		var load string
		err := rows.Scan(&load)
		loads = append(loads, load)
		return err
	}, `SELECT load FROM outcomes WHERE run = ? AND account = ? AND load <> ''`, run, account)
	return loads, err
}

func scanOutcome(rows *sql.Rows) (o adtally.Outcome, err error) {
	var f adtally.Fault
	var started, ended, until sql.Null[int64]
	var act, cause sql.Null[string]
	s := &o.Slice
	err = rows.Scan(&s.Stream, &s.Account, &s.Window.From, &s.Window.To, &o.Rows, &o.Gaps, &o.Quarantined, &o.Calls, &o.Bytes, &o.Load, &started, &ended,
		&act, &f.Code, &f.Message, &f.Hint, &until, &cause)
	o.Started, o.Ended = moment(started), moment(ended)
	if !act.Valid {
		return o, err
	}
	f.Act, f.Until, o.Fault = adtally.Act(act.V), moment(until), &f
	if cause.Valid {
		f.Err = errors.New(cause.V)
	}
	return o, err
}

func cause(f *adtally.Fault) sql.Null[string] {
	if f.Err == nil {
		return sql.Null[string]{}
	}
	return sql.Null[string]{V: f.Err.Error(), Valid: true}
}
