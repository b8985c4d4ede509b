package store

import (
	"context"
	"database/sql"

	"adtally"
)

// SealKeys returns the records of all keys that were ever used, without the keys.
func (db *DB) SealKeys(ctx context.Context) (all []adtally.SealKey, err error) {
	err = db.query(ctx, "read what is known of keys", func(rows *sql.Rows) error {
		var k adtally.SealKey
		var since sql.Null[int64]
		err := rows.Scan(&k.ID, &k.Check, &k.State, &since)
		k.Since = moment(since)
		all = append(all, k)
		return err
	}, `SELECT id, check_value, state, since FROM seal_keys ORDER BY since NULLS FIRST, id`)
	return all, err
}

// SetSealKey makes a key the current one instead of was ("" = none yet). It fails with
// conflict if another key is current or if the key was used before.
func (db *DB) SetSealKey(ctx context.Context, k adtally.SealKey, was string) error {
	return db.write(ctx, "set the key", func(tx txn) error {
		now, err := sealingKey(ctx, tx)
		if err != nil || now == k.ID {
			return err
		}
		if now != was {
			return conflict("another key was set meanwhile")
		}
		if _, err := tx.exec(ctx, `UPDATE seal_keys SET state = ? WHERE id = ?`, string(adtally.FormerKey), was); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `INSERT INTO seal_keys (id, check_value, state, since) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			k.ID, k.Check, string(adtally.CurrentKey), micros(k.Since))
		if err == nil && n == 0 {
			return conflict("the key " + k.ID + " was in use before")
		}
		return err
	})
}

// sealingKey returns the ID of the current key, or "".
func sealingKey(ctx context.Context, tx txn) (id string, err error) {
	err = tx.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&id) },
		`SELECT id FROM seal_keys WHERE state = ?`, string(adtally.CurrentKey))
	return id, err
}

// mustSeal fails unless the key is the current one; another key may be destroyed next.
func mustSeal(ctx context.Context, tx txn, key string) error {
	now, err := sealingKey(ctx, tx)
	if err == nil && now != key {
		return &adtally.Fault{Act: adtally.Retry, Code: "key_changed", Message: "The key has changed in the meantime", Hint: "Try again."}
	}
	return err
}

// SealedOtherwise returns some secrets that are encrypted with another key.
func (db *DB) SealedOtherwise(ctx context.Context, key string, limit int) (some []adtally.Sealed, err error) {
	err = db.query(ctx, "read sealed secrets", func(rows *sql.Rows) error {
		s, err := sealed(rows)
		some = append(some, s)
		return err
	}, `SELECT credential, number, seal_key, sealed FROM credential_versions WHERE seal_key <> ? ORDER BY credential, number LIMIT ?`, key, limit)
	return some, err
}

// Reseal replaces was with s if was is still stored; another process may have replaced or
// destroyed it. The key of s must be the current one (key_changed).
func (db *DB) Reseal(ctx context.Context, was, s adtally.Sealed) error {
	return db.write(ctx, "reseal a secret", func(tx txn) error {
		if err := mustSeal(ctx, tx, s.Key); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `UPDATE credential_versions SET seal_key = ?, sealed = ? WHERE credential = ? AND number = ? AND sealed = ?`,
			s.Key, s.Bytes, was.Credential, was.Version, was.Bytes)
		return err
	})
}

// RetireSealKey retires a former key. It fails with conflict if a secret still needs it.
func (db *DB) RetireSealKey(ctx context.Context, id string) error {
	n, err := db.exec(ctx, "retire a key", `UPDATE seal_keys SET state = ? WHERE id = ? AND state <> ?
		AND NOT EXISTS (SELECT 1 FROM credential_versions WHERE seal_key = seal_keys.id)`,
		string(adtally.RetiredKey), id, string(adtally.CurrentKey))
	if err == nil && n == 0 {
		return conflict("the key " + id + " is still in use")
	}
	return err
}
