package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// rows replaces rows of a table.
func (sh *sharing) rows(ctx context.Context, r *destination.Rows, t *staged) (out destination.Changed, err error) {
	if err := sh.fit(ctx, r.Table); err != nil {
		return out, err
	}
	name := target(sh.dataset, r.Table.Name)
	old := "DELETE FROM " + name
	if r.Column != "" {
		old += " WHERE " + ident(r.Column) + " = " + literal(r.Value)
	}
	if err := sh.run(ctx, old); err != nil {
		return out, err
	}
	switch {
	case t.facts.rows > 0:
		return sh.insert(ctx, r, t)
	case r.Batches == nil && r.Select != "":
		err = sh.inFile(ctx, func() error {
			out, err = sh.insertSelect(ctx, r)
			return err
		})
	}
	return out, err
}

// fit creates the table, adds missing columns, and changes the types of columns that changed.
func (sh *sharing) fit(ctx context.Context, s *table.Schema) error {
	if err := sh.make(ctx, s.Name, "table", s.Description); err != nil {
		return err
	}
	var statements []string
	found := sh.layout[strings.ToLower(s.Name)]
	for _, c := range s.Columns {
		if found != nil && !found.takes(c.Name, c.Type) {
			statements = append(statements, "ALTER TABLE "+target(sh.dataset, s.Name)+" ALTER COLUMN "+ident(c.Name)+" SET DATA TYPE "+c.Type.String())
		}
	}
	statements = append(statements, sh.layout.addTable(sh.dataset, s, samePlaces(s))...)
	if len(statements) == 0 {
		return nil
	}
	if err := sh.run(ctx, statements...); err != nil {
		return err
	}
	now, err := readLayout(ctx, sh.session, sh.dataset)
	sh.layout = now
	return err
}

// insert writes the received rows.
func (sh *sharing) insert(ctx context.Context, r *destination.Rows, t *staged) (out destination.Changed, err error) {
	s := r.Table
	list := idents("", names(t.schema.Columns))
	out.Rows, err = sh.write(ctx, "INSERT INTO "+target(sh.dataset, s.Name)+" ("+list+") "+sh.fresh(s, list, inOrder(t)))
	if err != nil {
		return out, fmt.Errorf("write %s: %w", s.Name, err)
	}
	if out.Twice = t.facts.rows - out.Rows; out.Twice == 0 {
		return out, nil
	}
	again, err := t.rows() // lent rows can be read once
	if err != nil {
		return out, fmt.Errorf("read the rows of %s again: %w", s.Name, err)
	}
	defer again.Release()
	t.lent.now = again
	out.Keys, err = sh.twice(ctx, r, inOrder(t)+" AS t WHERE hash("+list+") IS NOT NULL")
	return out, err
}

// inOrder selects the columns of lent rows. DuckDB takes the columns that a query uses from
// them by position (1.5.6), so a query must use all of them, and first in their order.
func inOrder(t *staged) string {
	return "(SELECT " + idents("", names(t.schema.Columns)) + " FROM memory.main." + t.view + ")"
}

// fresh returns a SELECT of the rows whose key is not in the table, each key once.
func (sh *sharing) fresh(s *table.Schema, list, from string) string {
	if len(s.Key) == 0 {
		return "SELECT " + list + " FROM " + from + " AS n"
	}
	return "SELECT DISTINCT ON (" + idents("", s.Key) + ") " + list + " FROM " + from + " AS n WHERE NOT EXISTS (SELECT 1 FROM " +
		target(sh.dataset, s.Name) + " AS o WHERE " + sameKey(s.Key) + ")"
}

func sameKey(key []string) string {
	return each(key, " AND ", func(k string) string { return "o." + k + " = n." + k })
}

// twice lists the keys of rows that were left out: several received rows have them, or
// another row of the table, which is none of those that were just written.
func (sh *sharing) twice(ctx context.Context, r *destination.Rows, from string) (keys []string, err error) {
	key := idents("", r.Table.Key)
	new := "true"
	if r.Column != "" {
		new = "o." + ident(r.Column) + " = " + literal(r.Value)
	}
	text := each(r.Table.Key, " || ', ' || ", func(k string) string { return "CAST(n." + k + " AS VARCHAR)" })
	return sh.session.texts(ctx, fmt.Sprintf(`SELECT %s AS k FROM (SELECT %s, count(*) AS times FROM %s GROUP BY ALL) AS n
		WHERE times > 1 OR NOT EXISTS (SELECT 1 FROM %s AS o WHERE %s AND %s) ORDER BY k LIMIT %d`,
		text, key, from, target(sh.dataset, r.Table.Name), sameKey(r.Table.Key), new, destination.MaxKeys))
}

// insertSelect writes the result of a SELECT.
func (sh *sharing) insertSelect(ctx context.Context, r *destination.Rows) (out destination.Changed, err error) {
	has, err := sh.session.texts(ctx, "SELECT column_name FROM (DESCRIBE "+r.Select+")")
	if err != nil {
		return out, fmt.Errorf("compute %s: %w", r.Table.Name, err)
	}
	var columns []string
	for _, c := range r.Table.Columns {
		if slices.ContainsFunc(has, func(h string) bool { return strings.EqualFold(h, c.Name) }) {
			columns = append(columns, c.Name)
		}
	}
	list := idents("", columns)
	out.Rows, err = sh.write(ctx, "INSERT INTO "+target(sh.dataset, r.Table.Name)+" ("+list+") "+sh.fresh(r.Table, list, "("+r.Select+")"))
	if err != nil {
		return out, fmt.Errorf("compute %s: %w", r.Table.Name, err)
	}
	return sh.leftOut(ctx, r, out)
}

// leftOut counts the rows of a SELECT that were left out.
func (sh *sharing) leftOut(ctx context.Context, r *destination.Rows, out destination.Changed) (destination.Changed, error) {
	if len(r.Table.Key) == 0 {
		return out, nil
	}
	var all int64
	if err := sh.session.row(ctx, "SELECT count(*) FROM ("+r.Select+")").Scan(&all); err != nil {
		return out, fmt.Errorf("count the rows of %s: %w", r.Table.Name, err)
	}
	if out.Twice = all - out.Rows; out.Twice == 0 {
		return out, nil
	}
	var err error
	out.Keys, err = sh.twice(ctx, r, "("+r.Select+") AS t")
	return out, err
}

// write runs a statement and returns the number of rows.
func (sh *sharing) write(ctx context.Context, statement string) (int64, error) {
	sh.session.trace(statement)
	done, err := sh.session.conn.ExecContext(ctx, statement)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// texts returns the first column of a query.
func (s *session) texts(ctx context.Context, statement string) (all []string, err error) {
	rows, err := s.query(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}
