package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"adtally"
)

const auditColumns = `id, at, actor, actor_name, action, object, remote_address, detail`

// audited runs f and stores its audit entry in one transaction.
func (db *DB) audited(ctx context.Context, what string, d adtally.AuditEntry, f func(txn) error) error {
	return db.write(ctx, what, func(tx txn) error {
		if err := f(tx); err != nil {
			return err
		}
		return tx.addAuditEntry(ctx, d)
	})
}

func (t txn) addAuditEntry(ctx context.Context, d adtally.AuditEntry) error {
	detail, err := json.Marshal(d.Detail)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO audit_entries (`+auditColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.At.UnixMicro(), d.Who, d.Name, d.What, d.Object, d.From, string(detail))
	return err
}

// AddAuditEntry stores an entry for something that changed nothing, such as a refused
// login.
func (db *DB) AddAuditEntry(ctx context.Context, d adtally.AuditEntry) error {
	return db.audited(ctx, "write the audit log", d, func(txn) error { return nil })
}

// AuditEntries returns the entries that match a filter, newest first.
func (db *DB) AuditEntries(ctx context.Context, f adtally.AuditFilter) (all []adtally.AuditEntry, err error) {
	w := from(f.Before, "at")
	for column, value := range map[string]string{"actor": f.Who, "action": f.What, "object": f.Object} {
		w.and(value != "", column+" = ?", value)
	}
	w.and(!f.Since.IsZero(), "at >= ?", f.Since.UnixMicro())
	w.and(!f.Until.IsZero(), "at < ?", f.Until.UnixMicro())
	err = db.query(ctx, "read the audit log", func(rows *sql.Rows) error {
		var d adtally.AuditEntry
		var at sql.Null[int64]
		var detail string
		if err := rows.Scan(&d.ID, &at, &d.Who, &d.Name, &d.What, &d.Object, &d.From, &detail); err != nil {
			return err
		}
		d.At = moment(at)
		all = append(all, d)
		return fromJSON(detail, &all[len(all)-1].Detail)
	}, `SELECT `+auditColumns+` FROM audit_entries WHERE `+w.text+` ORDER BY at DESC, id DESC LIMIT ?`, append(w.args, f.Limit)...)
	return all, err
}

// where is a SQL condition with its arguments.
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

// from returns the condition for the next page of a list, newest first.
func from(p adtally.PagePosition, moment string) where {
	w := where{text: "1 = 1"}
	at := p.At.UnixMicro()
	w.and(p != adtally.PagePosition{}, "("+moment+" < ? OR "+moment+" = ? AND id < ?)", at, at, p.ID)
	return w
}
