package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/pressly/goose/v3"

	"adtally"
)

//go:embed migrations
var embedded embed.FS

// baseline is the version of the first migration. Earlier versions were never
// released.
const baseline = 100

var errNotOurs = errors.New("the database belongs to another program")

// How long to wait for another process that is migrating the same database, and how often to
// look.
const (
	lockTimeout = 10 * time.Second
	lockPoll    = 20 * time.Millisecond
)

// provider returns the migrations of a folder.
func provider(d goose.Dialect, db *sql.DB, folder, versions string) (*goose.Provider, error) {
	migrations, err := fs.Sub(embedded, path.Join("migrations", folder))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	p, err := goose.NewProvider(d, db, migrations, goose.WithTableName(versions),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, nil
}

func latest(p *goose.Provider) int64 {
	sources := p.ListSources()
	return sources[len(sources)-1].Version
}

// migrate brings the database to the latest version. Only one process migrates at a time,
// and not while another is syncing. before is called with the current version.
func (db *DB) migrate(ctx context.Context, p *goose.Provider, before func(context.Context, int64) error) error {
	known := latest(p)
	for deadline := time.Now().Add(lockTimeout); ; {
		version, err := db.backend.version(ctx, db.sql)
		if err != nil {
			return db.failed(ctx, "read the version", err)
		}
		if version >= known {
			return nil
		}
		unlock, err := db.Lock(ctx)
		if err == nil {
			defer unlock()
			return db.raise(ctx, p, before)
		}
		if f := adtally.FaultOf(err); f.Code != codeRunning || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lockPoll):
		}
	}
}

// raise runs the missing migrations, each in a transaction.
func (db *DB) raise(ctx context.Context, p *goose.Provider, before func(context.Context, int64) error) error {
	version, err := db.backend.version(ctx, db.sql)
	if err != nil {
		return db.failed(ctx, "read the version", err)
	}
	if version >= latest(p) {
		return nil // another process was faster
	}
	if err := before(ctx, version); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return db.failed(ctx, "make or change the tables", err)
	}
	return nil
}
