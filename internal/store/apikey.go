package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"adtally"
)

const keyColumns = `id, name, hash, role, permissions, created_by, created, expires, last_used, revoked, scopes`

func scanKey(rows *sql.Rows) (k adtally.APIKey, err error) {
	var permissions, scopes string
	var created, expires, used, revoked sql.Null[int64]
	err = rows.Scan(&k.ID, &k.Name, &k.Hash, &k.Role, &permissions, &k.By, &created, &expires, &used, &revoked, &scopes)
	if err != nil {
		return k, err
	}
	k.Created, k.Expires, k.LastUsed, k.Revoked = moment(created), moment(expires), moment(used), moment(revoked)
	if err := fromJSON(scopes, &k.Scopes); err != nil {
		return k, err
	}
	return k, fromJSON(permissions, &k.Permissions)
}

func (db *DB) apiKeys(ctx context.Context, rest string, args ...any) (all []adtally.APIKey, err error) {
	err = db.query(ctx, "read API keys", func(rows *sql.Rows) error {
		k, err := scanKey(rows)
		all = append(all, k)
		return err
	}, `SELECT `+keyColumns+` FROM api_keys WHERE `+rest, args...)
	return all, err
}

// AddAPIKey stores a new key.
func (db *DB) AddAPIKey(ctx context.Context, k adtally.APIKey, d adtally.AuditEntry) error {
	permissions, err := permissionsOf(k.AccessLevel)
	if err != nil {
		return err
	}
	scopes, err := json.Marshal(k.Scopes)
	if err != nil {
		return err
	}
	return db.audited(ctx, "add an API key", d, func(tx txn) error {
		_, err := tx.exec(ctx, `INSERT INTO api_keys (`+keyColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			k.ID, k.Name, k.Hash, string(k.Role), permissions, k.By, k.Created.UnixMicro(), micros(k.Expires), micros(k.LastUsed), micros(k.Revoked), string(scopes))
		return err
	})
}

// APIKeys returns the keys before a position, newest first.
func (db *DB) APIKeys(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.APIKey, error) {
	w := from(before, "created")
	return db.apiKeys(ctx, w.text+` ORDER BY created DESC, id DESC LIMIT ?`, append(w.args, limit)...)
}

// APIKeyByHash returns the key with this hash.
func (db *DB) APIKeyByHash(ctx context.Context, hash string) (adtally.APIKey, error) {
	all, err := db.apiKeys(ctx, `hash = ?`, hash)
	return one(all, err, "key")
}

// TouchAPIKey stores when a key was last used.
func (db *DB) TouchAPIKey(ctx context.Context, id string, used time.Time) error {
	_, err := db.exec(ctx, "note the use of an API key", `UPDATE api_keys SET last_used = ? WHERE id = ?`, used.UnixMicro(), id)
	return err
}

// RevokeAPIKey revokes a key. A key that was already revoked keeps its time.
func (db *DB) RevokeAPIKey(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "revoke an API key", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE api_keys SET revoked = coalesce(revoked, ?) WHERE id = ?`, d.At.UnixMicro(), id)
		if err == nil && n == 0 {
			return absent("key")
		}
		return err
	})
}
