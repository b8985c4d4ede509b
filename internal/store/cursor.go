package store

import (
	"context"
	"database/sql"

	"adtally"
)

// Cursor returns the cursor that an earlier attempt at the slice left, or the zero
// Cursor.
func (db *DB) Cursor(ctx context.Context, source string, s adtally.Slice) (c adtally.Cursor, err error) {
	err = db.query(ctx, "read a cursor", func(rows *sql.Rows) error {
		var asked sql.Null[int64]
		err := rows.Scan(&asked, &c.Note)
		c.Asked = moment(asked)
		return err
	}, `SELECT asked, note FROM cursors WHERE source = ? AND stream = ? AND account = ? AND from_day = ? AND to_day = ?`,
		source, s.Stream, s.Account, s.Window.From, s.Window.To)
	return c, err
}

// SaveCursor replaces the cursor of a slice.
func (db *DB) SaveCursor(ctx context.Context, source string, s adtally.Slice, c adtally.Cursor) error {
	_, err := db.exec(ctx, "save a cursor", `INSERT INTO cursors (source, stream, account, from_day, to_day, asked, note)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (source, stream, account, from_day, to_day) DO UPDATE SET asked = excluded.asked, note = excluded.note`,
		source, s.Stream, s.Account, s.Window.From, s.Window.To, micros(c.Asked), c.Note)
	return err
}

func deleteCursor(ctx context.Context, tx txn, source string, s adtally.Slice) error {
	_, err := tx.exec(ctx, `DELETE FROM cursors
		WHERE source = ? AND stream = ? AND account = ? AND from_day = ? AND to_day = ?`,
		source, s.Stream, s.Account, s.Window.From, s.Window.To)
	return err
}
