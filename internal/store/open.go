package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"adtally"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	sql     *sql.DB
	backend backend
	// bind converts a statement to the database's placeholders.
	bind func(statement string) string
	// clock is an SQL expression: the database's time in microseconds.
	clock string
}

// backend is the part that differs between SQLite and PostgreSQL. Its String is used
// in sentences: "the state file x".
type backend interface {
	fmt.Stringer
	// prepare checks that this is a database that the program knows.
	prepare(ctx context.Context, db *DB) error
	// version returns the version of the schema.
	version(ctx context.Context, handle *sql.DB) (int64, error)
	// claim locks the database for one sync; errTaken = another process has it.
	claim(ctx context.Context) (release func(), err error)
	// mendable returns the fault of an error that a person can fix; nil for others.
	mendable(err error) *adtally.Fault
}

// Open opens the database at an address and creates it if it is missing: a postgres://
// address names a database on a server, anything else a SQLite file. A Fault says what
// a person must fix.
func Open(ctx context.Context, address string) (*DB, error) {
	open := openFile
	if isServer(address) {
		open = openServer
	}
	db, err := open(address)
	if err != nil {
		return nil, err
	}
	if err := db.backend.prepare(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// isServer reports whether an address names a database on a server.
func isServer(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Close closes the database. A cancelled transaction is rolled back in the background
// and holds SQLite's only connection until then; without waiting for it, it would
// change the file after Close.
func (db *DB) Close() error {
	if s := db.sql.Stats(); s.InUse > 0 && s.MaxOpenConnections == 1 {
		ctx, stop := context.WithTimeout(context.Background(), closeTimeout)
		defer stop()
		if last, err := db.sql.Conn(ctx); err == nil {
			_ = last.Close() // it is closed with the others
		}
	}
	return db.sql.Close()
}

// closeTimeout is how long Close waits for transactions in progress.
const closeTimeout = 5 * time.Second

// failed converts errors that a person can fix to faults, and adds the operation to
// others. Cancellation is reported as such; a fault from the operation itself stays as
// it is.
func (db *DB) failed(ctx context.Context, what string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	} else if f, ok := errors.AsType[*adtally.Fault](err); ok {
		return f
	} else if f := db.backend.mendable(err); f != nil {
		return f
	}
	return fmt.Errorf("%s in %s: %w", what, db.backend, err)
}
