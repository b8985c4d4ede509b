package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"adtally"
)

// Credential returns a credential, without its secret.
func (db *DB) Credential(ctx context.Context, id string) (c adtally.Credential, err error) {
	all, err := db.credentials(ctx, ` WHERE id = ?`, id)
	if err == nil && len(all) == 0 {
		err = notFound("credential", id)
	}
	if err != nil {
		return c, err
	}
	return all[0], nil
}

// Credentials returns all credentials, in the order of their creation.
func (db *DB) Credentials(ctx context.Context) ([]adtally.Credential, error) {
	return db.credentials(ctx, ` ORDER BY created NULLS FIRST, id`)
}

func (db *DB) credentials(ctx context.Context, which string, args ...any) (all []adtally.Credential, err error) {
	err = db.query(ctx, "read credentials", func(rows *sql.Rows) error {
		var c adtally.Credential
		var created sql.Null[int64]
		err := rows.Scan(&c.ID, &c.Connector, &c.Name, &created, &c.Latest)
		c.Created = moment(created)
		all = append(all, c)
		return err
	}, `SELECT id, connector, name, created, latest FROM credentials`+which, args...)
	return all, err
}

// CredentialVersions returns all versions of a credential, newest first.
func (db *DB) CredentialVersions(ctx context.Context, credential string) (all []adtally.CredentialVersion, err error) {
	err = db.query(ctx, "read versions", func(rows *sql.Rows) error {
		v := adtally.CredentialVersion{Credential: credential, State: adtally.FormerVersion}
		var grant []byte
		var admitted, wiped sql.Null[int64]
		var gone, latest bool
		if err := rows.Scan(&v.Number, &grant, &v.By, &admitted, &wiped, &gone, &latest); err != nil {
			return err
		}
		v.Admitted, v.Wiped = moment(admitted), moment(wiped)
		switch {
		case gone:
			v.State = adtally.WipedVersion
		case latest:
			v.State = adtally.CurrentVersion
		}
		all = append(all, v)
		return json.Unmarshal(grant, &all[len(all)-1].Grant)
	}, `SELECT v.number, v.allows, v.admitted_by, v.admitted, v.wiped, v.sealed IS NULL, v.number = c.latest
		FROM credential_versions v JOIN credentials c ON c.id = v.credential
		WHERE v.credential = ? ORDER BY v.number DESC`, credential)
	return all, err
}

// AddVersion stores a new version, and the credential if it is new. The version must
// be the next one (conflict) and sealed with the current key (key_changed).
func (db *DB) AddVersion(ctx context.Context, a adtally.Admission) error {
	return db.write(ctx, "add a version", func(tx txn) error { return tx.admit(ctx, a) })
}

// admit stores an admission, unless it is empty.
func (t txn) admit(ctx context.Context, a adtally.Admission) error {
	if a.IsZero() {
		return nil
	}
	grant, err := json.Marshal(a.Version.Grant)
	if err != nil {
		return fmt.Errorf("write down a grant: %w", err)
	}
	if err := mustSeal(ctx, t, a.Sealed.Key); err != nil {
		return err
	}
	if err := raiseLatest(ctx, t, a.Credential, a.Version.Number); err != nil {
		return err
	}
	return insertVersion(ctx, t, a.Version, grant, a.Sealed)
}

// replace stores an admission and destroys the secret that it replaces. It is for
// secrets that nobody can be using at that moment.
func (t txn) replace(ctx context.Context, a adtally.Admission) error {
	if err := t.admit(ctx, a); err != nil || a.IsZero() {
		return err
	}
	_, err := t.exec(ctx, wipeWhere+`credential = ? AND number < ? AND sealed IS NOT NULL`, micros(a.Version.Admitted), a.Credential.ID, a.Version.Number)
	return err
}

// wipeWhere destroys secrets. Their history stays.
const wipeWhere = `UPDATE credential_versions SET sealed = NULL, seal_key = NULL, wiped = coalesce(wiped, ?) WHERE `

// raiseLatest sets the latest version of a credential, if it is the next one.
func raiseLatest(ctx context.Context, tx txn, c adtally.Credential, number int64) error {
	var n int64
	var err error
	if number == 1 {
		n, err = tx.exec(ctx, `INSERT INTO credentials (id, connector, name, created, latest) VALUES (?, ?, ?, ?, 1)
			ON CONFLICT (id) DO NOTHING`, c.ID, c.Connector, c.Name, micros(c.Created))
	} else {
		n, err = tx.exec(ctx, `UPDATE credentials SET latest = ? WHERE id = ? AND latest = ?`, number, c.ID, number-1)
	}
	if err == nil && n == 0 {
		err = conflict(fmt.Sprintf("version %d is not the next one of the credential %s", number, c.ID))
	}
	return err
}

func insertVersion(ctx context.Context, tx txn, v adtally.CredentialVersion, grant []byte, s adtally.Sealed) error {
	_, err := tx.exec(ctx, `INSERT INTO credential_versions (credential, number, allows, admitted_by, admitted, seal_key, sealed)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, v.Credential, v.Number, string(grant), v.By, micros(v.Admitted), s.Key, s.Bytes)
	return err
}

// Sealed returns a version's sealed secret; 0 = the latest version.
func (db *DB) Sealed(ctx context.Context, credential string, version int64) (s adtally.Sealed, err error) {
	found := false
	err = db.query(ctx, "read a sealed secret", func(rows *sql.Rows) (err error) {
		s, err = sealed(rows)
		found = true
		return err
	}, `SELECT v.credential, v.number, coalesce(v.seal_key, ''), v.sealed
		FROM credential_versions v JOIN credentials c ON c.id = v.credential
		WHERE v.credential = ? AND v.number = CASE WHEN CAST(? AS BIGINT) = 0 THEN c.latest ELSE CAST(? AS BIGINT) END`,
		credential, version, version)
	switch {
	case err != nil:
		return s, err
	case !found:
		return s, notFound("version of the credential", credential)
	case s.Bytes == nil:
		return s, wiped(s)
	}
	return s, nil
}

func sealed(rows *sql.Rows) (s adtally.Sealed, err error) {
	return s, rows.Scan(&s.Credential, &s.Version, &s.Key, &s.Bytes)
}

func wiped(s adtally.Sealed) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Reconnect, Code: "secret_wiped",
		Message: fmt.Sprintf("The secret of version %d of the credential %s was destroyed", s.Version, s.Credential),
		Hint:    "Reconnect the source."}
}

// WipeVersion destroys the secret of a version. Its history stays.
func (db *DB) WipeVersion(ctx context.Context, credential string, version int64, at time.Time) error {
	n, err := db.exec(ctx, "wipe a version", wipeWhere+`credential = ? AND number = ?`,
		micros(at), credential, version)
	if err == nil && n == 0 {
		return notFound("version of the credential", credential)
	}
	return err
}
