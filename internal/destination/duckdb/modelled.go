package duckdb

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/destination"
)

// Modelled lists our tables and views in some datasets, without bookkeeping. Other people's
// objects, and columns whose names begin with _, are left out.
func (w *writer) Modelled(ctx context.Context, datasets []string) (all []adtally.ModelledTable, err error) {
	err = w.reading(ctx, func(s *session) error {
		for _, dataset := range datasets {
			names, err := ourNames(ctx, s, dataset)
			if err != nil {
				return err
			}
			some, err := described(ctx, s, dataset, names)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		return nil
	})
	return all, err
}

// ourNames returns the names of our tables and views in a dataset, in lower case.
func ourNames(ctx context.Context, s *session, dataset string) ([]string, error) {
	if strings.EqualFold(dataset, destination.SharedDataset) {
		sh := &sharing{staging: staging{session: s}, dataset: dataset}
		if err := sh.read(ctx); err != nil {
			return nil, err
		}
		var names []string
		for name, o := range sh.objects {
			if o.ours {
				names = append(names, name)
			}
		}
		return names, nil
	}
	l, err := readLayout(ctx, s, dataset)
	if err != nil {
		return nil, err
	}
	h, err := l.holds(ctx, s, dataset)
	return slices.Concat(h.tables, h.views), err
}

// described returns tables and views with their columns and comments, by name.
func described(ctx context.Context, s *session, dataset string, names []string) (all []adtally.ModelledTable, err error) {
	rows, err := s.query(ctx, `SELECT c.schema_name, c.table_name, v.view_name IS NOT NULL, coalesce(t.comment, v.comment, ''), c.column_name, c.data_type, coalesce(c.comment, '')
		FROM duckdb_columns() c LEFT JOIN duckdb_tables() t USING (database_name, schema_name, table_name)
		LEFT JOIN duckdb_views() v ON v.database_name = c.database_name AND v.schema_name = c.schema_name AND v.view_name = c.table_name
		WHERE c.database_name = ? AND lower(c.schema_name) = lower(?) ORDER BY c.table_name, c.column_index`, catalog, dataset)
	if err != nil {
		return nil, fmt.Errorf("read the columns of %s: %w", dataset, err)
	}
	defer rows.Close()
	for rows.Next() {
		var t adtally.ModelledTable
		var c adtally.ModelledColumn
		var comment string
		if err := rows.Scan(&t.Dataset, &t.Name, &t.View, &t.Description, &c.Name, &c.Type, &comment); err != nil {
			return nil, fmt.Errorf("read the columns of %s: %w", dataset, err)
		}
		if strings.HasPrefix(t.Name, "_") || strings.HasPrefix(c.Name, "_") || !slices.Contains(names, strings.ToLower(t.Name)) {
			continue
		}
		c.Description, c.Unit, c.Additive = commentOf(comment)
		if len(all) == 0 || all[len(all)-1].Name != t.Name {
			all = append(all, t)
		}
		all[len(all)-1].Columns = append(all[len(all)-1].Columns, c)
	}
	return all, rows.Err()
}

// commentParts matches the comment of a column, see describe.
var commentParts = regexp.MustCompile(`^(?s)(.*) \[unit: (.*); additivity: (.*)\]$`)

// commentOf takes the comment of a column apart.
func commentOf(comment string) (text, unit, additive string) {
	m := commentParts.FindStringSubmatch(comment)
	if m == nil {
		return comment, "", ""
	}
	return m[1], m[2], m[3]
}
