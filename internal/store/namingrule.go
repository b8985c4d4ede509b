package store

import (
	"context"
	"database/sql"

	"adtally"
)

const namingRuleColumns = `id, version, content, deleted, at, stored_by`

// NamingRules returns the newest version of every naming rule that is not deleted, oldest
// rule first.
func (db *DB) NamingRules(ctx context.Context) ([]adtally.StoredNamingRule, error) {
	return db.namingRules(ctx, `deleted = 0 AND version = (SELECT MAX(o.version) FROM naming_rules o WHERE o.id = naming_rules.id) ORDER BY id`)
}

// NamingRuleVersions returns all versions of a naming rule, newest first.
func (db *DB) NamingRuleVersions(ctx context.Context, id string) ([]adtally.StoredNamingRule, error) {
	return db.namingRules(ctx, `id = ? ORDER BY version DESC`, id)
}

func (db *DB) namingRules(ctx context.Context, which string, args ...any) (all []adtally.StoredNamingRule, err error) {
	err = db.query(ctx, "read the naming rules", func(rows *sql.Rows) error {
		var r adtally.StoredNamingRule
		var at sql.Null[int64]
		var deleted int64
		err := rows.Scan(&r.ID, &r.Version, &r.Content, &deleted, &at, &r.By)
		r.At, r.Deleted = moment(at), deleted == 1
		all = append(all, r)
		return err
	}, `SELECT `+namingRuleColumns+` FROM naming_rules WHERE `+which, args...)
	return all, err
}

// AddNamingRule stores a version of a naming rule. It fails unless the newest version is
// the one before.
func (db *DB) AddNamingRule(ctx context.Context, r adtally.StoredNamingRule, d adtally.AuditEntry) error {
	return db.audited(ctx, "store a naming rule", d, func(tx txn) error {
		n, err := tx.exec(ctx, `INSERT INTO naming_rules (`+namingRuleColumns+`)
			SELECT ?, CAST(? AS BIGINT), ?, CAST(? AS BIGINT), CAST(? AS BIGINT), ?
			WHERE (SELECT COALESCE(MAX(version), 0) FROM naming_rules WHERE id = ?) = CAST(? AS BIGINT)`,
			r.ID, r.Version, string(r.Content), bit(r.Deleted), micros(r.At), r.By, r.ID, r.Version-1)
		return staleUnless(n, err)
	})
}
