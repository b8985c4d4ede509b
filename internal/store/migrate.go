package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// mark is SQLite's application_id in every ledger: "AdTa". A database of
// another program is left as it is.
const mark = 0x41645461

var errNotOurs = errors.New("it is a database of another program")

// prepare makes sure that the file is a ledger, and one this program knows.
func (db *DB) prepare(ctx context.Context) error {
	if err := db.claim(ctx); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return unreadable(db.path, err)
	}
	// Two programs may make the same ledger at once: the one that comes second
	// finds tables that were not there when it looked, and looks again.
	err := db.migrate(ctx)
	for try := 0; err != nil && codeOf(err) != 0 && try < 5; try++ {
		err = db.migrate(ctx)
	}
	return err
}

// claim marks an empty file as a ledger. It goes before the migrations, so that
// one cut off between them is still known as ours.
func (db *DB) claim(ctx context.Context) error {
	var found int64
	if err := db.sql.QueryRowContext(ctx, "PRAGMA application_id").Scan(&found); err != nil || found == mark {
		return err
	}
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	var tables int
	if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&found); err != nil || found == mark {
		return err
	}
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if found != 0 || tables > 0 {
		return errNotOurs
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", mark)); err != nil {
		return err
	}
	return tx.Commit()
}

func (db *DB) migrate(ctx context.Context) error {
	p, err := provider(db.sql)
	if err != nil {
		return err
	}
	current, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the state file: %w", err)
	}
	if current > known {
		return newer(db.path, current, known)
	}
	if current == known {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the state file up to date: %w", err)
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}
