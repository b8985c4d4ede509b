package duckdb

import (
	"context"
	"database/sql"
	"sync"
)

// writer is a file that somebody has opened.
type writer struct {
	file   *file
	closed sync.Once
}

// Query lends a handle for reading. The file stays attached until it is given
// back: other programs are kept out for so long, loads go on. Where another
// program is reading the file, it is lent all the same, and loads wait.
func (w *writer) Query(ctx context.Context) (*sql.DB, func(), error) {
	release, err := w.file.hold(ctx, readOnly)
	if err != nil {
		return nil, nil, explain(w.file.path, err)
	}
	db := sql.OpenDB(opener{w.file.connectReader})
	return db, sync.OnceFunc(func() {
		_ = db.Close() // or a connection that is left open would keep the file
		release()
	}), nil
}

// Close gives the file back. Handles that were lent must have been given back.
func (w *writer) Close() error {
	w.closed.Do(w.file.leave)
	return nil
}
