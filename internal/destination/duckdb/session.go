package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"

	ddb "github.com/duckdb/duckdb-go/v2"
)

// session is one connection to the DuckDB in memory, with temporary tables of
// its own. They vanish with it.
type session struct {
	db    *sql.DB
	conn  *sql.Conn
	trace func(string)
}

// opener lets database/sql open connections and not close the DuckDB.
type opener struct {
	connect func(context.Context) (driver.Conn, error)
}

func (o opener) Connect(ctx context.Context) (driver.Conn, error) { return o.connect(ctx) }
func (opener) Driver() driver.Driver                              { return ddb.Driver{} }

// with lends a session.
func (f *file) with(ctx context.Context, use func(*session) error) error {
	db := sql.OpenDB(opener{f.connect})
	defer db.Close() // closes the connection, which nothing else does
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to DuckDB: %w", err)
	}
	defer conn.Close()
	return use(&session{db: db, conn: conn, trace: f.options.Trace})
}

func (s *session) exec(ctx context.Context, statement string, args ...any) error {
	s.trace(statement)
	_, err := s.conn.ExecContext(ctx, statement, args...)
	return err
}

// atOnce is how many statements that add something share a transaction. DuckDB
// keeps every earlier state of a table or view until its end, and a comment on a
// column makes a new one: all of twenty wide tables and their views in one took
// 700 MB. What a kill leaves out is added the next time.
const atOnce = 8

// parts carries out statements that add something, some at a time.
func (s *session) parts(ctx context.Context, statements []string) error {
	for some := range slices.Chunk(statements, atOnce) {
		err := s.transact(ctx, func() error {
			for _, statement := range some {
				if err := s.exec(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	s.trace(statement)
	return s.conn.QueryContext(ctx, statement, args...)
}

func (s *session) row(ctx context.Context, statement string, args ...any) *sql.Row {
	s.trace(statement)
	return s.conn.QueryRowContext(ctx, statement, args...)
}

// transact runs do in a transaction. A cancelled context ends what do does; it
// never leaves the transaction open or its end in doubt.
func (s *session) transact(ctx context.Context, do func() error) error {
	end := context.WithoutCancel(ctx)
	if err := s.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	err := do()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = s.exec(end, "ROLLBACK") // fails only where DuckDB has rolled back by itself
		return err
	}
	return s.exec(end, "COMMIT")
}
