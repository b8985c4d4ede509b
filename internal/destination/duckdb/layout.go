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

// layout is what a dataset has in the file. Names are in lower case, as DuckDB
// compares them.
type layout map[string]*existing

type existing struct {
	comment string
	columns map[string]column
}

type column struct{ kind, comment string }

// bookkeeping are the columns that every table gets.
var bookkeeping = []table.Column{
	{Name: destination.AskedColumn, Type: table.Time, Unit: table.Instant, Additivity: table.None,
		Description: "When the platform was asked, by the load that wrote the row."},
	{Name: destination.SyncedColumn, Type: table.Time, Unit: table.Instant, Additivity: table.None,
		Description: "When the row was written. A load that finds it unchanged does not write it: _loads tells when it was last asked for."},
	{Name: destination.LoadColumn, Type: table.Text, Unit: table.ID, Additivity: table.None,
		Description: "The load that wrote the row; see _loads."},
}

// stub is one more column of tables with a history.
var stub = table.Column{Name: destination.StubColumn, Type: table.Bool, Unit: table.Flag, Additivity: table.None,
	Description: "The row was only seen in figures: the platform has not told of it, and all that is known is what they say."}

// own are the tables that every dataset has. _loads is no table of a load.
func own() []*table.Schema {
	all := []*table.Schema{&loadsTable, &viewsTable, withBookkeeping(&table.Restatement)}
	for _, s := range table.Remarks {
		all = append(all, withBookkeeping(s))
	}
	return all
}

// remarks says that a table is one of table.Remarks.
func remarks(s *table.Schema) bool { return slices.Contains(table.Remarks, s) }

// withBookkeeping is a table as it stands in the file.
func withBookkeeping(s *table.Schema) *table.Schema {
	full := *s
	full.Columns = slices.Concat(s.Columns, bookkeeping)
	if s.History {
		full.Columns = append(full.Columns, stub)
	}
	return &full
}

// readLayout asks the file what a dataset has.
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

// places says in which column of the file each column of s is stored: its own,
// or, where that has another type, the one named for the new type.
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
			return nil, bug("column_type", "Column %s of %s stands in the file as %s and cannot become %s",
				c.Name, s.Name, t.columns[strings.ToLower(c.Name)].kind, c.Type)
		}
	}
	return places, nil
}

// has says whether a table is there with a column.
func (l layout) has(name, column string) bool {
	t := l[strings.ToLower(name)]
	if t == nil {
		return false
	}
	_, there := t.columns[strings.ToLower(column)]
	return there
}

// holdsMore says that a table has columns besides those that a load fills.
func (l layout) holdsMore(name string, places map[string]string) bool {
	t := l[strings.ToLower(name)]
	return t != nil && len(t.columns) > len(places)
}

// shared are the columns that two tables both have: all that is known of a row,
// by this load or by others.
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

// marks says that a load finds the rows it replaces by this column. With its
// values in two places it would miss some.
func marks(s *table.Schema, column string) bool {
	return slices.Contains(s.Key, column) || column == table.AccountColumn || s.Mode == table.Replace && column == table.DayColumn
}
