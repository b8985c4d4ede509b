package store_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"adtally/internal/postgrestest"
)

// Both databases have the same tables: names, types, NULL, defaults, unique
// constraints and foreign keys.
func TestMigrations_SchemasAreEqual(t *testing.T) {
	t.Parallel()
	path, address := database(t), postgrestest.Start(t)
	open(t, path)
	open(t, address)
	for what, ask := range schemas {
		lite, big := column(t, "sqlite", path, ask.lite), column(t, "pgx", address, ask.big)
		if len(lite) == 0 {
			t.Errorf("SQLite has no %s", what)
		}
		same(t, what+" of PostgreSQL, beside SQLite's", big, lite)
	}
}

// Text is sorted by bytes in both, whatever the locale of the server.
func TestMigrations_TextsSortByBytes(t *testing.T) {
	t.Parallel()
	address := postgrestest.Start(t)
	open(t, address)
	same(t, `columns that want COLLATE "C"`, column(t, "pgx", address, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'adtally' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`), []string(nil))
}

// schemas are queries with which each database describes its schema in the same
// format.
var schemas = map[string]struct{ lite, big string }{
	"columns": {`SELECT m.name || '.' || c.name || ' ' || c.type || iif(c."notnull" OR c.pk, ' NOT NULL', '') || coalesce(' DEFAULT ' || c.dflt_value, '')
		FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'`,
		`SELECT table_name || '.' || column_name || ' ' ||
			CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT' WHEN 'bytea' THEN 'BLOB' WHEN 'double precision' THEN 'REAL' ELSE data_type END ||
			CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || split_part(column_default, '::', 1), '')
		FROM information_schema.columns WHERE table_schema = 'adtally' AND table_name <> 'schema_version'`},
	"unique columns": {`SELECT m.name || ' ' || (SELECT group_concat(name, ',' ORDER BY seqno) FROM pragma_index_info(i.name))
		FROM sqlite_schema m, pragma_index_list(m.name) i WHERE m.type = 'table' AND i."unique" AND m.name NOT LIKE 'goose%'
		UNION ALL
		SELECT m.name || ' ' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.pk AND m.sql LIKE '%INTEGER PRIMARY KEY%' AND m.name NOT LIKE 'goose%'`,
		`SELECT c.relname || ' ' || (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY k (num, n)
			JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE i.indisunique AND c.relnamespace = 'adtally'::regnamespace AND c.relname <> 'schema_version'`},
	"references": {`SELECT m.name || '.' || f."from" || ' to ' || f."table" || '.' || f."to" || ' ' || f.on_delete
		FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`,
		`SELECT k.table_name || '.' || k.column_name || ' to ' || u.table_name || '.' || u.column_name || ' ' || r.delete_rule
		FROM information_schema.referential_constraints r
		JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
		JOIN information_schema.key_column_usage u ON u.constraint_schema = r.unique_constraint_schema
			AND u.constraint_name = r.unique_constraint_name AND u.ordinal_position = k.position_in_unique_constraint
		WHERE r.constraint_schema = 'adtally'`},
}

// column reads a text column, in order.
func column(t *testing.T, driver, address, query string) (all []string) {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// released are migrations that existing databases have executed: a change would only
// affect new databases.
var released = map[string]string{
	"sqlite/00100_baseline.sql":   "bd2c1f6a1395021ae19cd2e8665a4b0e3dc33d335275df896b312b6b219d3414",
	"postgres/00100_baseline.sql": "02e8a1abce3b4a5c87b70f744af830df440fa1d88fa3c759ebb01738a858a6df",
}

func TestMigrations_ReleasedNeverChange(t *testing.T) {
	t.Parallel()
	for name, want := range released {
		text, err := os.ReadFile("migrations/" + name)
		sum := sha256.Sum256(text)
		if got := hex.EncodeToString(sum[:]); err != nil || got != want {
			t.Errorf("%s is now %s, %v: add a migration instead", name, got, err)
		}
	}
}

func TestMigrations_NumbersAreEqual(t *testing.T) {
	t.Parallel()
	same(t, "migrations for PostgreSQL", names(t, "migrations/postgres"), names(t, "migrations/sqlite"))
}

func names(t *testing.T, folder string) (all []string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".sql") {
			t.Errorf("%s/%s is no migration", folder, f.Name())
		}
		all = append(all, f.Name())
	}
	return all
}
