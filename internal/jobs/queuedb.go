package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite" // driver of the embedded queue
)

// schema has River's tables on PostgreSQL.
const schema = "river"

// QueueDB is the database of River's tables.
type QueueDB struct {
	*River
	close func() error
}

// Open opens a queue in a PostgreSQL database, or in an SQLite file, which only one process
// may use.
func Open(ctx context.Context, address string, o RiverOptions) (*QueueDB, error) {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return openServer(ctx, address, o)
	}
	return openFile(ctx, address, o)
}

// Close closes the database.
func (p *QueueDB) Close() error { return p.close() }

// openFile opens the queue's SQLite file. Jobs that are lost in a power cut are queued again,
// so it does not sync to disk at every commit.
func openFile(ctx context.Context, path string, o RiverOptions) (*QueueDB, error) {
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open the queue %s: %w", path, err)
	}
	query := url.Values{"_txlock": {"immediate"}, "_busy_timeout": {"10000"}, "_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_foreign_keys": {"1"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+query.Encode())
	if err != nil {
		return nil, fmt.Errorf("open the queue %s: %w", path, err)
	}
	db.SetMaxOpenConns(1) // SQLite has one writer, and River writes often
	r, err := prepare(ctx, riversqlite.New(db), o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the queue %s: %w", path, err), db.Close())
	}
	return &QueueDB{r, db.Close}, nil
}

// private creates the file with mode 0600, and restricts an existing file. SQLite gives its
// other files the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return f.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, beside := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+beside, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func openServer(ctx context.Context, address string, o RiverOptions) (*QueueDB, error) {
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return nil, errors.New("open the queue: its address cannot be read") // err may contain the password
	}
	o.Schema = schema
	_, err = pool.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema)
	var r *River
	if err == nil {
		r, err = prepare(ctx, riverpgxv5.New(pool), o)
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	return &QueueDB{r, func() error { pool.Close(); return nil }}, nil
}

// prepare migrates River's tables.
func prepare[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], o RiverOptions) (*River, error) {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Schema: o.Schema, Logger: o.Log})
	if err != nil {
		return nil, err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, err
	}
	return NewRiver(driver, o)
}
