package duckdb

import (
	"context"
	"errors"

	ddb "github.com/duckdb/duckdb-go/v2"
)

// Drop takes our tables and views of a dataset out of the file, and its schema
// where nothing else is in it. What other people made there stays.
func (w *writer) Drop(ctx context.Context, dataset string) error {
	err := w.file.write(ctx, func() error {
		return w.file.with(ctx, func(s *session) error {
			l, err := readLayout(ctx, s, dataset)
			if err != nil || !l.kept() {
				return err
			}
			h, err := l.holds(ctx, s, dataset)
			if err != nil {
				return err
			}
			return h.drop(ctx, s, dataset)
		})
	})
	return explain(w.file.path, err)
}

// drop is one transaction. DuckDB refuses to drop a schema in which something is
// left; then all but the schema is dropped.
func (h holdings) drop(ctx context.Context, s *session, dataset string) error {
	var statements []string
	for _, v := range h.views {
		statements = append(statements, "DROP VIEW "+target(dataset, v))
	}
	for _, t := range h.tables {
		statements = append(statements, "DROP TABLE "+target(dataset, t))
	}
	all := func(statements []string) error {
		return s.transact(ctx, func() error {
			for _, statement := range statements {
				if err := s.exec(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := all(append(statements[:len(statements):len(statements)], "DROP SCHEMA "+catalog+"."+ident(dataset)))
	if refused, is := errors.AsType[*ddb.Error](err); is && refused.Type == ddb.ErrorTypeDependency {
		return all(statements)
	}
	return err
}
