package duckdb

import (
	"context"
	"database/sql"
	"sync"
)

// writer is a user's handle on a file.
type writer struct {
	file   *file
	closed sync.Once
}

// Query returns a handle for reading. The file stays attached until done is called: other
// programs cannot open it, and loads continue. If another program is reading the file, the
// handle works too, and loads wait.
func (w *writer) Query(ctx context.Context) (*sql.DB, func(), error) {
	release, err := w.file.hold(ctx, readOnly)
	if err != nil {
		return nil, nil, explain(w.file.path, err)
	}
	db := sql.OpenDB(opener{w.file.connectReader})
	return db, sync.OnceFunc(func() {
		_ = db.Close() // a connection left open would keep the file attached
		release()
	}), nil
}

// Close releases the file. All handles from Query must have been returned.
func (w *writer) Close() error {
	w.closed.Do(w.file.leave)
	return nil
}
