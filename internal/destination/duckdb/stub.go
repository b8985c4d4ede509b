package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// stubs adds stubs for missing objects that the load's rows refer to, in the load's transaction.
func (b *loadTx) stubs(ctx context.Context, t *staged) error {
	if t.facts.rows == 0 {
		return nil
	}
	where := "s." + table.AccountColumn + " = ?"
	if t.schema.Mode == table.Replace {
		where += " AND " + within(b.load.Slice.Window)
	}
	orphans, err := b.layout.orphans(b.load.Dataset, t.schema)
	for _, o := range orphans {
		if err := b.session.exec(ctx, o.adopt(where), b.load.Slice.Account); err != nil {
			return err
		}
	}
	return err
}

// adoptAll adds stubs for the rows of all tables, whenever they were loaded. It is needed
// when the referenced table is created later.
func (l layout) adoptAll(ctx context.Context, s *session, dataset string, tables []*table.Schema) error {
	for _, t := range tables {
		orphans, err := l.orphans(dataset, t)
		if err != nil {
			return err
		}
		for _, o := range orphans {
			if err := s.exec(ctx, o.adopt("true")); err != nil {
				return fmt.Errorf("add stubs for the objects that %s refers to: %w", t.Name, err)
			}
		}
	}
	return nil
}

// anyOrphan reports whether there is an orphan. It only reads.
func (l layout) anyOrphan(ctx context.Context, s *session, dataset string, tables []*table.Schema) (found bool, err error) {
	for _, t := range tables {
		orphans, err := l.orphans(dataset, t)
		if err != nil {
			return false, err
		}
		for _, o := range orphans {
			if err := s.row(ctx, "SELECT EXISTS (SELECT 1 "+o.from("true")+")").Scan(&found); err != nil || found {
				return found, err
			}
		}
	}
	return false, nil
}

// orphan describes the rows of a table that refer to a missing row.
type orphan struct {
	table  string // the referring table
	column string
	parent string // the referenced table
	key    string
	newest string   // the column that says which row is the newest
	to     []string // columns of the stub other than the key
	fills  []string // the columns that fill them
}

// orphans returns the references of a table to existing tables that can have stubs.
func (l layout) orphans(dataset string, s *table.Schema) (all []orphan, err error) {
	if len(s.References) == 0 || l[strings.ToLower(s.Name)] == nil {
		return nil, nil
	}
	places, err := l.places(withBookkeeping(s))
	if err != nil {
		return nil, err
	}
	for _, r := range s.References {
		parent := l[strings.ToLower(r.Table)]
		if parent == nil || parent.columns[destination.StubColumn].kind == "" || parent.columns[strings.ToLower(r.Key)].kind == "" {
			continue
		}
		o := orphan{table: target(dataset, s.Name), column: places[r.Column], parent: target(dataset, r.Table), key: r.Key, newest: destination.AskedColumn}
		if s.Mode == table.Replace {
			o.newest = table.DayColumn
		}
		o.fill(l[strings.ToLower(s.Name)], parent, r, places)
		all = append(all, o)
	}
	return all, nil
}

// fill adds the pairs of columns that a stub copies: the account, and those in the
// reference if both tables have them with the same type.
func (o *orphan) fill(child, parent *existing, r table.Reference, places map[string]string) {
	take := maps.Clone(r.Fill)
	if take == nil {
		take = map[string]string{}
	}
	for _, name := range append([]string{table.AccountColumn}, names(bookkeeping)...) {
		take[name] = name
	}
	for _, to := range slices.Sorted(maps.Keys(take)) {
		from := places[take[to]]
		kind := parent.columns[strings.ToLower(to)].kind
		if to != r.Key && kind != "" && kind == child.columns[strings.ToLower(from)].kind {
			o.to, o.fills = append(o.to, to), append(o.fills, from)
		}
	}
}

// from returns the FROM clause that selects the orphans.
func (o orphan) from(where string) string {
	return "FROM " + o.table + " AS s WHERE " + where + " AND s." + ident(o.column) + " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM " +
		o.parent + " AS t WHERE t." + ident(o.key) + " = s." + ident(o.column) + ")"
}

// adopt returns the statement that adds one stub per key. Each column gets the value of
// the newest row that has one.
func (o orphan) adopt(where string) string {
	known := make([]string, len(o.fills))
	for i, c := range o.fills {
		known[i] = "arg_max(s." + ident(c) + ", s." + ident(o.newest) + ")"
	}
	return "INSERT INTO " + o.parent + " (" + idents("", append([]string{o.key, destination.StubColumn}, o.to...)) + ") SELECT s." + ident(o.column) +
		", true, " + strings.Join(known, ", ") + " " + o.from(where) + " GROUP BY s." + ident(o.column)
}
