package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"adtally"
)

const userColumns = `id, email, name, role, permissions, disabled, password, subject, epoch, version, created, login`

func scanUser(rows *sql.Rows) (u adtally.User, err error) {
	var permissions, password string
	var subject sql.Null[string]
	var created, login sql.Null[int64]
	err = rows.Scan(&u.ID, &u.Email, &u.Name, &u.Role, &permissions, &u.Disabled, &password, &subject, &u.Epoch, &u.Version, &created, &login)
	if err != nil {
		return u, err
	}
	u.Password, u.Subject, u.Created, u.Login = adtally.NewSecret(password), subject.V, moment(created), moment(login)
	return u, fromJSON(permissions, &u.Permissions)
}

// fromJSON decodes a JSON column.
func fromJSON(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}

func permissionsOf(p adtally.AccessLevel) (string, error) {
	if len(p.Permissions) == 0 {
		return "[]", nil
	}
	b, err := json.Marshal(p.Permissions)
	return string(b), err
}

func subjectOf(u adtally.User) sql.Null[string] {
	return sql.Null[string]{V: u.Subject, Valid: u.Subject != ""}
}

// users returns the users that match a condition.
func (db *DB) users(ctx context.Context, condition string, args ...any) (all []adtally.User, err error) {
	err = db.query(ctx, "read users", func(rows *sql.Rows) error {
		u, err := scanUser(rows)
		all = append(all, u)
		return err
	}, `SELECT `+userColumns+` FROM users WHERE `+condition, args...)
	return all, err
}

// one returns the first item, or not_found.
func one[T any](all []T, err error, what string) (first T, _ error) {
	if err == nil && len(all) == 0 {
		err = absent(what)
	}
	if err != nil {
		return first, err
	}
	return all[0], nil
}

func absent(what string) *adtally.Fault {
	return configure("not_found", "there is no such "+what, "See the list.", nil)
}

// Users returns the users after an ID, ordered by ID.
func (db *DB) Users(ctx context.Context, after string, limit int) ([]adtally.User, error) {
	return db.users(ctx, `id > ? ORDER BY id LIMIT ?`, after, limit)
}

// AnyUser reports whether there is a user.
func (db *DB) AnyUser(ctx context.Context) (bool, error) {
	all, err := db.Users(ctx, "", 1)
	return len(all) > 0, err
}

// User returns the user with this ID.
func (db *DB) User(ctx context.Context, id string) (adtally.User, error) {
	all, err := db.users(ctx, `id = ?`, id)
	return one(all, err, "user")
}

// UserByEmail returns the user with this address, in lower case.
func (db *DB) UserByEmail(ctx context.Context, email string) (adtally.User, error) {
	all, err := db.users(ctx, `email = ?`, email)
	return one(all, err, "user")
}

// UserBySubject returns the user with this subject at the OIDC provider.
func (db *DB) UserBySubject(ctx context.Context, subject string) (adtally.User, error) {
	all, err := db.users(ctx, `subject = ?`, subject)
	return one(all, err, "user")
}

// AddFirstUser stores a user if there is none yet.
func (db *DB) AddFirstUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error {
	return db.audited(ctx, "add the first user", d, func(tx txn) error {
		some := false
		err := tx.query(ctx, func(*sql.Rows) error { some = true; return nil }, `SELECT id FROM users LIMIT 1`)
		if err != nil {
			return err
		}
		if some {
			return configure("setup_done", "there is already an admin", "Log in, or ask the admin for an invite.", nil)
		}
		return tx.addUser(ctx, u)
	})
}

// AddUser stores a new user. E-mail addresses are unique.
func (db *DB) AddUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error {
	return db.audited(ctx, "add a user", d, func(tx txn) error { return tx.addUser(ctx, u) })
}

