package store

import (
	"context"
	"database/sql"
	"time"

	"adtally"
)

const loginColumns = `id, connector, source, created_by, link, created, expires, ended, credential, used, found, fault`

func scanLogin(rows *sql.Rows) (l adtally.Login, err error) {
	var made, expires, ended, taken sql.Null[int64]
	var found, fault string
	if err := rows.Scan(&l.ID, &l.Connector, &l.Source, &l.By, &l.Link, &made, &expires, &ended, &l.Credential, &taken, &found, &fault); err != nil {
		return l, err
	}
	l.Made, l.Expires, l.Ended, l.Taken = moment(made), moment(expires), moment(ended), moment(taken)
	if found != "" {
		if err := fromJSON(found, &l.Found); err != nil {
			return l, err
		}
	}
	l.Fault, err = unfault(fault)
	return l, err
}

// AddLogin stores a new login with the hash of its state.
func (db *DB) AddLogin(ctx context.Context, l adtally.Login, state string) error {
	_, err := db.exec(ctx, "begin a login", `INSERT INTO logins (state, `+loginColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, '', NULL, '', '')`,
		state, l.ID, l.Connector, l.Source, l.By, l.Link, micros(l.Made), micros(l.Expires))
	return err
}

// BackFromLogin returns the login with this state and marks the state as used. It fails with
// login_used if the state was used before.
func (db *DB) BackFromLogin(ctx context.Context, state string, now time.Time) (l adtally.Login, err error) {
	err = db.write(ctx, "come back from a login", func(tx txn) error {
		all, err := tx.logins(ctx, `state = ?`, state)
		if l, err = one(all, err, "login"); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE logins SET returned = ? WHERE state = ? AND returned IS NULL`, micros(now), state)
		if err == nil && n == 0 {
			err = configure("login_used", "this login was already finished", "Begin again.", nil)
		}
		return err
	})
	return l, err
}

func (t txn) logins(ctx context.Context, which string, args ...any) (all []adtally.Login, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		l, err := scanLogin(rows)
		all = append(all, l)
		return err
	}, `SELECT `+loginColumns+` FROM logins WHERE `+which, args...)
	return all, err
}

// EndLogin stores the result of a login, with its secret if there is one.
func (db *DB) EndLogin(ctx context.Context, l adtally.Login, a adtally.Admission) error {
	return db.write(ctx, "end a login", func(tx txn) error {
		if err := tx.admit(ctx, a); err != nil {
			return err
		}
		return tx.endLogin(ctx, l)
	})
}

// Login returns one login.
func (db *DB) Login(ctx context.Context, id string) (adtally.Login, error) {
	all, err := (txn{db.sql, db.bind}).logins(ctx, `id = ?`, id)
	return one(all, err, "login")
}

// SourceLogins returns the logins for a source, newest first.
func (db *DB) SourceLogins(ctx context.Context, source string) ([]adtally.Login, error) {
	return (txn{db.sql, db.bind}).logins(ctx, `source = ? ORDER BY created DESC NULLS LAST, id DESC LIMIT 100`, source)
}

// LoginsBefore returns the logins that ended or expired before a time.
func (db *DB) LoginsBefore(ctx context.Context, before time.Time) ([]adtally.Login, error) {
	return (txn{db.sql, db.bind}).logins(ctx, `expires < ?`, before.UnixMicro())
}

// ForgetLogin deletes a login and destroys its secret.
func (db *DB) ForgetLogin(ctx context.Context, id string, now time.Time) error {
	return db.write(ctx, "forget a login", func(tx txn) error {
		if _, err := tx.exec(ctx, wipeWhere+`sealed IS NOT NULL AND credential = (SELECT credential FROM logins WHERE id = ?)`, micros(now), id); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `DELETE FROM logins WHERE id = ?`, id)
		return err
	})
}

const linkColumns = `id, source, created_by, created, expires, used, revoked`

func (db *DB) links(ctx context.Context, which string, args ...any) (all []adtally.ConnectLink, err error) {
	err = db.query(ctx, "read connect links", func(rows *sql.Rows) error {
		var l adtally.ConnectLink
		var made, expires, used, revoked sql.Null[int64]
		err := rows.Scan(&l.ID, &l.Source, &l.By, &made, &expires, &used, &revoked)
		l.Made, l.Expires, l.Used, l.Revoked = moment(made), moment(expires), moment(used), moment(revoked)
		all = append(all, l)
		return err
	}, `SELECT `+linkColumns+` FROM connect_links WHERE `+which, args...)
	return all, err
}

// AddConnectLink stores a link with the hash of its code.
func (db *DB) AddConnectLink(ctx context.Context, l adtally.ConnectLink, code string, d adtally.AuditEntry) error {
	return db.audited(ctx, "add a connect link", d, func(tx txn) error {
		_, err := tx.exec(ctx, `INSERT INTO connect_links (code, `+linkColumns+`) VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)`,
			code, l.ID, l.Source, l.By, micros(l.Made), micros(l.Expires))
		return err
	})
}

// ConnectLink returns the link with this ID or, if the ID is empty, with this code's hash.
func (db *DB) ConnectLink(ctx context.Context, id, code string) (adtally.ConnectLink, error) {
	if id != "" {
		all, err := db.links(ctx, `id = ?`, id)
		return one(all, err, "link")
	}
	all, err := db.links(ctx, `code = ?`, code)
	return one(all, err, "link")
}

// ConnectLinks returns the links of a source, newest first.
func (db *DB) ConnectLinks(ctx context.Context, source string) ([]adtally.ConnectLink, error) {
	return db.links(ctx, `source = ? ORDER BY created DESC, id DESC LIMIT 100`, source)
}

// RevokeConnectLink revokes a link of a source.
func (db *DB) RevokeConnectLink(ctx context.Context, source, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "revoke a connect link", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE connect_links SET revoked = coalesce(revoked, ?) WHERE id = ? AND source = ?`, d.At.UnixMicro(), id, source)
		if err == nil && n == 0 {
			err = absent("link")
		}
		return err
	})
}
