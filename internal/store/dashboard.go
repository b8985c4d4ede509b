package store

import (
	"context"
	"database/sql"

	"adtally"
)

const dashboardColumns = `id, title, content, revision, created, created_by, updated, updated_by`

// AddDashboard stores a new dashboard.
func (db *DB) AddDashboard(ctx context.Context, b adtally.StoredDashboard, d adtally.AuditEntry) error {
	return db.audited(ctx, "add a dashboard", d, func(tx txn) error {
		_, err := tx.exec(ctx, `INSERT INTO dashboards (`+dashboardColumns+`) VALUES (?, ?, ?, 1, ?, ?, ?, ?)`,
			b.ID, b.Title, string(b.Content), micros(b.Created), b.CreatedBy, micros(b.Updated), b.UpdatedBy)
		return err
	})
}

// Dashboards returns all dashboards, by title.
func (db *DB) Dashboards(ctx context.Context) ([]adtally.StoredDashboard, error) {
	return db.dashboards(ctx, `1 = 1 ORDER BY title, id`)
}

// Dashboard returns one dashboard.
func (db *DB) Dashboard(ctx context.Context, id string) (adtally.StoredDashboard, error) {
	all, err := db.dashboards(ctx, `id = ?`, id)
	return one(all, err, "dashboard")
}

func (db *DB) dashboards(ctx context.Context, which string, args ...any) (all []adtally.StoredDashboard, err error) {
	err = db.query(ctx, "read the dashboards", func(rows *sql.Rows) error {
		var b adtally.StoredDashboard
		var created, updated sql.Null[int64]
		err := rows.Scan(&b.ID, &b.Title, &b.Content, &b.Revision, &created, &b.CreatedBy, &updated, &b.UpdatedBy)
		b.Created, b.Updated = moment(created), moment(updated)
		all = append(all, b)
		return err
	}, `SELECT `+dashboardColumns+` FROM dashboards WHERE `+which, args...)
	return all, err
}

// EditDashboard replaces the content of the dashboard with b's ID. It fails if the
// dashboard was changed since b was read.
func (db *DB) EditDashboard(ctx context.Context, b adtally.StoredDashboard, d adtally.AuditEntry) error {
	return db.audited(ctx, "change a dashboard", d, func(tx txn) error {
		if err := tx.mustExist(ctx, "dashboard", `SELECT 1 FROM dashboards WHERE id = ?`, b.ID); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE dashboards SET title = ?, content = ?, updated = ?, updated_by = ?, revision = revision + 1 WHERE id = ? AND revision = ?`,
			b.Title, string(b.Content), micros(b.Updated), b.UpdatedBy, b.ID, b.Revision)
		return staleUnless(n, err)
	})
}

// mustExist fails if a statement finds no row.
func (t txn) mustExist(ctx context.Context, what, statement string, args ...any) error {
	found := false
	err := t.query(ctx, func(*sql.Rows) error { found = true; return nil }, statement, args...)
	if err == nil && !found {
		err = absent(what)
	}
	return err
}

// RemoveDashboard deletes a dashboard.
func (db *DB) RemoveDashboard(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "remove a dashboard", d, func(tx txn) error {
		n, err := tx.exec(ctx, `DELETE FROM dashboards WHERE id = ?`, id)
		if err == nil && n == 0 {
			err = absent("dashboard")
		}
		return err
	})
}
