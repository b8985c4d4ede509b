package store

import (
	"context"
	"database/sql"
)

// Lesson is what reads of a stream and an account have learned; nil where that
// is nothing yet.
func (db *DB) Lesson(ctx context.Context, source, account, stream string) (lesson []byte, err error) {
	err = db.query(ctx, "read a lesson", func(rows *sql.Rows) error { return rows.Scan(&lesson) },
		`SELECT lesson FROM lessons WHERE source = ? AND account = ? AND stream = ?`, source, account, stream)
	return lesson, err
}

// SaveLesson keeps a lesson in place of the one before.
func (db *DB) SaveLesson(ctx context.Context, source, account, stream string, lesson []byte) error {
	_, err := db.exec(ctx, "save a lesson", `INSERT INTO lessons (source, account, stream, lesson) VALUES (?, ?, ?, ?)
		ON CONFLICT (source, account, stream) DO UPDATE SET lesson = excluded.lesson`, source, account, stream, lesson)
	return err
}
