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
	if err := w.file.reads(ctx, 1); err != nil {
		release()
		return nil, nil, explain(w.file.path, err)
	}
	db := sql.OpenDB(opener{w.file.connectReader})
	return db, sync.OnceFunc(func() {
		_ = db.Close()                                   // a connection left open would keep the file attached
		_ = w.file.reads(context.WithoutCancel(ctx), -1) // memory that is in use stays so until it is not
		release()
	}), nil
}

// readerMemory is what DuckDB may use while somebody reads: a page asks several questions at
// once, and each may need 64 MB for a join.
const readerMemory = 256 << 20

// reads counts readers, and sets DuckDB's memory accordingly. A reader who could not get the
// memory is not counted: the next one asks for it again.
func (f *file) reads(ctx context.Context, more int) error {
	f.readers.Lock()
	defer f.readers.Unlock()
	before := f.readers.count
	f.readers.count += more
	if (before == 0) == (f.readers.count == 0) {
		return nil
	}
	o := f.options
	if f.readers.count > 0 {
		o.Memory = max(o.Memory, readerMemory)
	}
	err := f.with(ctx, func(s *session) error { return s.exec(ctx, "SET GLOBAL memory_limit = "+literal(o.limit())) })
	if err != nil && more > 0 {
		f.readers.count = before
	}
	return err
}

// Close releases the file. All handles from Query must have been returned.
func (w *writer) Close() error {
	w.closed.Do(w.file.leave)
	return nil
}
