package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// layout is the current structure of a dataset. Names are in lower case, as DuckDB compares them.
type layout map[string]*existing

type existing struct {
	comment string
	columns map[string]column
}

type column struct{ kind, comment string }

// bookkeeping are the columns that every table gets.
var bookkeeping = []table.Column{
	{Name: destination.AskedColumn, Type: table.Time, Unit: table.Instant, Additivity: table.None,
		Description: "When the load that wrote the row requested it from the platform."},
	{Name: destination.SyncedColumn, Type: table.Time, Unit: table.Instant, Additivity: table.None,
		Description: "When the row was written. Unchanged rows are not written again; _loads says when they were last requested."},
	{Name: destination.LoadColumn, Type: table.Text, Unit: table.ID, Additivity: table.None,
		Description: "The ID of the load that wrote the row; see _loads."},
}

// stub is an extra column of tables with a history.
var stub = table.Column{Name: destination.StubColumn, Type: table.Bool, Unit: table.Flag, Additivity: table.None,
	Description: "True if the platform has not returned this object yet; what is known of it comes from its figures."}

// own returns the tables that every dataset has, except _loads.
func own() []*table.Schema {
	all := []*table.Schema{&loadsTable, &viewsTable, withBookkeeping(&table.Restatement)}
	for _, s := range table.Remarks {
		all = append(all, withBookkeeping(s))
	}
	return all
}

// remarks reports whether a table is one of table.Remarks.
func remarks(s *table.Schema) bool { return slices.Contains(table.Remarks, s) }

// withBookkeeping returns the table with its bookkeeping columns.
func withBookkeeping(s *table.Schema) *table.Schema {
	full := *s
	full.Columns = slices.Concat(s.Columns, bookkeeping)
	if s.History {
		full.Columns = append(full.Columns, stub)
	}
	return &full
}

// readLayout reads the structure of a dataset.
func readLayout(ctx context.Context, s *session, dataset string) (layout, error) {
	rows, err := s.query(ctx, `SELECT lower(t.table_name), coalesce(t.comment, ''), lower(c.column_name), c.data_type, coalesce(c.comment, '')
		FROM duckdb_tables() t JOIN duckdb_columns() c USING (database_name, schema_name, table_name)
		WHERE database_name = ? AND lower(schema_name) = lower(?)`, catalog, dataset)
	if err != nil {
		return nil, fmt.Errorf("read the tables of %s: %w", dataset, err)
	}
	defer rows.Close()
	l := layout{}
	for rows.Next() {
		var name, comment, column string
		if err := l.scan(rows, &name, &comment, &column); err != nil {
			return nil, fmt.Errorf("read the tables of %s: %w", dataset, err)
		}
	}
	return l, rows.Err()
}

func (l layout) scan(rows *sql.Rows, name, comment, col *string) error {
	var c column
	if err := rows.Scan(name, comment, col, &c.kind, &c.comment); err != nil {
		return err
	}
	t := l[*name]
	if t == nil {
		t = &existing{comment: *comment, columns: map[string]column{}}
		l[*name] = t
	}
	t.columns[*col] = c
	return nil
}

// places returns the column of the file that stores each column of s: the one with the
// same name or, if that has another type, the one named after the new type.
func (l layout) places(s *table.Schema) (map[string]string, error) {
	t := l[strings.ToLower(s.Name)]
	places := make(map[string]string, len(s.Columns))
	for _, c := range s.Columns {
		places[c.Name] = c.Name
		if t == nil || t.takes(c.Name, c.Type) {
			continue
		}
		places[c.Name] = renamed(c.Name, c.Type)
		if !t.takes(places[c.Name], c.Type) || marks(s, c.Name) {
			return nil, bug("column_type", "Column %s of %s has type %s in the file and cannot become %s",
				c.Name, s.Name, t.columns[strings.ToLower(c.Name)].kind, c.Type)
		}
	}
	return places, nil
}

// has reports whether a table exists and has a column.
func (l layout) has(name, column string) bool {
	t := l[strings.ToLower(name)]
	if t == nil {
		return false
	}
	_, there := t.columns[strings.ToLower(column)]
	return there
}

// holdsMore reports whether a table has columns that a load does not fill.
func (l layout) holdsMore(name string, places map[string]string) bool {
	t := l[strings.ToLower(name)]
	return t != nil && len(t.columns) > len(places)
}

// shared returns the columns that two tables have in common: everything known of a row,
// from any load.
func (l layout) shared(one, other string) (names []string) {
	for name, c := range l[strings.ToLower(one)].columns {
		if l[strings.ToLower(other)].columns[name].kind == c.kind {
			names = append(names, name)
		}
	}
	return slices.Sorted(slices.Values(names))
}

func (t *existing) takes(name string, typ table.Type) bool {
	c, there := t.columns[strings.ToLower(name)]
	return !there || c.kind == typeName(typ)
}

// marks reports whether loads find the rows to replace by this column. If its values were
// in two columns, loads would miss some rows.
func marks(s *table.Schema, column string) bool {
	return slices.Contains(s.Key, column) || column == table.AccountColumn || s.Mode == table.Replace && column == table.DayColumn
}
