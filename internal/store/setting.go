package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"adtally"
)

// Settings returns the installation's settings, or the defaults.
func (db *DB) Settings(ctx context.Context) (s adtally.InstallationSettings, err error) {
	s = adtally.DefaultSettings()
	err = db.query(ctx, "read the settings", func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text, &s.Revision); err != nil {
			return err
		}
		return fromJSON(text, &s)
	}, `SELECT value, revision FROM settings WHERE name = 'installation'`)
	return s, err
}

// SetSettings replaces the settings that have s's revision.
func (db *DB) SetSettings(ctx context.Context, s adtally.InstallationSettings, d adtally.AuditEntry) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return db.audited(ctx, "change the settings", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE settings SET value = ?, revision = revision + 1 WHERE name = 'installation' AND revision = ?`, string(text), s.Revision)
		if err == nil && n == 0 && s.Revision == 0 { // nothing was set yet
			n, err = tx.exec(ctx, `INSERT INTO settings (name, value, revision) VALUES ('installation', ?, 1) ON CONFLICT (name) DO NOTHING`, string(text))
		}
		return staleUnless(n, err)
	})
}

func staleUnless(n int64, err error) error {
	if err == nil && n == 0 {
		err = configure("stale_edit", "it was changed in the meantime", "Read it again and repeat the change.", nil)
	}
	return err
}

// PlatformApp returns the installation's app at a platform; its ID is empty if none is
// set.
func (db *DB) PlatformApp(ctx context.Context, connector string) (a adtally.PlatformApp, err error) {
	a.Connector = connector
	err = db.query(ctx, "read the app", func(rows *sql.Rows) error {
		return rows.Scan(&a.ID, &a.Configuration, &a.Credential, &a.Revision)
	}, `SELECT id, configuration, credential, revision FROM apps WHERE connector = ?`, connector)
	return a, err
}

// SetPlatformApp replaces the app that has a's revision; an empty ID removes it. The previous
// secret is destroyed.
func (db *DB) SetPlatformApp(ctx context.Context, a adtally.PlatformApp, secret adtally.Admission, d adtally.AuditEntry) error {
	return db.audited(ctx, "set the app", d, func(tx txn) error {
		if a.Credential == "" {
			_, err := tx.exec(ctx, wipeWhere+`sealed IS NOT NULL AND credential = (SELECT credential FROM apps WHERE connector = ?)`, micros(d.At), a.Connector)
			if err != nil {
				return err
			}
		}
		if err := tx.setApp(ctx, a); err != nil {
			return err
		}
		return tx.replace(ctx, secret)
	})
}

func (t txn) setApp(ctx context.Context, a adtally.PlatformApp) error {
	n, err := t.exec(ctx, `UPDATE apps SET id = ?, configuration = ?, credential = ?, revision = revision + 1 WHERE connector = ? AND revision = ?`,
		a.ID, a.Configuration, a.Credential, a.Connector, a.Revision)
	if err == nil && n == 0 && a.Revision == 0 { // none was set yet
		n, err = t.exec(ctx, `INSERT INTO apps (connector, id, configuration, credential, revision) VALUES (?, ?, ?, ?, 1) ON CONFLICT (connector) DO NOTHING`,
			a.Connector, a.ID, a.Configuration, a.Credential)
	}
	return staleUnless(n, err)
}
