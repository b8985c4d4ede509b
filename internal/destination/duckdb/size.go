package duckdb

import (
	"context"
	"fmt"
	"strings"
)

// Sizes returns the number of rows of each of our tables in the dataset. DuckDB knows it
// without reading the rows.
func (w *writer) Sizes(ctx context.Context, dataset string) (map[string]int64, error) {
	sizes := map[string]int64{}
	err := w.reading(ctx, func(s *session) error {
		l, err := readLayout(ctx, s, dataset)
		if err != nil || !l.kept() {
			return err
		}
		h, err := l.holds(ctx, s, dataset)
		if err != nil {
			return err
		}
		return s.count(ctx, dataset, h.tables, sizes)
	})
	return sizes, err
}

// count counts the rows of tables in one query.
func (s *session) count(ctx context.Context, dataset string, tables []string, sizes map[string]int64) error {
	var parts []string
	for _, t := range tables {
		parts = append(parts, "SELECT "+literal(t)+", count(*) FROM "+target(dataset, t))
	}
	rows, err := s.query(ctx, strings.Join(parts, " UNION ALL "))
	if err != nil {
		return fmt.Errorf("count the rows of %s: %w", dataset, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return fmt.Errorf("count the rows of %s: %w", dataset, err)
		}
		sizes[name] = n
	}
	return rows.Err()
}
