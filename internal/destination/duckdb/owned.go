package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	ddb "github.com/duckdb/duckdb-go/v2"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// reserved are DuckDB's own schemas, and names that it would take for a database instead
// of a schema.
var reserved = []string{"main", "information_schema", "pg_catalog", "temp", "system", catalog}

// datasetObjects are the tables and views of a dataset, ours and other people's.
type datasetObjects struct {
	tables, views []string // ours
	others        []string // other people's, in the same schema
}

// Vacant returns a fault if the dataset's name is reserved, or if the schema exists and
// Adtally did not create it.
func (w *writer) Vacant(ctx context.Context, dataset string) error {
	if err := unreserved(dataset); err != nil {
		return err
	}
	if strings.EqualFold(dataset, destination.SharedDataset) {
		return notVacant("The dataset %s holds what all sources have in common", dataset)
	}
	return w.reading(ctx, func(s *session) error {
		there := false
		err := s.row(ctx, `SELECT count(*) > 0 FROM duckdb_schemas() WHERE database_name = ? AND lower(schema_name) = lower(?)`, catalog, dataset).Scan(&there)
		if err != nil || !there {
			return err
		}
		l, err := readLayout(ctx, s, dataset)
		if err != nil || l.kept() {
			return err
		}
		return notVacant("The warehouse has a schema %s that Adtally did not create", dataset)
	})
}

func unreserved(dataset string) error {
	if slices.Contains(reserved, strings.ToLower(dataset)) {
		return notVacant("The name %s is reserved by DuckDB", dataset)
	}
	return nil
}

func notVacant(message, dataset string) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "dataset_foreign", Message: fmt.Sprintf(message, dataset), Hint: "Choose another name for the dataset."}
}

// reading runs use with the file attached for reading.
func (w *writer) reading(ctx context.Context, use func(*session) error) error {
	release, err := w.file.hold(ctx, readOnly)
	if err != nil {
		return explain(w.file.path, err)
	}
	defer release()
	return explain(w.file.path, w.file.with(ctx, use))
}

// kept reports whether the dataset has our _loads table, which is the first table of every dataset.
func (l layout) kept() bool { return l.like(&loadsTable, "sequence", "load_id", "checksum") }

func (l layout) like(s *table.Schema, columns ...string) bool {
	return !slices.ContainsFunc(columns, func(c string) bool { return !l.has(s.Name, c) })
}

// holds lists the dataset's objects. An object is ours only if our bookkeeping names it.
func (l layout) holds(ctx context.Context, s *session, dataset string) (h datasetObjects, err error) {
	loaded, err := l.loaded(ctx, s, dataset)
	if err != nil {
		return h, err
	}
	for name := range l {
		if l.ours(name, loaded) {
			h.tables = append(h.tables, name)
		} else {
			h.others = append(h.others, name)
		}
	}
	views, err := l.readViews(ctx, s, dataset)
	for name, v := range views {
		if v.ours && l.kept() {
			h.views = append(h.views, name)
		} else {
			h.others = append(h.others, name)
		}
	}
	slices.Sort(h.tables)
	slices.Sort(h.views)
	slices.Sort(h.others)
	return h, err
}

// loaded returns the tables that _loads names.
func (l layout) loaded(ctx context.Context, s *session, dataset string) (map[string]bool, error) {
	all := map[string]bool{}
	if !l.kept() {
		return all, nil
	}
	rows, err := s.query(ctx, `SELECT DISTINCT lower(table_name) FROM `+target(dataset, loadsTable.Name))
	if err != nil {
		return nil, fmt.Errorf("read the loads of %s: %w", dataset, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("read the loads of %s: %w", dataset, err)
		}
		all[name] = true
	}
	return all, rows.Err()
}

// ours reports whether Adtally created a table: its bookkeeping column has our comment,
// which a copy of the table lacks. Files of earlier versions may have other comments; then
// _loads must name the table.
func (l layout) ours(name string, loaded map[string]bool) bool {
	switch name {
	case loadsTable.Name:
		return l.kept()
	case viewsTable.Name:
		return l.kept() && l.like(&viewsTable, "view_name", "definition")
	}
	column, there := l[name].columns[destination.LoadColumn]
	if !there || !l.kept() {
		return false
	}
	return column.comment == describe(bookkeeping[len(bookkeeping)-1]) || column.comment != "" && loaded[strings.TrimSuffix(name, "_history")]
}

