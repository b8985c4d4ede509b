package store

import (
	"context"
	"database/sql"
	"time"

	"adtally"
)

// AddReset stores a link for setting a new password. Earlier unused links of the user become
// invalid.
func (db *DB) AddReset(ctx context.Context, r adtally.Reset, d adtally.AuditEntry) error {
	return db.audited(ctx, "add a reset", d, func(tx txn) error {
		there := false
		if err := tx.query(ctx, func(*sql.Rows) error { there = true; return nil }, `SELECT id FROM users WHERE id = ?`, r.User); err != nil {
			return err
		}
		if !there {
			return absent("user")
		}
		if _, err := tx.exec(ctx, `DELETE FROM resets WHERE user_id = ? AND used IS NULL`, r.User); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO resets (code, user_id, created_by, created, expires, used) VALUES (?, ?, ?, ?, ?, NULL)`,
			r.Code, r.User, r.By, r.Made.UnixMicro(), r.Expires.UnixMicro())
		return err
	})
}

// Reset returns the link with this code's hash.
func (db *DB) Reset(ctx context.Context, code string) (adtally.Reset, error) {
	var all []adtally.Reset
	err := db.query(ctx, "read a reset", func(rows *sql.Rows) error {
		var r adtally.Reset
		var made, expires, used sql.Null[int64]
		err := rows.Scan(&r.Code, &r.User, &r.By, &made, &expires, &used)
		r.Made, r.Expires, r.Used = moment(made), moment(expires), moment(used)
		all = append(all, r)
		return err
	}, `SELECT code, user_id, created_by, created, expires, used FROM resets WHERE code = ?`, code)
	return one(all, err, "reset")
}

// UseReset sets the user's new password, ends all their sessions and marks the link as used.
// It fails with reset_gone if the link is invalid or the user is disabled.
func (db *DB) UseReset(ctx context.Context, code string, password adtally.Secret, d adtally.AuditEntry) (u adtally.User, err error) {
	err = db.audited(ctx, "reset a password", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE resets SET used = ? WHERE code = ? AND used IS NULL AND expires > ?`, d.At.UnixMicro(), code, d.At.UnixMicro())
		if err != nil {
			return err
		}
		if n == 1 {
			n, err = tx.exec(ctx, `UPDATE users SET password = ?, epoch = epoch + 1, version = version + 1
				WHERE id = (SELECT user_id FROM resets WHERE code = ?) AND disabled = 0`, password.Reveal(), code)
		}
		if err == nil && n == 0 {
			err = resetGone()
		}
		if err != nil {
			return err
		}
		return tx.query(ctx, func(rows *sql.Rows) (err error) {
			u, err = scanUser(rows)
			return err
		}, `SELECT `+userColumns+` FROM users WHERE id = (SELECT user_id FROM resets WHERE code = ?)`, code)
	})
	return u, err
}

// ForgetResets deletes links that expired before a time.
func (db *DB) ForgetResets(ctx context.Context, before time.Time) error {
	_, err := db.exec(ctx, "forget resets", `DELETE FROM resets WHERE expires < ?`, before.UnixMicro())
	return err
}

func resetGone() *adtally.Fault {
	return configure("reset_gone", "this link is not valid or no longer valid", "Ask an admin for a new one, or run \"adtally user reset\" on the machine.", nil)
}
