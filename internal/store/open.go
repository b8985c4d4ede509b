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

// DB is an open database. It may be used by many goroutines.
type DB struct {
	sql     *sql.DB
	backend backend
	// bind writes a statement as the database wants it.
	bind func(statement string) string
	// clock is the database's own, in microseconds.
	clock string
}

// backend is where a database is kept: what SQLite and PostgreSQL do each in its
// own way. It prints as in a sentence: "the state file x".
type backend interface {
	fmt.Stringer
	// prepare makes sure that it is a database, and one this program knows.
	prepare(ctx context.Context, db *DB) error
	// version is how many migrations it has seen.
	version(ctx context.Context, handle *sql.DB) (int64, error)
	// claim keeps it for one sync; errTaken: another has it.
	claim(ctx context.Context) (release func(), err error)
	// mendable is the fault of what a person can mend; nil for other errors.
	mendable(err error) *adtally.Fault
}

// Open opens the database at an address and makes it where there is none: a
// postgres:// address names a database on a server, anything else a file of
// SQLite. A Fault says what a person must change.
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

// isServer says whether an address names a database on a server.
func isServer(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Close gives the file, or the connections, back. A transaction that was called off
// is undone in the background and holds SQLite's only connection until then; left
// behind by Close, it would change the file once more.
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

// closeTimeout is how long Close waits for what is under way.
const closeTimeout = 5 * time.Second

// failed makes a fault of what a person can mend, and says of the rest what was
// being done. What fails because the work was called off says so, and a fault
// that the work itself found stays as it is.
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
