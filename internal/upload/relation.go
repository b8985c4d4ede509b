package upload

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/analytics"
)

// Tables returns the tables and views of the warehouse that can be mapped, without those of the
// shared dataset.
func (s *Service) Tables(ctx context.Context) (all []adtally.WarehouseTable, err error) {
	err = s.Warehouse.Read(ctx, func(ctx context.Context, db *sql.DB) (err error) {
		all, err = tables(ctx, db)
		return err
	})
	return all, err
}

func tables(ctx context.Context, db *sql.DB) (all []adtally.WarehouseTable, err error) {
	rows, err := db.QueryContext(ctx, `SELECT t.table_schema, t.table_name, t.table_type = 'VIEW', c.column_name, c.data_type
		FROM information_schema.tables t JOIN information_schema.columns c USING (table_catalog, table_schema, table_name)
		WHERE t.table_catalog = current_database() AND t.table_schema NOT IN ('information_schema', 'pg_catalog', $1)
		ORDER BY 1, 2, c.ordinal_position`, analytics.Dataset)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var dataset, name string
		var view bool
		var c adtally.WarehouseColumn
		if err := rows.Scan(&dataset, &name, &view, &c.Name, &c.Type); err != nil {
			return nil, err
		}
		full := dataset + "." + name
		if n := len(all); n == 0 || all[n-1].Name != full {
			all = append(all, adtally.WarehouseTable{Name: full, View: view})
		}
		t := &all[len(all)-1]
		t.Columns = append(t.Columns, c)
	}
	return all, rows.Err()
}

// Map maps a table or view of the warehouse. Without columns in the mapping, it is suggested by
// the names of the columns.
func (s *Service) Map(ctx context.Context, f adtally.DataFile, audit func(adtally.DataFile) adtally.AuditEntry) (adtally.DataFile, error) {
	if strings.TrimSpace(f.Name) == "" {
		f.Name = f.Relation
	}
	if _, err := s.named(ctx, f.Name, f.Kind, f.Relation); err != nil {
		return f, err
	}
	f.ID, f.Uploaded, f.Revision = s.NewID(), s.Now(), 1
	f, err := s.described(ctx, f)
	if err != nil {
		return f, err
	}
	if len(f.Mapping.Columns) == 0 {
		suggested := Suggest(f.Kind, f.Guess)
		f.Mapping.Columns = suggested.Columns
		if len(f.Mapping.Constants) == 0 {
			f.Mapping.Constants = suggested.Constants
		}
	}
	if f.Mapping.Zone == "" {
		f.Mapping.Zone = "UTC"
	}
	return f, s.Store.AddDataFile(ctx, f, audit(f))
}

// described returns a mapped table with the columns that it has now.
func (s *Service) described(ctx context.Context, f adtally.DataFile) (adtally.DataFile, error) {
	all, err := s.Tables(ctx)
	if err != nil {
		return f, err
	}
	i := slices.IndexFunc(all, func(t adtally.WarehouseTable) bool { return t.Name == f.Relation })
	if i < 0 {
		names := make([]string, len(all))
		for j, t := range all {
			names[j] = t.Name
		}
		return f, wrong(fmt.Sprintf("The warehouse has no table or view %s", f.Relation), nearest(f.Relation, names))
	}
	f.Guess = adtally.FileGuess{Columns: []string{}, Reasons: []string{}, Problems: []adtally.FileProblem{}, Preview: []adtally.FileRow{}}
	for _, c := range all[i].Columns {
		f.Guess.Columns = append(f.Guess.Columns, c.Name)
	}
	err = s.Warehouse.Read(ctx, func(ctx context.Context, db *sql.DB) error {
		for l, err := range read(ctx, db, f, 20) {
			if err != nil {
				return err
			}
			f.Guess.Preview = append(f.Guess.Preview, adtally.FileRow{Line: l.number, Cells: slices.Clone(l.cells)})
		}
		return nil
	})
	return f, err
}

// relation reads all rows of a mapped table as text.
func (l *loading) relation(ctx context.Context, f adtally.DataFile) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		stopped := errors.New("the reader has seen enough")
		err := l.Warehouse.Read(ctx, func(ctx context.Context, db *sql.DB) error {
			for one, err := range read(ctx, db, f, 0) {
				if !yield(one, err) || err != nil {
					return stopped
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, stopped) {
			yield(line{}, err)
		}
	}
}

// read reads rows of a mapped table; a limit of 0 means all.
func read(ctx context.Context, db *sql.DB, f adtally.DataFile, limit int) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		list := make([]string, len(f.Guess.Columns))
		for i, c := range f.Guess.Columns {
			list[i] = "CAST(" + quoted(c) + " AS VARCHAR)"
		}
		dataset, name, _ := strings.Cut(f.Relation, ".")
		query := fmt.Sprintf("SELECT %s FROM %s.%s", strings.Join(list, ", "), quoted(dataset), quoted(name)) //nolint:gosec // every name is quoted
		if limit > 0 {
			query += fmt.Sprintf(" LIMIT %d", limit)
		}
		rows, err := db.QueryContext(ctx, query)
		if err != nil {
			yield(line{}, fmt.Errorf("read %s: %w", f.Relation, err))
			return
		}
		defer rows.Close()
		values, into, one := make([]sql.NullString, len(list)), make([]any, len(list)), line{cells: make([]string, len(list))}
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				yield(line{}, fmt.Errorf("read %s: %w", f.Relation, err))
				return
			}
			for i, v := range values {
				one.cells[i] = v.String
			}
			if one.number++; !yield(one, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(line{}, fmt.Errorf("read %s: %w", f.Relation, err))
		}
	}
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Refresh loads all mapped tables again. A table that cannot be loaded keeps its rows, and its
// result says why; the others are loaded anyway.
func (s *Service) Refresh(ctx context.Context) error {
	all, err := s.Store.DataFiles(ctx)
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.Relation == "" {
			continue
		}
		_, err := s.Load(ctx, f.ID)
		if fault := adtally.FaultOf(err); err != nil && fault.Act == adtally.Configure {
			f.Result.Problem = fault.Message + ". " + fault.Hint
			_, err = s.Store.EditDataFile(ctx, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
