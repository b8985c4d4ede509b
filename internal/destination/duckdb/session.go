package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"

	ddb "github.com/duckdb/duckdb-go/v2"
)

// session is one connection to the in-memory DuckDB. Its temporary tables disappear with it.
type session struct {
	db    *sql.DB
	conn  *sql.Conn
	trace func(string)
}

// opener lets database/sql open connections without closing the DuckDB.
type opener struct {
	connect func(context.Context) (driver.Conn, error)
}

func (o opener) Connect(ctx context.Context) (driver.Conn, error) { return o.connect(ctx) }
func (opener) Driver() driver.Driver                              { return ddb.Driver{} }

// with runs use with a new session.
func (f *file) with(ctx context.Context, use func(*session) error) error {
	db := sql.OpenDB(opener{f.connect})
	defer db.Close() // closes the connection; nothing else does
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

// statementsPerTx is how many statements that add something share a transaction. DuckDB keeps every
// earlier state of a table or view until the transaction ends, and each comment on a
// column makes a new one: twenty wide tables and their views in one transaction took 700
// MB. If the program is killed between transactions, the next Prepare adds the rest.
const statementsPerTx = 8

// execParts runs statements that add something, statementsPerTx per transaction.
func (s *session) execParts(ctx context.Context, statements []string) error {
	for some := range slices.Chunk(statements, statementsPerTx) {
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

// transact runs do in a transaction. A cancelled context stops do; the transaction is
// still committed or rolled back for certain.
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
		_ = s.exec(end, "ROLLBACK") // fails only if DuckDB has already rolled back
		return err
	}
	return s.exec(end, "COMMIT")
}