func (t txn) addUser(ctx context.Context, u adtally.User) error {
	permissions, err := permissionsOf(u.AccessLevel)
	if err != nil {
		return err
	}
	n, err := t.exec(ctx, `INSERT INTO users (`+userColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING`,
		u.ID, u.Email, u.Name, string(u.Role), permissions, bit(u.Disabled), u.Password.Reveal(), subjectOf(u), u.Epoch, u.Version, micros(u.Created), micros(u.Login))
	if err == nil && n == 0 {
		return configure("email_taken", "a user with this e-mail address exists", "Change that user, or log in.", nil)
	}
	return err
}

// ChangeUser replaces the user with u's ID. It fails if the user was changed meanwhile, or if
// no enabled admin would remain.
func (db *DB) ChangeUser(ctx context.Context, u adtally.User, d adtally.AuditEntry) error {
	permissions, err := permissionsOf(u.AccessLevel)
	if err != nil {
		return err
	}
	return db.audited(ctx, "change a user", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE users SET name = ?, role = ?, permissions = ?, disabled = ?, password = ?, subject = ?, epoch = ?, version = version + 1
			WHERE id = ? AND version = ?`,
			u.Name, string(u.Role), permissions, bit(u.Disabled), u.Password.Reveal(), subjectOf(u), u.Epoch, u.ID, u.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			return tx.whyUnchanged(ctx, u.ID)
		}
		// A new password or another role ends what a guest has open.
		if err := tx.closeOpened(ctx, u.ID, d.At); err != nil {
			return err
		}
		return tx.keepsAnAdmin(ctx)
	})
}

func (t txn) whyUnchanged(ctx context.Context, id string) error {
	there := false
	err := t.query(ctx, func(*sql.Rows) error { there = true; return nil }, `SELECT id FROM users WHERE id = ?`, id)
	if err != nil {
		return err
	}
	if !there {
		return absent("user")
	}
	return configure("stale_edit", "this user was changed in the meantime", "Read it again and repeat the change.", nil)
}

func (t txn) keepsAnAdmin(ctx context.Context) error {
	some := false
	err := t.query(ctx, func(*sql.Rows) error { some = true; return nil }, `SELECT id FROM users WHERE role = ? AND disabled = 0 LIMIT 1`, string(adtally.Admin))
	if err == nil && !some {
		return configure("last_admin", "there would be no admin left", "Make another user an admin first.", nil)
	}
	return err
}

// LoggedIn stores the time of a login; it does not count as an edit.
func (db *DB) LoggedIn(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "note a login", d, func(tx txn) error {
		_, err := tx.exec(ctx, `UPDATE users SET login = ? WHERE id = ?`, micros(d.At), id)
		return err
	})
}

// SaveSession stores a session.
func (db *DB) SaveSession(ctx context.Context, s adtally.Session) error {
	_, err := db.exec(ctx, "keep a session", `INSERT INTO sessions (token, content, seen, expires) VALUES (?, ?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET content = excluded.content, seen = excluded.seen, expires = excluded.expires`,
		s.Token, s.Content, s.Seen.UnixMicro(), s.Expires.UnixMicro())
	return err
}

// Session returns the session with this token.
func (db *DB) Session(ctx context.Context, token string) (adtally.Session, error) {
	var all []adtally.Session
	err := db.query(ctx, "read a session", func(rows *sql.Rows) error {
		var s adtally.Session
		var seen, expires sql.Null[int64]
		err := rows.Scan(&s.Token, &s.Content, &seen, &expires)
		s.Seen, s.Expires = moment(seen), moment(expires)
		all = append(all, s)
		return err
	}, `SELECT token, content, seen, expires FROM sessions WHERE token = ?`, token)
	return one(all, err, "session")
}

// TouchSession stores when a session was last seen; it does not revive an ended one.
func (db *DB) TouchSession(ctx context.Context, token string, seen time.Time) error {
	_, err := db.exec(ctx, "note a session", `UPDATE sessions SET seen = ? WHERE token = ?`, seen.UnixMicro(), token)
	return err
}

// EndSession deletes a session.
func (db *DB) EndSession(ctx context.Context, token string) error {
	_, err := db.exec(ctx, "end a session", `DELETE FROM sessions WHERE token = ?`, token)
	return err
}

// EndSessions deletes sessions that have expired or were not seen since a time.
func (db *DB) EndSessions(ctx context.Context, now, since time.Time) error {
	_, err := db.exec(ctx, "end old sessions", `DELETE FROM sessions WHERE expires <= ? OR seen < ?`, now.UnixMicro(), since.UnixMicro())
	return err
}
