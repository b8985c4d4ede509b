package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/zeebo/xxh3"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// viewsTable records our views and the hashes of their definitions. DuckDB rewrites the
// SQL of a view, so it cannot be compared.
var viewsTable = table.Schema{
	Name:        "_views",
	Description: "The views that Adtally created. Views that are not listed here, or have another comment, are never changed.",
	Mode:        table.Upsert,
	Key:         []string{"view_name"},
	Columns: []table.Column{
		{Name: "view_name", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The view."},
		{Name: "definition", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The hash of its definition; the word unfinished if it must be created again."},
		{Name: "description", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "The view's comment."},
	},
}

// oldMark was in the comments of views before viewsTable existed.
const oldMark = " [adtally view "

// madeView is a view that exists.
type madeView struct {
	ours       bool
	definition string // empty if the view is not ours
}

// viewsDue returns the statements that create views which are missing or have changed.
func (l layout) viewsDue(ctx context.Context, s *session, want layoutWanted) (out [][]string, err error) {
	if len(want.views) == 0 {
		return nil, nil
	}
	made, err := l.readViews(ctx, s, want.dataset)
	if err != nil {
		return nil, err
	}
	for _, v := range want.views {
		statements, definition, err := l.define(want.dataset, v)
		if err != nil {
			return nil, err
		}
		is, there := made[strings.ToLower(v.Name)]
		switch {
		case there && !is.ours, l[strings.ToLower(v.Name)] != nil:
			return nil, &adtally.Fault{Act: adtally.Configure, Code: "name_taken", Hint: "Rename it, or choose another dataset.",
				Message: fmt.Sprintf("Adtally needs the name %s.%s for a view, but somebody else has created an object with that name", want.dataset, v.Name)}
		case len(statements) > 0 && is.definition != definition:
			out = append(out, statements)
		}
	}
	return out, nil
}

// readViews returns the views of a dataset.
func (l layout) readViews(ctx context.Context, s *session, dataset string) (map[string]madeView, error) {
	listed := "(SELECT NULL AS view_name, NULL AS definition, NULL AS description)"
	if l[viewsTable.Name] != nil { // older files lack the table
		listed = target(dataset, viewsTable.Name)
	}
	rows, err := s.query(ctx, `SELECT lower(v.view_name), coalesce(v.comment = m.description, false) OR contains(coalesce(v.comment, ''), ?), coalesce(m.definition, '')
		FROM duckdb_views() AS v LEFT JOIN `+listed+` AS m ON lower(m.view_name) = lower(v.view_name)
		WHERE v.database_name = ? AND lower(v.schema_name) = lower(?)`, oldMark, catalog, dataset)
	if err != nil {
		return nil, fmt.Errorf("read the views of %s: %w", dataset, err)
	}
	defer rows.Close()
	made := map[string]madeView{}
	for rows.Next() {
		var name string
		var v madeView
		if err := rows.Scan(&name, &v.ours, &v.definition); err != nil {
			return nil, fmt.Errorf("read the views of %s: %w", dataset, err)
		}
		made[name] = v
	}
	return made, rows.Err()
}

// define returns the statements that create a view, and the hash of its definition;
// nothing if its tables do not exist yet.
func (l layout) define(dataset string, v *table.View) (statements []string, definition string, err error) {
	body, err := l.body(dataset, v)
	if err != nil || body == "" {
		return nil, "", err
	}
	name := target(dataset, v.Name)
	makes := []string{"CREATE OR REPLACE VIEW " + name + " AS " + body, "COMMENT ON VIEW " + name + " IS " + literal(v.Description)}
	for _, c := range append(v.Columns(), synced) {
		makes = append(makes, "COMMENT ON COLUMN "+name+"."+ident(c.Name)+" IS "+literal(describe(c)))
	}
	definition = fmt.Sprintf("%016x", xxh3.HashString(strings.Join(makes, ";")))
	// The first statements share a transaction: if the rest is missing, the view is known as
	// ours and is created again.
	registry, is := target(dataset, viewsTable.Name), " WHERE view_name = "+literal(v.Name)
	statements = append([]string{"DELETE FROM " + registry + is,
		"INSERT INTO " + registry + " VALUES (" + literal(v.Name) + ", 'unfinished', " + literal(v.Description) + ")"}, makes...)
	return append(statements, "UPDATE "+registry+" SET definition = "+literal(definition)+is), definition, nil
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

// inside returns a table's name for a view of the same file, without the catalog: people
// attach the file under other names.
func inside(dataset, name string) string { return ident(dataset) + "." + ident(name) }

// cells returns all columns of a table under their declared names.
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

// cell returns the expression for a column of a table, or NULL if the table lacks it.
func (l layout) cell(s *table.Schema, c table.Column) (string, error) { return l.cellOf("s", s, c) }

// cellOf is like cell, for a table with an alias.
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
