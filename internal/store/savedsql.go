package store

import (
	"context"
	"database/sql"

	"adtally"
)

const savedSQLColumns = `id, name, statement, revision, created, created_by, updated, updated_by`

// AddSavedSQL stores a new statement.
func (db *DB) AddSavedSQL(ctx context.Context, q adtally.SavedSQL, d adtally.AuditEntry) error {
	return db.audited(ctx, "save a statement", d, func(tx txn) error {
		_, err := tx.exec(ctx, `INSERT INTO saved_sql (`+savedSQLColumns+`) VALUES (?, ?, ?, 1, ?, ?, ?, ?)`,
			q.ID, q.Name, q.SQL, micros(q.Created), q.CreatedBy, micros(q.Updated), q.UpdatedBy)
		return err
	})
}

// AllSavedSQL returns all saved statements, by name.
func (db *DB) AllSavedSQL(ctx context.Context) ([]adtally.SavedSQL, error) {
	return db.savedSQL(ctx, `1 = 1 ORDER BY name, id`)
}

// SavedSQL returns one saved statement.
func (db *DB) SavedSQL(ctx context.Context, id string) (adtally.SavedSQL, error) {
	all, err := db.savedSQL(ctx, `id = ?`, id)
	return one(all, err, "saved statement")
}

func (db *DB) savedSQL(ctx context.Context, which string, args ...any) (all []adtally.SavedSQL, err error) {
	err = db.query(ctx, "read the saved statements", func(rows *sql.Rows) error {
		var q adtally.SavedSQL
		var created, updated sql.Null[int64]
		err := rows.Scan(&q.ID, &q.Name, &q.SQL, &q.Revision, &created, &q.CreatedBy, &updated, &q.UpdatedBy)
		q.Created, q.Updated = moment(created), moment(updated)
		all = append(all, q)
		return err
	}, `SELECT `+savedSQLColumns+` FROM saved_sql WHERE `+which, args...)
	return all, err
}

// EditSavedSQL replaces the name and text of the statement with q's ID. It fails if the
// statement was changed since q was read.
func (db *DB) EditSavedSQL(ctx context.Context, q adtally.SavedSQL, d adtally.AuditEntry) error {
	return db.audited(ctx, "change a saved statement", d, func(tx txn) error {
		if err := tx.mustExist(ctx, "saved statement", `SELECT 1 FROM saved_sql WHERE id = ?`, q.ID); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE saved_sql SET name = ?, statement = ?, updated = ?, updated_by = ?, revision = revision + 1 WHERE id = ? AND revision = ?`,
			q.Name, q.SQL, micros(q.Updated), q.UpdatedBy, q.ID, q.Revision)
		return staleUnless(n, err)
	})
}

// RemoveSavedSQL deletes a saved statement.
func (db *DB) RemoveSavedSQL(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "remove a saved statement", d, func(tx txn) error {
		n, err := tx.exec(ctx, `DELETE FROM saved_sql WHERE id = ?`, id)
		if err == nil && n == 0 {
			err = absent("saved statement")
		}
		return err
	})
}
