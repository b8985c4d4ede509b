package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Numbered converts a statement for PostgreSQL.
var Numbered = numbered

// Setting returns a PostgreSQL setting of the database's connection.
func (db *DB) Setting(ctx context.Context, name string) (value string, err error) {
	err = db.sql.QueryRowContext(ctx, "SELECT current_setting($1)", name).Scan(&value)
	return value, err
}

// Count adds one to the number in a tuning, in one transaction of two
// statements, as many methods will be. Where f is set it is called between them.
func (db *DB) Count(ctx context.Context, f func() error) error {
	return db.write(ctx, "count", func(tx txn) error {
		var n int
		err := tx.query(ctx, func(rows *sql.Rows) error {
			var tuning []byte
			err := rows.Scan(&tuning)
			_, _ = fmt.Sscan(string(tuning), &n)
			return err
		}, `SELECT tuning FROM tunings WHERE source = ? AND account = ? AND stream = ?`, "s", "7", "n")
		if err == nil && f != nil {
			err = f()
		}
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `INSERT INTO tunings (source, account, stream, tuning) VALUES (?, ?, ?, ?)
			ON CONFLICT (source, account, stream) DO UPDATE SET tuning = excluded.tuning`, "s", "7", "n", fmt.Append(nil, n+1))
		return err
	})
}

// Fill keeps the database file from growing, as on a full disk; 0 undoes it.
func (db *DB) Fill(ctx context.Context, pages int) error {
	if pages == 0 {
		pages = 1 << 30
	}
	_, err := db.sql.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	return err
}
