package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// DB is an open ledger. It may be used by many goroutines.
type DB struct {
	sql  *sql.DB
	path string
}

// busyTimeout is how long a write waits for another process, in milliseconds.
const busyTimeout = "10000"

// Open opens the ledger at path and makes it where there is none. A Fault says
// what a person must change.
func Open(ctx context.Context, path string) (*DB, error) {
	migrations, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return nil, err
	}
	return openWith(ctx, path, migrations)
}

func openWith(ctx context.Context, path string, migrations fs.FS) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if err := create(path); err != nil {
		return nil, unreadable(path, err)
	}
	handle, err := open(path, url.Values{
		"_txlock":       {"immediate"}, // a write that must wait does so at its beginning
		"_busy_timeout": {busyTimeout},
		"_foreign_keys": {"1"},
		"_dqs":          {"0"},
		"_journal_mode": {"WAL"}, // one may read while another writes
		// FULL has SQLite wait, at every commit, until the disk has the
		// write-ahead log, and its folder where the log is new. WAL's usual
		// NORMAL loses the last commits in a power cut: a cursor would be
		// gone whose report is paid for already.
		"_synchronous": {"FULL"},
	})
	if err != nil {
		return nil, unreadable(path, err)
	}
	db := &DB{sql: handle, path: path}
	if err := db.prepare(ctx, migrations); err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	return db, nil
}

// prepare makes sure that the file is a ledger, and one this program knows. The
// handle touches the file only after it was found to be ours, or empty.
func (db *DB) prepare(ctx context.Context, migrations fs.FS) error {
	p, err := provider(db.sql, migrations)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if err := refuse(ctx, db.path, latest(p)); err != nil {
		return err
	}
	if err := db.claim(ctx); err != nil {
		return err
	}
	return db.migrate(ctx, p)
}

// Close gives the file back.
func (db *DB) Close() error { return db.sql.Close() }

// open gives a handle for the file; nothing is opened before it is used.
func open(path string, settings url.Values) (*sql.DB, error) {
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: settings.Encode()}
	handle, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, err
	}
	// SQLite has room for one writer. The others wait their turn here, where a
	// context can call them back.
	handle.SetMaxOpenConns(1)
	return handle, nil
}

// creating keeps create from closing a file on which this process has a lock
// by way of SQLite: POSIX drops all locks of a process at its first close.
var creating sync.Mutex

// create makes the file, for its owner only, unless it is there. SQLite gives
// the files beside it the same mode.
func create(path string) error {
	creating.Lock()
	defer creating.Unlock()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// write carries out f as one transaction.
func (db *DB) write(ctx context.Context, what string, f func(*sql.Tx) error) error {
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return db.failed(ctx, what, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := f(tx); err != nil {
		return db.failed(ctx, what, err)
	}
	if err := tx.Commit(); err != nil {
		return db.failed(ctx, what, err)
	}
	return nil
}

// exec is a transaction of one statement.
func (db *DB) exec(ctx context.Context, what, statement string, args ...any) (int64, error) {
	var changed int64
	err := db.write(ctx, what, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return err
		}
		changed, err = r.RowsAffected()
		return err
	})
	return changed, err
}

// query reads all rows, each by scan.
func (db *DB) query(ctx context.Context, what string, scan func(*sql.Rows) error, statement string, args ...any) error {
	rows, err := db.sql.QueryContext(ctx, statement, args...)
	if err != nil {
		return db.failed(ctx, what, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return db.failed(ctx, what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return db.failed(ctx, what, err)
	}
	return nil
}

// failed makes a fault of what a person can mend, and says of the rest what was
// being done. What fails because the work was called off says so.
func (db *DB) failed(ctx context.Context, what string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	} else if f := mendable(db.path, err); f != nil {
		return f
	}
	return fmt.Errorf("%s in the state file: %w", what, err)
}
