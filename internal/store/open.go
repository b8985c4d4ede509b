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

// Open opens the ledger at path and makes it where there is none. A Fault says
// what a person must change.
func Open(ctx context.Context, path string) (*DB, error) {
	handle, err := open(path, url.Values{
		"_txlock":       {"immediate"}, // a write that must wait does so at its beginning
		"_busy_timeout": {"10000"},     // milliseconds, for other processes
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
	if err := db.prepare(ctx); err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	return db, nil
}

// Close gives the file back.
func (db *DB) Close() error { return db.sql.Close() }

// open makes the file at path, for its owner only, and gives a handle for it.
func open(path string, settings url.Values) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := create(path); err != nil {
		return nil, err
	}
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
		return db.failed(what, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := f(tx); err != nil {
		return db.failed(what, err)
	}
	if err := tx.Commit(); err != nil {
		return db.failed(what, err)
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
		return db.failed(what, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return db.failed(what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return db.failed(what, err)
	}
	return nil
}

// failed makes a fault of what a person can mend, and says of the rest what was
// being done.
func (db *DB) failed(what string, err error) error {
	if f := unwritable(db.path, err); f != nil {
		return f
	}
	return fmt.Errorf("%s in the state file: %w", what, err)
}
