package duckdb

import (
	"context"
	"fmt"
	"strings"

	"adtally"
	"adtally/internal/table"
)

// facts are what a load says of a table.
type facts struct {
	rows     int64
	checksum string
}

// check finds out, before the file is touched, that the rows may be written,
// and counts them.
func (st *staging) check(ctx context.Context) error {
	for _, t := range st.tables {
		if err := st.checkTable(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (st *staging) checkTable(ctx context.Context, t *staged) error {
	outside, args := st.outside(t)
	key := idents("", t.schema.Key)
	var keyless, strays, keys int64
	row := st.session.row(ctx, `SELECT count(*), lpad(lower(to_hex((coalesce(sum(hash(`+idents("", names(t.schema.Columns))+`)), 0) % 18446744073709551616)::UBIGINT)), 16, '0'),
		count(*) FILTER (WHERE `+each(t.schema.Key, " OR ", isNull)+`), count(*) FILTER (WHERE `+outside+`), count(DISTINCT hash(`+key+`)) FROM `+t.name, args...)
	if err := row.Scan(&t.facts.rows, &t.facts.checksum, &keyless, &strays, &keys); err != nil {
		return fmt.Errorf("check the rows of %s: %w", t.schema.Name, err)
	}
	switch {
	case strays > 0:
		return bug("row_outside", "%d rows of %s are outside of %s, and the next load would double or lose them", strays, t.schema.Name, st.load.Slice)
	case t.schema == &table.Quarantine:
		return nil // two misfits of one cell are two rows
	case keyless > 0:
		return bug("key_null", "%d rows of %s lack a part of their key (%s)", keyless, t.schema.Name, strings.Join(t.schema.Key, ", "))
	case keys < t.facts.rows:
		return st.checkKeys(ctx, t)
	}
	return nil
}

func isNull(column string) string { return column + " IS NULL" }

// checkKeys looks for two rows with the same key. It costs much memory, and is
// asked only where two keys have the same hash.
func (st *staging) checkKeys(ctx context.Context, t *staged) error {
	key := idents("", t.schema.Key)
	rows, err := st.session.query(ctx, "SELECT concat_ws('/', "+key+"), count(*) FROM "+t.name+" GROUP BY "+key+" HAVING count(*) > 1 LIMIT 1")
	if err != nil {
		return fmt.Errorf("check the keys of %s: %w", t.schema.Name, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return rows.Err()
	}
	var example string
	var count int64
	if err := rows.Scan(&example, &count); err != nil {
		return fmt.Errorf("check the keys of %s: %w", t.schema.Name, err)
	}
	return bug("key_twice", "%d rows of %s have the same key (%s): %s", count, t.schema.Name, strings.Join(t.schema.Key, ", "), example)
}

// outside is the condition for a row that the slice does not own.
func (st *staging) outside(t *staged) (string, []any) {
	condition, args := table.AccountColumn+" IS DISTINCT FROM ?", []any{st.load.Slice.Account}
	if t.schema == &table.Quarantine {
		condition += " OR table_name IS NULL OR table_name NOT IN " + st.tableNames()
	}
	if t.schema.Mode == table.Replace {
		condition += " OR (" + within(st.load.Slice.Window) + ") IS NOT TRUE"
	}
	return condition, args
}

// tableNames are the tables of the load, as a list of texts.
func (st *staging) tableNames() string {
	out := make([]string, len(st.load.Tables))
	for i, t := range st.load.Tables {
		out[i] = literal(t.Name)
	}
	return listed(out)
}

func listed(parts []string) string { return "(" + strings.Join(parts, ", ") + ")" }

// within is the condition for a row of the window's days; a row of an entity
// has no day.
func within(w adtally.Window) string {
	day := ident(table.DayColumn)
	if w.IsZero() {
		return day + " IS NULL"
	}
	return fmt.Sprintf("%s >= DATE '%s' AND %s < DATE '%s'", day, w.From, day, w.To)
}
