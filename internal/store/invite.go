package store

import (
	"context"
	"database/sql"
	"time"

	"adtally"
)

const inviteColumns = `id, code, email, role, permissions, created_by, created, expires, used, revoked`

func scanInvite(rows *sql.Rows) (i adtally.Invite, err error) {
	var permissions string
	var created, expires, used, revoked sql.Null[int64]
	err = rows.Scan(&i.ID, &i.Code, &i.Email, &i.Role, &permissions, &i.By, &created, &expires, &used, &revoked)
	if err != nil {
		return i, err
	}
	i.Created, i.Expires, i.Used, i.Revoked = moment(created), moment(expires), moment(used), moment(revoked)
	return i, fromJSON(permissions, &i.Permissions)
}

func (db *DB) invites(ctx context.Context, rest string, args ...any) (all []adtally.Invite, err error) {
	err = db.query(ctx, "read invites", func(rows *sql.Rows) error {
		i, err := scanInvite(rows)
		all = append(all, i)
		return err
	}, `SELECT `+inviteColumns+` FROM invites WHERE `+rest, args...)
	return all, err
}

// AddInvite stores a new invite.
func (db *DB) AddInvite(ctx context.Context, i adtally.Invite, d adtally.AuditEntry) error {
	permissions, err := permissionsOf(i.AccessLevel)
	if err != nil {
		return err
	}
	return db.audited(ctx, "add an invite", d, func(tx txn) error {
		_, err := tx.exec(ctx, `INSERT INTO invites (`+inviteColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			i.ID, i.Code, i.Email, string(i.Role), permissions, i.By, i.Created.UnixMicro(), i.Expires.UnixMicro(), micros(i.Used), micros(i.Revoked))
		return err
	})
}

// Invites returns the invites before a position, newest first.
func (db *DB) Invites(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.Invite, error) {
	w := from(before, "created")
	return db.invites(ctx, w.text+` ORDER BY created DESC, id DESC LIMIT ?`, append(w.args, limit)...)
}

// Invite returns the invite with this code's hash or, if the hash is empty, the newest open
// one for an address.
func (db *DB) Invite(ctx context.Context, code, email string, now time.Time) (adtally.Invite, error) {
	rest, args := `code = ?`, []any{code}
	if code == "" {
		rest, args = `email = ? AND used IS NULL AND revoked IS NULL AND expires > ? ORDER BY created DESC, id DESC LIMIT 1`, []any{email, now.UnixMicro()}
	}
	all, err := db.invites(ctx, rest, args...)
	return one(all, err, "invite")
}

func inviteGone() *adtally.Fault {
	return configure("invite_gone", "this invite is not valid or no longer valid", "Ask an admin for a new one.", nil)
}

// AcceptInvite adds a user and marks the invite as used.
func (db *DB) AcceptInvite(ctx context.Context, id string, u adtally.User, d adtally.AuditEntry) error {
	return db.audited(ctx, "accept an invite", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE invites SET used = ? WHERE id = ? AND used IS NULL AND revoked IS NULL AND expires > ?`,
			d.At.UnixMicro(), id, d.At.UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 {
			return inviteGone()
		}
		return tx.addUser(ctx, u)
	})
}

// RevokeInvite revokes an invite.
func (db *DB) RevokeInvite(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "revoke an invite", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE invites SET revoked = ? WHERE id = ? AND used IS NULL AND revoked IS NULL`, d.At.UnixMicro(), id)
		if err != nil || n > 0 {
			return err
		}
		return tx.whyNotRevoked(ctx, id)
	})
}

func (t txn) whyNotRevoked(ctx context.Context, id string) error {
	there := false
	err := t.query(ctx, func(*sql.Rows) error { there = true; return nil }, `SELECT id FROM invites WHERE id = ?`, id)
	if err != nil {
		return err
	}
	if !there {
		return absent("invite")
	}
	return inviteGone()
}
