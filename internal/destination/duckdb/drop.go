package duckdb

import (
	"context"
	"errors"

	ddb "github.com/duckdb/duckdb-go/v2"
)

// Drop drops Adtally's tables and views in a dataset, and the schema if it is empty then.
// Other people's objects stay.
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

// drop uses one transaction. If DuckDB refuses to drop the schema because it is not empty,
// everything except the schema is dropped.
func (h datasetObjects) drop(ctx context.Context, s *session, dataset string) error {
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
