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
	// bind converts the placeholders of a statement.
	bind func(statement string) string
	// clock is an SQL expression for the database's time in microseconds.
	clock string
}

// backend is what SQLite and PostgreSQL do differently. It prints as part of a sentence: "the
// state file x".
type backend interface {
	fmt.Stringer
	// prepare checks that the database is ours, and migrates it.
	prepare(ctx context.Context, db *DB) error
	// version returns the latest migration.
	version(ctx context.Context, handle *sql.DB) (int64, error)
	// claim locks the database for one sync; errTaken = another process has it.
	claim(ctx context.Context) (release func(), err error)
	// mendable returns a fault for errors that a person can fix, and nil for others.
	mendable(err error) *adtally.Fault
}

// Open opens or creates the database at an address: a postgres:// URL, or the path of an
// SQLite file. A Fault says what a person must change.
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

// isServer reports whether an address is a PostgreSQL URL.
func isServer(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Close closes the database. A cancelled transaction is rolled back in the background and
// holds SQLite's only connection until then; Close waits for it, because otherwise it would
// change the file later.
func (db *DB) Close() error {
	if s := db.sql.Stats(); s.InUse > 0 && s.MaxOpenConnections == 1 {
		ctx, stop := context.WithTimeout(context.Background(), closeTimeout)
		defer stop()
		if last, err := db.sql.Conn(ctx); err == nil {
			_ = last.Close() // closed together with the others
		}
	}
	return db.sql.Close()
}

// closeTimeout is how long Close waits for such a rollback.
const closeTimeout = 5 * time.Second

// failed converts an error that a person can fix into a fault, and adds to other errors what
// was being done. It returns the context's cause if the work was cancelled, and faults
// unchanged.
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
