package store

import (
	"context"
	"database/sql"

	"adtally"
)

const definitionColumns = `name, version, yaml, deleted, at, stored_by`

// Definitions returns the newest version of every file with definitions that is not
// deleted, by name.
func (db *DB) Definitions(ctx context.Context) ([]adtally.StoredDefinition, error) {
	return db.definitions(ctx, `deleted = 0 AND version = (SELECT MAX(o.version) FROM definitions o WHERE o.name = definitions.name) ORDER BY name`)
}

// DefinitionVersions returns all versions of a file with definitions, newest first.
func (db *DB) DefinitionVersions(ctx context.Context, name string) ([]adtally.StoredDefinition, error) {
	return db.definitions(ctx, `name = ? ORDER BY version DESC`, name)
}

func (db *DB) definitions(ctx context.Context, which string, args ...any) (all []adtally.StoredDefinition, err error) {
	err = db.query(ctx, "read the definitions", func(rows *sql.Rows) error {
		var v adtally.StoredDefinition
		var at sql.Null[int64]
		var deleted int64
		err := rows.Scan(&v.Name, &v.Version, &v.YAML, &deleted, &at, &v.By)
		v.At, v.Deleted = moment(at), deleted == 1
		all = append(all, v)
		return err
	}, `SELECT `+definitionColumns+` FROM definitions WHERE `+which, args...)
	return all, err
}

// AddDefinition stores a version of a file. It fails unless the newest version is the one
// before; a deletion of a file is a version, too, which the next one may follow.
func (db *DB) AddDefinition(ctx context.Context, v adtally.StoredDefinition, d adtally.AuditEntry) error {
	return db.audited(ctx, "store a definition", d, func(tx txn) error {
		n, err := tx.exec(ctx, `INSERT INTO definitions (`+definitionColumns+`)
			SELECT ?, CAST(? AS BIGINT), ?, CAST(? AS BIGINT), CAST(? AS BIGINT), ?
			WHERE (SELECT COALESCE(MAX(version), 0) FROM definitions WHERE name = ?) = CAST(? AS BIGINT)`,
			v.Name, v.Version, v.YAML, bit(v.Deleted), micros(v.At), v.By, v.Name, v.Version-1)
		return staleUnless(n, err)
	})
}
