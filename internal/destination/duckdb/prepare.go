package duckdb

import (
	"context"
	"fmt"
	"strings"

	"adtally/internal/table"
)

// layoutWanted is the structure that a dataset should have.
type layoutWanted struct {
	dataset string
	tables  []*table.Schema
	views   []*table.View
}

// Prepare creates missing tables, columns, stubs and views. It drops nothing.
func (w *writer) Prepare(ctx context.Context, dataset string, tables []*table.Schema, views ...*table.View) error {
	if err := unreserved(dataset); err != nil {
		return err
	}
	want := layoutWanted{dataset, tables, views}
	err := w.file.with(ctx, func(s *session) error {
		lacks, err := w.file.lacks(ctx, s, want)
		if err != nil || !lacks {
			return err
		}
		return w.file.write(ctx, func() error {
			l, err := w.file.complete(ctx, s, dataset, tables)
			if err != nil {
				return err
			}
			return l.buildTables(ctx, s, want)
		})
	})
	return explain(w.file.path, err)
}

// lacks reports whether there is anything to do. It only reads.
func (f *file) lacks(ctx context.Context, s *session, want layoutWanted) (bool, error) {
	release, err := f.hold(ctx, readOnly)
	if err != nil {
		return false, err
	}
	defer release()
	l, err := readLayout(ctx, s, want.dataset)
	if err != nil {
		return false, err
	}
	statements, err := l.additions(want.dataset, want.tables)
	if err != nil || len(statements) > 0 {
		return len(statements) > 0, err
	}
	due, err := l.viewsDue(ctx, s, want)
	if err != nil || len(due) > 0 {
		return len(due) > 0, err
	}
	return l.anyOrphan(ctx, s, want.dataset, want.tables)
}

// buildTables adds what needs all tables to exist: stubs, history and views.
func (l layout) buildTables(ctx context.Context, s *session, want layoutWanted) error {
	if err := s.transact(ctx, func() error { return l.adoptAll(ctx, s, want.dataset, want.tables) }); err != nil {
		return err
	}
	views, err := l.viewsDue(ctx, s, want)
	if err != nil {
		return err
	}
	for _, statements := range views {
		if err := s.execParts(ctx, statements); err != nil {
			return fmt.Errorf("create the views of %s: %w", want.dataset, err)
		}
	}
	return nil
}

// complete adds what is missing and returns the new structure. The file must be attached
// for writing.
func (f *file) complete(ctx context.Context, s *session, dataset string, tables []*table.Schema) (layout, error) {
	l, err := readLayout(ctx, s, dataset)
	if err != nil {
		return nil, err
	}
	statements, err := l.additions(dataset, tables)
	if err != nil || len(statements) == 0 {
		return l, err
	}
	if err := s.execParts(ctx, statements); err != nil {
		return nil, fmt.Errorf("prepare the tables of %s: %w", dataset, err)
	}
	return readLayout(ctx, s, dataset)
}

// additions returns the statements that add what a dataset lacks. None of them drops anything.
func (l layout) additions(dataset string, tables []*table.Schema) (out []string, err error) {
	all := own()
	for _, t := range tables {
		all = append(all, withBookkeeping(t))
		if t.History {
			all = append(all, withBookkeeping(t.HistoryTable()))
		}
	}
	for _, t := range all {
		places, err := l.places(t)
		if err != nil {
			return nil, err
		}
		out = append(out, l.addTable(dataset, t, places)...)
	}
	if len(out) > 0 {
		out = append([]string{"CREATE SCHEMA IF NOT EXISTS " + catalog + "." + ident(dataset)}, out...)
	}
	return out, nil
}

func (l layout) addTable(dataset string, t *table.Schema, places map[string]string) (out []string) {
	name := target(dataset, t.Name)
	found := l[strings.ToLower(t.Name)]
	if found == nil {
		found = &existing{}
		out = append(out, create(name, t))
		for _, c := range t.Columns {
			found.know(c.Name, c.Type)
		}
	}
	for _, c := range t.Columns {
		at := places[c.Name]
		if _, there := found.columns[strings.ToLower(at)]; !there {
			out = append(out, "ALTER TABLE "+name+" ADD COLUMN "+ident(at)+" "+c.Type.String())
		}
		if text := describe(c); found.columns[strings.ToLower(at)].comment != text {
			out = append(out, "COMMENT ON COLUMN "+name+"."+ident(at)+" IS "+literal(text))
		}
	}
	if found.comment != t.Description {
		out = append(out, "COMMENT ON TABLE "+name+" IS "+literal(t.Description))
	}
	return out
}

func (t *existing) know(name string, typ table.Type) {
	if t.columns == nil {
		t.columns = map[string]column{}
	}
	t.columns[strings.ToLower(name)] = column{kind: typeName(typ)}
}

func create(name string, t *table.Schema) string {
	parts := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		parts[i] = ident(c.Name) + " " + c.Type.String() + compression(t, c)
	}
	return "CREATE TABLE IF NOT EXISTS " + name + " (" + strings.Join(parts, ", ") + ")"
}

// compression names how a column of a table of days is compressed. DuckDB would try every method
// on every row group, and choose these for nearly all of them, because IDs, names and settings
// repeat from day to day. Documents may differ in every row: DuckDB chooses for them.
func compression(t *table.Schema, c table.Column) string {
	switch {
	case t.Mode != table.Replace:
		return ""
	case c.Type.Kind == table.KindText:
		return " USING COMPRESSION dictionary"
	case c.Type.Kind == table.KindInt || c.Type.Kind == table.KindDecimal:
		return " USING COMPRESSION bitpacking"
	}
	return ""
}

// describe returns a column's comment: its description, unit and additivity.
func describe(c table.Column) string {
	return fmt.Sprintf("%s [unit: %s; additivity: %s]", c.Description, c.Unit, c.Additivity)
}
