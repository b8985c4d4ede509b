package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// viewMark stands before the hash of what a view was made from, in its comment:
// DuckDB keeps a view's text in words of its own, which cannot be compared.
const viewMark = " [adtally view "

// viewsDue are the statements that make the views which are not there yet, or
// are there as something else.
func (l layout) viewsDue(ctx context.Context, s *session, want wanted) (out [][]string, err error) {
	if len(want.views) == 0 {
		return nil, nil
	}
	made, err := readViews(ctx, s, want.dataset)
	if err != nil {
		return nil, err
	}
	for _, v := range want.views {
		statements, mark, err := l.define(want.dataset, v)
		if err != nil {
			return nil, err
		}
		comment, there := made[strings.ToLower(v.Name)]
		switch {
		case there && !strings.Contains(comment, viewMark), l[strings.ToLower(v.Name)] != nil:
			return nil, &adtally.Fault{Act: adtally.Configure, Code: "name_taken", Hint: "Rename it, or name another dataset.",
				Message: fmt.Sprintf("%s.%s is somebody else's, and a view of ours has that name", want.dataset, v.Name)}
		case len(statements) > 0 && comment != mark:
			out = append(out, statements)
		}
	}
	return out, nil
}

// readViews are the comments of the views that a dataset has.
func readViews(ctx context.Context, s *session, dataset string) (map[string]string, error) {
	rows, err := s.query(ctx, `SELECT lower(view_name), coalesce(comment, '') FROM duckdb_views()
		WHERE database_name = ? AND lower(schema_name) = lower(?)`, catalog, dataset)
	if err != nil {
		return nil, fmt.Errorf("read the views of %s: %w", dataset, err)
	}
	defer rows.Close()
	made := map[string]string{}
	for rows.Next() {
		var name, comment string
		if err := rows.Scan(&name, &comment); err != nil {
			return nil, fmt.Errorf("read the views of %s: %w", dataset, err)
		}
		made[name] = comment
	}
	return made, rows.Err()
}

// define are the statements that make a view, and the comment that marks it as
// made; there are none while its tables are not there.
func (l layout) define(dataset string, v *table.View) (statements []string, comment string, err error) {
	body, err := l.body(dataset, v)
	if err != nil || body == "" {
		return nil, "", err
	}
	name := target(dataset, v.Name)
	statements = []string{"CREATE OR REPLACE VIEW " + name + " AS " + body}
	for _, c := range append(v.Columns(), synced) {
		statements = append(statements, "COMMENT ON COLUMN "+name+"."+ident(c.Name)+" IS "+literal(describe(c)))
	}
	comment = fmt.Sprintf("%s%s%016x]", v.Description, viewMark, xxh3.HashString(strings.Join(statements, ";")))
	// Half of a view is known as ours, and made again.
	statements = slices.Insert(statements, 1, "COMMENT ON VIEW "+name+" IS "+literal(v.Description+viewMark+"unfinished]"))
	return append(statements, "COMMENT ON VIEW "+name+" IS "+literal(comment)), comment, nil
}

// synced is the last column of every view.
var synced = table.Column{Name: destination.SyncedColumn, Type: table.Time, Unit: table.Instant, Additivity: table.None,
	Description: "When the row's figures were last written."}

func (l layout) body(dataset string, v *table.View) (string, error) {
	switch {
	case v.Wide != nil:
		return l.wide(dataset, v.Wide)
	case v.Joined != nil:
		return l.joined(dataset, v.Joined)
	}
	var parts []string
	for _, p := range v.Union.Parts {
		if l[strings.ToLower(p.Of.Name)] == nil {
			continue
		}
		cells := []string{literal(p.Value) + " AS " + ident(v.Union.Column.Name)}
		for _, c := range v.Columns()[1:] {
			from, err := l.cell(p.Of, c)
			if err != nil {
				return "", err
			}
			cells = append(cells, from+" AS "+ident(c.Name))
		}
		cells = append(cells, "s."+destination.SyncedColumn)
		parts = append(parts, "SELECT "+strings.Join(cells, ", ")+" FROM "+inside(dataset, p.Of.Name)+" AS s")
	}
	return strings.Join(parts, " UNION ALL "), nil
}

// inside names a table for a view of the same file: people attach the file under
// names of their own.
func inside(dataset, name string) string { return ident(dataset) + "." + ident(name) }

// cells are all columns of a table, under their own names.
func (l layout) cells(s *table.Schema) (list []string, err error) {
	for _, c := range s.Columns {
		from, err := l.cell(s, c)
		if err != nil {
			return nil, err
		}
		list = append(list, from+" AS "+ident(c.Name))
	}
	return list, nil
}

// cell is a column of a table as a view reads it, NULL where the table has none.
func (l layout) cell(s *table.Schema, c table.Column) (string, error) { return l.cellOf("s", s, c) }

// cellOf does as cell, of a table that goes by another name.
func (l layout) cellOf(alias string, s *table.Schema, c table.Column) (string, error) {
	if s.Index(c.Name) < 0 {
		return "CAST(NULL AS " + c.Type.String() + ")", nil
	}
	places, err := l.places(s)
	if err != nil {
		return "", err
	}
	if _, there := l[strings.ToLower(s.Name)].columns[strings.ToLower(places[c.Name])]; !there {
		return "CAST(NULL AS " + c.Type.String() + ")", nil
	}
	return alias + "." + ident(places[c.Name]), nil
}
