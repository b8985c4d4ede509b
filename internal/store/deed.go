package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"adtally"
)

const deedColumns = `id, at, who, name, what, object, origin, detail`

// did carries out f and writes down that it was done: both or neither.
func (db *DB) did(ctx context.Context, what string, d adtally.Deed, f func(txn) error) error {
	return db.write(ctx, what, func(tx txn) error {
		if err := f(tx); err != nil {
			return err
		}
		return tx.addDeed(ctx, d)
	})
}

func (t txn) addDeed(ctx context.Context, d adtally.Deed) error {
	detail, err := json.Marshal(d.Detail)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO deeds (`+deedColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.At.UnixMicro(), d.Who, d.Name, d.What, d.Object, d.From, string(detail))
	return err
}

// AddDeed writes down what changed nothing, such as a login that was refused.
func (db *DB) AddDeed(ctx context.Context, d adtally.Deed) error {
	return db.did(ctx, "write the audit log", d, func(txn) error { return nil })
}

// Deeds are those that a filter picks, newest first.
func (db *DB) Deeds(ctx context.Context, f adtally.DeedFilter) (all []adtally.Deed, err error) {
	w := from(f.Before, "at")
	for column, value := range map[string]string{"who": f.Who, "what": f.What, "object": f.Object} {
		w.and(value != "", column+" = ?", value)
	}
	w.and(!f.Since.IsZero(), "at >= ?", f.Since.UnixMicro())
	w.and(!f.Until.IsZero(), "at < ?", f.Until.UnixMicro())
	err = db.query(ctx, "read the audit log", func(rows *sql.Rows) error {
		var d adtally.Deed
		var at sql.Null[int64]
		var detail string
		if err := rows.Scan(&d.ID, &at, &d.Who, &d.Name, &d.What, &d.Object, &d.From, &detail); err != nil {
			return err
		}
		d.At = moment(at)
		all = append(all, d)
		return unjson(detail, &all[len(all)-1].Detail)
	}, `SELECT `+deedColumns+` FROM deeds WHERE `+w.text+` ORDER BY at DESC, id DESC LIMIT ?`, append(w.args, f.Limit)...)
	return all, err
}

// where is a condition with its values.
type where struct {
	text string
	args []any
}

func (w *where) and(wanted bool, condition string, args ...any) {
	if wanted {
		w.text = strings.Join([]string{w.text, condition}, " AND ")
		w.args = append(w.args, args...)
	}
}

// from is where a list that is read newest first goes on.
func from(p adtally.Place, moment string) where {
	w := where{text: "1 = 1"}
	at := p.At.UnixMicro()
	w.and(p != adtally.Place{}, "("+moment+" < ? OR "+moment+" = ? AND id < ?)", at, at, p.ID)
	return w
}
