package duckdb

import (
	"context"
	"database/sql/driver"
	"errors"

	ddb "github.com/duckdb/duckdb-go/v2"
)

// reader is a connection that can only read. DuckDB has no read-only connections, and the
// file is attached for writing because loads continue.
type reader struct{ *ddb.Conn }

var errReadsOnly = errors.New("only a single SELECT statement is allowed")

// connectReader opens a connection in which dataset.table refers to the file.
func (f *file) connectReader(ctx context.Context) (driver.Conn, error) {
	conn, err := f.connect(ctx)
	if err != nil {
		return nil, err
	}
	r := reader{conn.(*ddb.Conn)}
	if _, err := r.Conn.ExecContext(ctx, "USE "+catalog, nil); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// QueryContext makes the caller prepare the query first. DuckDB would plan it a second time
// otherwise.
func (reader) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return nil, driver.ErrSkip
}

// PrepareContext allows a single SELECT statement.
func (r reader) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := r.Conn.PrepareContext(ctx, query) // fails if there is more than one statement
	if err != nil {
		return nil, err
	}
	if kind, err := stmt.(*ddb.Stmt).StatementType(); err != nil || kind != ddb.STATEMENT_TYPE_SELECT {
		return nil, errors.Join(errReadsOnly, stmt.Close())
	}
	return stmt, nil
}

func (r reader) Prepare(query string) (driver.Stmt, error) {
	return r.PrepareContext(context.Background(), query)
}

func (reader) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return nil, errReadsOnly
}
