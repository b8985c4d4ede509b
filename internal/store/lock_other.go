//go:build !unix

package store

import (
	"context"
	"net/url"
	"sync"

	sqlite3 "modernc.org/sqlite/lib"
)

// take uses SQLite to lock the file, which works on every system.
func take(name string) (release func(), err error) {
	if err := create(name); err != nil {
		return nil, err
	}
	handle, err := open(name, url.Values{"_txlock": {"exclusive"}, "_busy_timeout": {"0"}})
	if err != nil {
		return nil, err
	}
	tx, err := handle.BeginTx(context.Background(), nil)
	if err == nil {
		return sync.OnceFunc(func() {
			_ = tx.Rollback()  // nothing was written; only the lock matters,
			_ = handle.Close() // and closing ends it as well
		}), nil
	}
	_ = handle.Close()
	if codeOf(err) == sqlite3.SQLITE_BUSY {
		return nil, errTaken
	}
	return nil, err
}
