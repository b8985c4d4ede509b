package store

import (
	"context"
	"database/sql"
)

// Tuning returns the learned read parameters of a stream and an account; nil = none.
func (db *DB) Tuning(ctx context.Context, source, account, stream string) (tuning []byte, err error) {
	err = db.query(ctx, "read the tuning", func(rows *sql.Rows) error { return rows.Scan(&tuning) },
		`SELECT tuning FROM tunings WHERE source = ? AND account = ? AND stream = ?`, source, account, stream)
	return tuning, err
}

// SaveTuning replaces the learned read parameters.
func (db *DB) SaveTuning(ctx context.Context, source, account, stream string, tuning []byte) error {
	_, err := db.exec(ctx, "save the tuning", `INSERT INTO tunings (source, account, stream, tuning) VALUES (?, ?, ?, ?)
		ON CONFLICT (source, account, stream) DO UPDATE SET tuning = excluded.tuning`, source, account, stream, tuning)
	return err
}
