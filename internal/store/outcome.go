package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"adtally"
)

// SaveOutcome stores the outcome of one attempt at a slice. Every attempt is a row; a
// load that is already stored stays as it is.
func (db *DB) SaveOutcome(ctx context.Context, run string, o adtally.Outcome) error {
	f := o.Fault
	if f == nil {
		f = &adtally.Fault{}
	}
	return db.write(ctx, "save an outcome", func(tx txn) error {
		n, err := tx.exec(ctx, `INSERT INTO outcomes
		(run, stream, account, from_day, to_day, rows, gaps, quarantined, calls, bytes, load, started, ended, act, code, message, hint, until, cause)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, load) WHERE load <> '' DO NOTHING`,
			run, o.Slice.Stream, o.Slice.Account, o.Slice.Window.From, o.Slice.Window.To, o.Rows, o.Gaps, o.Quarantined, o.Calls, o.Bytes, o.Load, micros(o.Started), micros(o.Ended),
			sql.Null[string]{V: string(f.Act), Valid: o.Fault != nil}, f.Code, f.Message, f.Hint, micros(f.Until), cause(f))
		if err != nil || n == 0 || o.Load == "" {
			return err
		}
		return tx.saveTables(ctx, run, o)
	})
}

// saveTables stores the rows of a load by table, if it has several. The remaining rows
// belong to the table with the stream's name.
func (t txn) saveTables(ctx context.Context, run string, o adtally.Outcome) error {
	for _, name := range slices.Sorted(maps.Keys(o.Tables)) {
		if name == o.Slice.Stream {
			continue
		}
		if _, err := t.exec(ctx, `INSERT INTO outcome_tables (run, load, table_name, rows) VALUES (?, ?, ?, ?)`, run, o.Load, name, o.Tables[name]); err != nil {
			return err
		}
	}
	return nil
}

// Outcomes returns the attempts of a run in the order in which they ended. The
// underlying error of a fault is reduced to its text.
func (db *DB) Outcomes(ctx context.Context, run string) (all []adtally.Outcome, err error) {
	err = db.query(ctx, "read outcomes", func(rows *sql.Rows) error {
		o, err := scanOutcome(rows)
		all = append(all, o)
		return err
	}, `SELECT stream, account, from_day, to_day, rows, gaps, quarantined, calls, bytes, load, started, ended, act, code, message, hint, until, cause
		FROM outcomes WHERE run = ? ORDER BY seq`, run)
	if err != nil {
		return nil, err
	}
	at := map[string]*adtally.Outcome{}
	for i := range all {
		at[all[i].Load] = &all[i]
	}
	return all, db.query(ctx, "read the tables of outcomes", func(rows *sql.Rows) error {
		var load, name string
		var n int64
		err := rows.Scan(&load, &name, &n)
		if o := at[load]; o != nil {
			if o.Tables == nil {
				o.Tables = map[string]int64{o.Slice.Stream: o.Rows}
			}
			o.Tables[name] = n
			o.Tables[o.Slice.Stream] -= n
		}
		return err
	}, `SELECT load, table_name, rows FROM outcome_tables WHERE run = ?`, run)
}

// CountedLoads returns the loads in the outcomes of a run and an account.
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
