package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"adtally"
)

// Kept returns the credentials of existing sources, each once.
func (db *DB) Kept(ctx context.Context) (all []adtally.Kept, err error) {
	err = db.query(ctx, "read the credentials in use", func(rows *sql.Rows) error {
		var k adtally.Kept
		var created, checked, tried, admitted sql.Null[int64]
		var allows string
		err := rows.Scan(&k.Credential.ID, &k.Credential.Connector, &k.Credential.Name, &created, &k.Credential.Latest, &checked, &tried, &k.Alert, &k.Source,
			&allows, &k.Version.By, &admitted)
		if err != nil {
			return err
		}
		k.Credential.Created, k.Checked, k.Tried = moment(created), moment(checked), moment(tried)
		k.Version.Credential, k.Version.Number, k.Version.Admitted, k.Version.State = k.Credential.ID, k.Credential.Latest, moment(admitted), adtally.CurrentVersion
		if slices.ContainsFunc(all, func(o adtally.Kept) bool { return o.Credential.ID == k.Credential.ID }) {
			return nil
		}
		all = append(all, k)
		return fromJSON(allows, &all[len(all)-1].Version.Grant)
	}, `SELECT c.id, c.connector, c.name, c.created, c.latest, c.checked, c.refresh_tried, c.refresh_error, s.id, v.allows, v.admitted_by, v.admitted
		FROM sources AS s JOIN credentials AS c ON c.id = s.credential JOIN credential_versions AS v ON v.credential = c.id AND v.number = c.latest
		WHERE s.deleted IS NULL AND v.sealed IS NOT NULL ORDER BY c.id, s.id`)
	if err != nil {
		return nil, err
	}
	return all, db.addFormer(ctx, all)
}

// addFormer adds the versions that are no longer needed, because a sync that began with the
// newest version has succeeded.
func (db *DB) addFormer(ctx context.Context, all []adtally.Kept) error {
	return db.query(ctx, "read former versions", func(rows *sql.Rows) error {
		var credential string
		var number int64
		if err := rows.Scan(&credential, &number); err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(k adtally.Kept) bool { return k.Credential.ID == credential })
		if i >= 0 {
			all[i].Former = append(all[i].Former, number)
		}
		return nil
	}, `SELECT v.credential, v.number FROM credential_versions AS v JOIN credentials AS c ON c.id = v.credential
		JOIN credential_versions AS n ON n.credential = c.id AND n.number = c.latest
		WHERE v.number < c.latest AND v.sealed IS NOT NULL AND EXISTS (SELECT 1 FROM sources AS s JOIN runs AS r ON r.source = s.id
			WHERE s.credential = c.id AND r.state IN ('finished', 'incomplete') AND r.active IS NULL AND r.started >= n.admitted)
		ORDER BY v.credential, v.number`)
}

// BeginCheck reserves a check of a credential; false = another process has checked it since
// was.
func (db *DB) BeginCheck(ctx context.Context, credential string, was, now time.Time) (bool, error) {
	n, err := db.exec(ctx, "claim a check", `UPDATE credentials SET checked = ? WHERE id = ? AND coalesce(checked, 0) = ?`, micros(now), credential, whole(was))
	return n == 1, err
}

// BeginRefresh reserves a refresh of a credential; false = another process has tried since
// was.
func (db *DB) BeginRefresh(ctx context.Context, credential string, was, now time.Time) (bool, error) {
	n, err := db.exec(ctx, "claim an extension", `UPDATE credentials SET refresh_tried = ? WHERE id = ? AND coalesce(refresh_tried, 0) = ?`, micros(now), credential, whole(was))
	return n == 1, err
}

// whole returns a time in microseconds; 0 for the zero time.
func whole(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// NoteExtensionError stores why a credential could not be refreshed; empty = it was.
func (db *DB) NoteExtensionError(ctx context.Context, credential, why string) error {
	_, err := db.exec(ctx, "note an extension", `UPDATE credentials SET refresh_error = ? WHERE id = ?`, why, credential)
	return err
}

// NoteGrant stores the current grant of a version of a credential.
func (db *DB) NoteGrant(ctx context.Context, credential string, version int64, g adtally.Grant, now time.Time) error {
	allows, err := asJSON(g)
	if err != nil {
		return err
	}
	return db.write(ctx, "note what a credential allows", func(tx txn) error {
		if _, err := tx.exec(ctx, `UPDATE credential_versions SET allows = ? WHERE credential = ? AND number = ?`, allows, credential, version); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `UPDATE credentials SET checked = ? WHERE id = ?`, micros(now), credential)
		return err
	})
}

// DoubtGrant marks the grant of a version as unverified, so that the platform is asked
// again.
func (db *DB) DoubtGrant(ctx context.Context, credential string, version int64) error {
	return db.write(ctx, "doubt what a credential allows", func(tx txn) error {
		var g adtally.Grant
		var allows string
		err := tx.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&allows) },
			`SELECT allows FROM credential_versions WHERE credential = ? AND number = ?`, credential, version)
		if err != nil || allows == "" {
			return err
		}
		if err := fromJSON(allows, &g); err != nil {
			return err
		}
		g.Verified = time.Time{}
		if allows, err = asJSON(g); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `UPDATE credential_versions SET allows = ? WHERE credential = ? AND number = ?`, allows, credential, version)
		return err
	})
}

func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
