package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"adtally"
)

// GivenDashboards returns the dashboards that a user was given.
func (db *DB) GivenDashboards(ctx context.Context, user string) (all []adtally.GivenDashboard, err error) {
	err = db.query(ctx, "read given dashboards", func(rows *sql.Rows) error {
		var g adtally.GivenDashboard
		var locks string
		var created sql.Null[int64]
		err := rows.Scan(&g.User, &g.Dashboard, &locks, &g.Giver, &created)
		if err == nil {
			err = fromJSON(locks, &g.Lock)
		}
		g.Created = moment(created)
		all = append(all, g)
		return err
	}, `SELECT holder, dashboard, locks, giver, created FROM given_dashboards WHERE holder = ? ORDER BY created, dashboard`, user)
	return all, err
}

// GiveDashboards replaces the dashboards that a user was given, and revokes the links to them
// that the user has open.
func (db *DB) GiveDashboards(ctx context.Context, user string, all []adtally.GivenDashboard, d adtally.AuditEntry) error {
	return db.audited(ctx, "give dashboards", d, func(tx txn) error {
		if err := tx.mustExist(ctx, "user", `SELECT 1 FROM users WHERE id = ?`, user); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `DELETE FROM given_dashboards WHERE holder = ?`, user)
		if err := errors.Join(err, tx.closeOpened(ctx, user, d.At)); err != nil {
			return err
		}
		for _, g := range all {
			locks, err := json.Marshal(g.Lock)
			if err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO given_dashboards (holder, dashboard, locks, giver, created) VALUES (?, ?, ?, ?, ?)`,
				user, g.Dashboard, string(locks), g.Giver, g.Created.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
}

// CloseOpened revokes the links that a guest has open.
func (db *DB) CloseOpened(ctx context.Context, user string, d adtally.AuditEntry) error {
	return db.audited(ctx, "close dashboards", d, func(tx txn) error { return tx.closeOpened(ctx, user, d.At) })
}

func (t txn) closeOpened(ctx context.Context, user string, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE share_links SET revoked = ?, version = version + 1 WHERE holder = ? AND revoked IS NULL`, at.UnixMicro(), user)
	return err
}
