package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"time"

	"github.com/pressly/goose/v3"

	"adtally"
)

//go:embed migrations/*.sql
var embedded embed.FS

// mark is SQLite's application_id in every ledger: "AdTa". A database of
// another program is left as it is.
const mark = 0x41645461

var errNotOurs = errors.New("it is a database of another program")

// How long to wait for another program that is making the same ledger, and how
// long between two looks.
const (
	patience = 10 * time.Second
	look     = 20 * time.Millisecond
)

// versionTable is goose's own.
const versionTable = "goose_db_version"

// refuse says what is wrong with the file, if anything. It only reads: a file
// that is not ours, or that a newer program made, must stay as it is, and
// opening it for writing would switch its journal already.
func refuse(ctx context.Context, path string, known int64) (err error) {
	handle, err := open(path, url.Values{"mode": {"ro"}, "_busy_timeout": {busyTimeout}})
	if err != nil {
		return unreadable(path, err)
	}
	defer func() { err = cmp.Or(err, handle.Close()) }()
	var found int64
	var tables int
	err = handle.QueryRowContext(ctx, "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id").Scan(&found, &tables)
	if err == nil && found != mark && (found != 0 || tables > 0) {
		err = errNotOurs
	}
	if err == nil {
		var version int64
		if version, err = versionOf(ctx, handle); version > known {
			return newer(path, version, known)
		}
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if err != nil {
		return unreadable(path, err)
	}
	return nil
}

// versionOf is how many migrations the file has seen.
func versionOf(ctx context.Context, db *sql.DB) (version int64, err error) {
	var there bool
	err = db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_schema WHERE name = ?", versionTable).Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versionTable).Scan(&version)
	return version, err
}

// claim marks an empty file as a ledger. It goes before the migrations, so that
// one cut off between them is still known as ours.
func (db *DB) claim(ctx context.Context) error {
	return db.write(ctx, "begin", func(tx *sql.Tx) error {
		var found int64
		if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&found); err != nil || found == mark {
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", mark))
		return err
	})
}

// migrate brings the file to the version that this program knows. Only one
// program does it, and none while another is syncing into the file.
func (db *DB) migrate(ctx context.Context, p *goose.Provider) error {
	known := latest(p)
	for deadline := time.Now().Add(patience); ; {
		version, err := versionOf(ctx, db.sql)
		if err != nil {
			return db.failed(ctx, "read the version", err)
		}
		if version >= known {
			return nil
		}
		unlock, err := db.Lock(ctx)
		if err == nil {
			defer unlock()
			return db.raise(ctx, p)
		}
		if f := adtally.FaultOf(err); f.Code != codeRunning || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(look):
		}
	}
}

// raise carries out the migrations, after keeping the file as it was.
func (db *DB) raise(ctx context.Context, p *goose.Provider) error {
	version, err := versionOf(ctx, db.sql)
	if err != nil {
		return db.failed(ctx, "read the version", err)
	}
	if version > 0 && version < latest(p) {
		if err := db.backup(ctx, version); err != nil {
			return db.failed(ctx, "keep a copy", err)
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return db.failed(ctx, "make or change the tables", err)
	}
	return nil
}

func provider(db *sql.DB, migrations fs.FS) (*goose.Provider, error) {
	return goose.NewProvider(goose.DialectSQLite3, db, migrations, goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}

func latest(p *goose.Provider) int64 {
	sources := p.ListSources()
	return sources[len(sources)-1].Version
}