// Foreign returns other people's objects that are in the dataset or read its tables.
func (w *writer) Foreign(ctx context.Context, dataset string) (all []adtally.Foreign, err error) {
	err = w.reading(ctx, func(s *session) error {
		l, err := readLayout(ctx, s, dataset)
		if err != nil || !l.kept() {
			return err
		}
		h, err := l.holds(ctx, s, dataset)
		if err != nil {
			return err
		}
		all, err = h.foreign(ctx, s, dataset)
		return err
	})
	return all, err
}

func (h datasetObjects) foreign(ctx context.Context, s *session, dataset string) (all []adtally.Foreign, err error) {
	found, err := objects(ctx, s, dataset) // read all first: the session has one connection
	for _, o := range found {
		if f, is := h.judge(s, dataset, o); is {
			all = append(all, f)
		}
	}
	return all, err
}

// objects returns the tables of a dataset, and the views and macros of the whole file.
func objects(ctx context.Context, s *session, dataset string) (all []object, err error) {
	rows, err := s.query(ctx, `SELECT schema_name, view_name, 'view', sql FROM duckdb_views() WHERE database_name = ? AND NOT internal
		UNION ALL SELECT schema_name, table_name, 'table', '' FROM duckdb_tables() WHERE database_name = ? AND lower(schema_name) = lower(?)
		UNION ALL SELECT schema_name, function_name, 'macro', CASE function_type WHEN 'macro' THEN 'SELECT ' ELSE '' END || macro_definition FROM duckdb_functions() WHERE database_name = ? AND NOT internal AND macro_definition IS NOT NULL
		ORDER BY 1, 2`, catalog, catalog, dataset, catalog)
	if err != nil {
		return nil, fmt.Errorf("read who uses %s: %w", dataset, err)
	}
	defer rows.Close()
	for rows.Next() {
		var o object
		if err := rows.Scan(&o.schema, &o.name, &o.kind, &o.text); err != nil {
			return nil, fmt.Errorf("read who uses %s: %w", dataset, err)
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

// object is a table, view or macro of the file.
type object struct{ schema, name, kind, text string }

// judge reports whether an object belongs to other people and concerns the dataset.
func (h datasetObjects) judge(s *session, dataset string, o object) (f adtally.Foreign, concerns bool) {
	inside, name := strings.EqualFold(o.schema, dataset), strings.ToLower(o.name)
	if inside && (o.kind == "table" && slices.Contains(h.tables, name) || o.kind == "view" && slices.Contains(h.views, name)) {
		return f, false
	}
	f = adtally.Foreign{Name: o.schema + "." + o.name, Kind: o.kind, Reads: h.read(s, dataset, o)}
	return f, inside || f.Reads
}

// read reports whether an object's SQL names one of our tables or views.
func (h datasetObjects) read(s *session, dataset string, o object) bool {
	text := o.text
	if o.kind == "view" {
		text = body(text)
	}
	if text == "" {
		return false
	}
	named, err := ddb.GetTableNames(s.conn, text, true)
	if err != nil {
		return false // SQL that DuckDB cannot parse any more reads nothing
	}
	return slices.ContainsFunc(named, func(full string) bool {
		parts := split(full)
		name := strings.ToLower(parts[len(parts)-1])
		ours := slices.Contains(h.tables, name) || slices.Contains(h.views, name)
		return ours && (len(parts) == 1 || strings.EqualFold(parts[len(parts)-2], dataset))
	})
}

// body returns the query of a CREATE VIEW statement: the part after the first AS that is
// neither quoted nor in the column list.
func body(create string) string {
	quoted, depth := false, 0
	for i := range len(create) {
		switch c := create[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.HasPrefix(create[i:], " AS "):
			return create[i+len(" AS "):]
		}
	}
	return ""
}

// split splits a qualified name.
func split(full string) []string {
	var parts []string
	quoted, part := false, strings.Builder{}
	for _, c := range full {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteRune(c)
		}
	}
	return append(parts, part.String())
}
