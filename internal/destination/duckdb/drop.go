package duckdb

import "context"

// Drop takes a dataset out of the file.
func (w *writer) Drop(ctx context.Context, dataset string) error {
	err := w.file.write(ctx, func() error {
		return w.file.with(ctx, func(s *session) error {
			return s.exec(ctx, "DROP SCHEMA IF EXISTS "+catalog+"."+ident(dataset)+" CASCADE")
		})
	})
	return explain(w.file.path, err)
}
