package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// sharedTable lists the objects of a shared dataset that are ours.
var sharedTable = table.Schema{
	Name:        "_shared",
	Description: "The tables and views that Adtally created here. Objects that are not listed, or have another comment, are never changed.",
	Mode:        table.Upsert,
	Key:         []string{"name"},
	Columns: []table.Column{
		{Name: "name", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The table or view."},
		{Name: "kind", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "table or view."},
		{Name: "description", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "Its comment."},
	},
}

// sharing is a transaction that changes a shared dataset.
type sharing struct {
	staging
	dataset string
	layout  layout
	objects map[string]sharedObject // everything in the schema
	listed  bool                    // whether sharedTable exists
}

type sharedObject struct {
	kind string
	ours bool
}

// Share receives all rows, then locks the file and makes the changes in one transaction.
func (w *writer) Share(ctx context.Context, dataset string, changes ...destination.Change) (out []destination.Changed, err error) {
	if err := unreserved(dataset); err != nil {
		return nil, err
	}
	sh := &sharing{staging: staging{loans: &w.file.loans}, dataset: dataset}
	defer sh.drop()
	if err := sh.receive(ctx, w.file.scratch.path, changes); err != nil {
		if t, ok := errors.AsType[*iterError](err); ok {
			return nil, t.error
		}
		return nil, explain(w.file.path, err)
	}
	err = w.file.write(ctx, func() error {
		return w.file.with(ctx, func(s *session) error {
			sh.session = s
			return sh.lending(func() error {
				return s.transact(ctx, func() (err error) {
					out, err = sh.apply(ctx, changes)
					return err
				})
			})
		})
	})
	if err != nil {
		return nil, explain(w.file.path, err)
	}
	return out, nil
}

// receive takes the rows of all changes. The tables are in the order of the changes.
func (sh *sharing) receive(ctx context.Context, scratch string, changes []destination.Change) error {
	for _, c := range changes {
		t := &staged{}
		sh.tables = append(sh.tables, t)
		if c.Rows == nil || c.Rows.Batches == nil {
			continue
		}
		for b, err := range c.Rows.Batches {
			if err != nil {
				return &iterError{err}
			}
			t.schema = b.Schema()
			if t.facts.rows += int64(b.Rows()); b.Rows() == 0 {
				b.Release()
				continue
			}
			if err := t.keep(scratch, b); err != nil {
				return err
			}
		}
		if err := t.keepFirst(c.Rows.Table.Key); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// lending runs do while DuckDB can read the received rows. It begins before the transaction,
// which can only write to the file.
func (sh *sharing) lending(do func() error) error {
	for _, t := range sh.tables {
		release, err := sh.lend(t)
		if err != nil {
			return fmt.Errorf("stage %s: %w", t.schema.Name, err)
		}
		defer release()
	}
	return do()
}

func (sh *sharing) apply(ctx context.Context, changes []destination.Change) (out []destination.Changed, err error) {
	if err := sh.read(ctx); err != nil {
		return nil, err
	}
	if err := sh.list(ctx); err != nil {
		return nil, err
	}
	for i, c := range changes {
		var one destination.Changed
		switch {
		case c.Rows != nil:
			one, err = sh.rows(ctx, c.Rows, sh.tables[i])
		case c.Rollup != nil:
			one, err = sh.rollup(ctx, c.Rollup)
		case c.View != nil:
			err = sh.view(ctx, c.View)
		default:
			err = sh.remove(ctx, c.Drop)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// read reads what is in the schema, and what of it is ours.
func (sh *sharing) read(ctx context.Context) (err error) {
	if sh.layout, err = readLayout(ctx, sh.session, sh.dataset); err != nil {
		return err
	}
	sh.objects = map[string]sharedObject{}
	mine := "(SELECT NULL AS name, NULL AS kind, NULL AS description)"
	if sh.listed = sh.layout.like(&sharedTable, "name", "kind", "description"); sh.listed {
		mine = target(sh.dataset, sharedTable.Name)
	}
	rows, err := sh.session.query(ctx, `SELECT lower(o.name), o.kind, coalesce(o.comment = m.description, false) FROM (
		SELECT table_name AS name, 'table' AS kind, comment FROM duckdb_tables() WHERE database_name = $1 AND lower(schema_name) = lower($2)
		UNION ALL SELECT view_name, 'view', comment FROM duckdb_views() WHERE database_name = $1 AND lower(schema_name) = lower($2)) AS o
		LEFT JOIN `+mine+` AS m ON lower(m.name) = lower(o.name) AND m.kind = o.kind`, catalog, sh.dataset)
	if err != nil {
		return fmt.Errorf("read what is in %s: %w", sh.dataset, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var o sharedObject
		if err := rows.Scan(&name, &o.kind, &o.ours); err != nil {
			return fmt.Errorf("read what is in %s: %w", sh.dataset, err)
		}
		sh.objects[name] = o
	}
	return rows.Err()
}

// list creates the list of our objects if it is missing.
func (sh *sharing) list(ctx context.Context) error {
	if sh.listed {
		return nil
	}
	if _, there := sh.objects[sharedTable.Name]; there {
		return sh.taken(sharedTable.Name)
	}
	statements := append([]string{"CREATE SCHEMA IF NOT EXISTS " + catalog + "." + ident(sh.dataset)}, sh.layout.addTable(sh.dataset, &sharedTable, samePlaces(&sharedTable))...)
	return sh.run(ctx, statements...)
}

func samePlaces(s *table.Schema) map[string]string {
	places := map[string]string{}
	for _, c := range s.Columns {
		places[c.Name] = c.Name
	}
	return places
}

func (sh *sharing) run(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if err := sh.session.exec(ctx, statement); err != nil {
			return fmt.Errorf("change %s: %w", sh.dataset, err)
		}
	}
	return nil
}

// make lists an object as ours. It drops ours of the same name and another kind.
func (sh *sharing) make(ctx context.Context, name, kind, description string) error {
	o, found := sh.objects[strings.ToLower(name)]
	if found && !o.ours || strings.EqualFold(name, sharedTable.Name) {
		return sh.taken(name)
	}
	if found && o.kind != kind {
		if err := sh.remove(ctx, name); err != nil {
			return err
		}
	}
	list := target(sh.dataset, sharedTable.Name)
	sh.objects[strings.ToLower(name)] = sharedObject{kind, true}
	return sh.run(ctx, "DELETE FROM "+list+" WHERE lower(name) = lower("+literal(name)+")",
		"INSERT INTO "+list+" (name, kind, description) VALUES ("+literal(name)+", "+literal(kind)+", "+literal(description)+")")
}

// remove drops our table or view. Other people's stay.
func (sh *sharing) remove(ctx context.Context, name string) error {
	o, found := sh.objects[strings.ToLower(name)]
	if !found || !o.ours {
		return nil
	}
	delete(sh.objects, strings.ToLower(name))
	delete(sh.layout, strings.ToLower(name))
	return sh.run(ctx, "DROP "+strings.ToUpper(o.kind)+" "+target(sh.dataset, name),
		"DELETE FROM "+target(sh.dataset, sharedTable.Name)+" WHERE lower(name) = lower("+literal(name)+")")
}

func (sh *sharing) taken(name string) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "name_taken", Hint: "Rename it, or move it to another schema.",
		Message: fmt.Sprintf("Adtally needs the name %s.%s, but somebody else has created an object with that name", sh.dataset, name)}
}

// view creates or replaces a view.
func (sh *sharing) view(ctx context.Context, v *destination.SQLView) error {
	if err := sh.make(ctx, v.Name, "view", v.Description); err != nil {
		return err
	}
	name := target(sh.dataset, v.Name)
	statements := []string{"CREATE OR REPLACE VIEW " + name + " AS " + v.SQL, "COMMENT ON VIEW " + name + " IS " + literal(v.Description)}
	for _, c := range v.Columns {
		statements = append(statements, "COMMENT ON COLUMN "+name+"."+ident(c.Name)+" IS "+literal(describe(c)))
	}
	return sh.inFile(ctx, func() error { return sh.run(ctx, statements...) })
}

func (sh *sharing) inFile(ctx context.Context, do func() error) error {
	return sh.session.inFile(ctx, do)
}

// inFile runs do while dataset.table refers to the file. Lent rows would not be found then.
func (s *session) inFile(ctx context.Context, do func() error) error {
	if err := s.exec(ctx, "USE "+catalog); err != nil {
		return err
	}
	return errors.Join(do(), s.exec(context.WithoutCancel(ctx), "USE memory"))
}

// Shared lists our objects.
func (w *writer) Shared(ctx context.Context, dataset string) (names []string, err error) {
	err = w.reading(ctx, func(s *session) error {
		sh := &sharing{staging: staging{session: s}, dataset: dataset}
		if err := sh.read(ctx); err != nil {
			return err
		}
		for name, o := range sh.objects {
			if o.ours {
				names = append(names, name)
			}
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}
