package store

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
)

// Copy writes a database as it is at one moment into a new file, while others work
// with it. It changes nothing in the database, not even its version.
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
	if err := create(to); err != nil { // SQLite writes into an empty file, and leaves its mode
		return db.failed(ctx, "copy", err)
	}
	if _, err := handle.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return db.failed(ctx, "copy", err)
	}
	return flush(to)
}
