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
	list := idents("", names(t.schema.Columns))
	// DuckDB takes the columns of lent rows by their position (1.5.6): a query must use all of
	// them, and in their order.
	rows := "SELECT " + list + " FROM memory.main." + t.view
	into := "INSERT INTO " + target(sh.dataset, r.Table.Name) + " (" + list + ") "
	if !clashes(r) {
		out.Rows, err = sh.write(ctx, into+rows)
	} else {
		out.Rows, err = sh.write(ctx, into+"SELECT "+list+" FROM ("+rows+") AS n WHERE NOT EXISTS (SELECT 1 FROM "+
			target(sh.dataset, r.Table.Name)+" AS o WHERE "+sameKey(r.Table.Key)+")")
	}
	if err != nil {
		return out, fmt.Errorf("write %s: %w", r.Table.Name, err)
	}
	out.Keys = t.twice
	if out.Twice = t.facts.rows - out.Rows; out.Twice == int64(len(t.drop)) {
		return out, nil
	}
	there, err := sh.there(ctx, r, t, list)
	out.Keys = append(out.Keys, there...)
	out.Keys = out.Keys[:min(len(out.Keys), destination.MaxKeys)]
	return out, err
}

// clashes reports whether rows of the table that stay can have the key of a new row.
func clashes(r *destination.Rows) bool {
	return len(r.Table.Key) > 0 && r.Column != "" && !slices.Contains(r.Table.Key, r.Column)
}

func sameKey(key []string) string {
	return each(key, " AND ", func(k string) string { return "o." + k + " = n." + k })
}

// there lists the keys of received rows that the table had already.
func (sh *sharing) there(ctx context.Context, r *destination.Rows, t *staged, list string) ([]string, error) {
	again, err := t.rows() // lent rows can be read once
	if err != nil {
		return nil, fmt.Errorf("read the rows of %s again: %w", r.Table.Name, err)
	}
	defer again.Release()
	t.lent.now = again
	text := each(r.Table.Key, " || '/' || ", func(k string) string { return "CAST(n." + k + " AS VARCHAR)" })
	return sh.session.texts(ctx, fmt.Sprintf(`SELECT %s AS k FROM (SELECT %s FROM memory.main.%s) AS n WHERE hash(%s) IS NOT NULL AND EXISTS (
		SELECT 1 FROM %s AS o WHERE %s AND o.%s IS DISTINCT FROM %s) ORDER BY k LIMIT %d`,
		text, list, t.view, list, target(sh.dataset, r.Table.Name), sameKey(r.Table.Key), ident(r.Column), literal(r.Value), destination.MaxKeys))
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
	selects, err := sh.selects(ctx, r)
	if err != nil {
		return out, fmt.Errorf("count the rows for %s: %w", r.Table.Name, err)
	}
	list := idents("", columns)
	for _, text := range selects {
		rows, err := sh.write(ctx, "INSERT INTO "+target(sh.dataset, r.Table.Name)+" ("+list+") SELECT "+list+" FROM ("+text+") AS n")
		if err != nil {
			return out, fmt.Errorf("compute %s: %w", r.Table.Name, err)
		}
		out.Rows += rows
	}
	return out, nil
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
