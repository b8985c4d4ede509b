package store

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
)

// Copy writes a consistent copy of a database in use to a new file. It does not change
// the database, not even its version.
func Copy(ctx context.Context, from, to string) (err error) {
	f := file(from)
	if _, err := os.Stat(from); err != nil {
		return unreadable(f, err)
	}
	handle, err := open(from, url.Values{"mode": {"ro"}, "_busy_timeout": {busyTimeout}})
	if err != nil {
		return unreadable(f, err)
	}
	db := &DB{sql: handle, backend: f}
	defer func() { err = errors.Join(err, handle.Close()) }()
	if _, err := os.Stat(to); err == nil {
		return db.failed(ctx, "copy", fs.ErrExist)
	}
	if err := create(to); err != nil { // SQLite writes into an existing empty file and keeps its mode
		return db.failed(ctx, "copy", err)
	}
	if _, err := handle.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return db.failed(ctx, "copy", err)
	}
	return flush(to)
}
