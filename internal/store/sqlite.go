package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // registers the driver sqlite

	"adtally"
)

// file is the path of an SQLite database.
type file string

func (f file) String() string { return "the state file " + string(f) }

// busyTimeout is how long a write waits for another process, in milliseconds.
const busyTimeout = "10000"

func openFile(path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, unreadable(file(path), err)
	}
	if err := create(path); err != nil {
		return nil, unreadable(file(path), err)
	}
	handle, err := open(path, url.Values{
		"_txlock":       {"immediate"}, // a write waits at its beginning
		"_busy_timeout": {busyTimeout},
		"_foreign_keys": {"1"},
		"_dqs":          {"0"},
		"_journal_mode": {"WAL"}, // readers do not block the writer
		// FULL syncs the write-ahead log to disk at every commit. WAL's default,
		// NORMAL, can lose the last commits in a power cut: a cursor whose report is
		// already paid for would be lost.
		"_synchronous": {"FULL"},
	})
	if err != nil {
		return nil, unreadable(file(path), err)
	}
	return &DB{sql: handle, backend: file(path), bind: func(s string) string { return s },
		clock: "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"}, nil
}

// open returns a handle; it opens the file at first use.
func open(path string, settings url.Values) (*sql.DB, error) {
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: settings.Encode()}
	handle, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, err
	}
	// SQLite has one writer. With one connection, others wait in Go, where their context
	// can be cancelled.
	handle.SetMaxOpenConns(1)
	return handle, nil
}

// creating serialises create: POSIX drops all locks of a process on a file, SQLite's too,
// when the process closes any handle of it.
var creating sync.Mutex

// create creates the file with mode 0600 unless it exists. SQLite gives its other files the
// same mode.
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

// prepare changes the file only if it is ours or empty.
func (f file) prepare(ctx context.Context, db *DB) error {
	p, err := provider(goose.DialectSQLite3, db.sql, "sqlite", versionTable)
	if err != nil {
		return err
	}
	if err := f.refuse(ctx, latest(p)); err != nil {
		return err
	}
	if err := f.sign(ctx, db); err != nil {
		return err
	}
	return db.migrate(ctx, p, func(ctx context.Context, version int64) error {
		if version == 0 {
			return nil
		}
		if err := f.backup(ctx, db.sql, version); err != nil {
			return db.failed(ctx, "keep a copy", err)
		}
		return nil
	})
}

// signature is the application_id of our SQLite files: "AdTa". Files of other programs are
// not changed.
const signature = 0x41645461

// versionTable is goose's table.
const versionTable = "goose_db_version"

// refuse returns why the file cannot be used, or nil. It only reads, because a foreign or
// newer file must not change, and opening it for writing would already switch its journal
// mode.
func (f file) refuse(ctx context.Context, known int64) (err error) {
	handle, err := open(string(f), url.Values{"mode": {"ro"}, "_busy_timeout": {busyTimeout}})
	if err != nil {
		return unreadable(f, err)
	}
	defer func() { err = cmp.Or(err, handle.Close()) }()
	var found int64
	var tables int
	err = handle.QueryRowContext(ctx, "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id").Scan(&found, &tables)
	if err == nil && found != signature && (found != 0 || tables > 0) {
		err = errNotOurs
	}
	if err == nil {
		var version int64
		if version, err = f.version(ctx, handle); err == nil {
			err = versionFault(f, version, known)
		}
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if fault, ok := errors.AsType[*adtally.Fault](err); ok {
		return fault
	}
	if err != nil {
		return unreadable(f, err)
	}
	return nil
}

func (f file) version(ctx context.Context, handle *sql.DB) (version int64, err error) {
	var there bool
	err = handle.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_schema WHERE name = ?", versionTable).Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	err = handle.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versionTable).Scan(&version)
	return version, err
}

// sign marks an empty file as ours, before the migrations, so that an interrupted migration
// is still recognised.
func (f file) sign(ctx context.Context, db *DB) error {
	return db.write(ctx, "begin", func(tx txn) error {
		var found int64
		err := tx.query(ctx, func(rows *sql.Rows) error { return rows.Scan(&found) }, "PRAGMA application_id")
		if err != nil || found == signature {
			return err
		}
		_, err = tx.exec(ctx, fmt.Sprintf("PRAGMA application_id = %d", signature))
		return err
	})
}

// claim locks an empty file next to the database. The operating system releases the lock when
// the process ends.
func (f file) claim(context.Context) (release func(), err error) {
	release, err = take(string(f) + ".lock")
	if err != nil && !errors.Is(err, errTaken) {
		err = unreadable(f+".lock", err)
	}
	return release, err
}
