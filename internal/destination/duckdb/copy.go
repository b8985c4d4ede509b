package duckdb

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// walSuffix is the suffix of DuckDB's write-ahead log, which holds changes that are not in
// the file yet.
const walSuffix = ".wal"

// Copy copies the file, and its write-ahead log if there is one, to a folder. Loads of all
// processes wait until it is finished.
func (w *writer) Copy(ctx context.Context, folder string) ([]string, error) {
	names, err := w.file.copyTo(ctx, folder)
	return names, explain(w.file.path, err)
}

func (f *file) copyTo(ctx context.Context, folder string) ([]string, error) {
	release, err := f.hold(ctx, readOnly)
	if err != nil {
		return nil, err
	}
	defer release()
	select {
	case f.writing <- struct{}{}:
		defer func() { <-f.writing }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	base := filepath.Base(f.path)
	if err := f.copyMain(ctx, filepath.Join(folder, base)); err != nil {
		return nil, err
	}
	wal, err := os.Open(f.path + walSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return []string{base}, nil
	}
	if err != nil {
		return nil, err
	}
	defer wal.Close()
	return []string{base, base + walSuffix}, copyAll(ctx, filepath.Join(folder, base+walSuffix), wal)
}

// copyMain reads through the open handle. Opening and closing another handle would release
// DuckDB's lock, which belongs to the process.
func (f *file) copyMain(ctx context.Context, to string) error {
	if db := f.undo.db; db != nil {
		info, err := db.Stat()
		if err != nil {
			return err
		}
		return copyAll(ctx, to, io.NewSectionReader(db, 0, info.Size()))
	}
	db, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer db.Close()
	return copyAll(ctx, to, db)
}

// copyAll writes a new file and syncs it to disk.
func copyAll(ctx context.Context, to string, from io.Reader) error {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, ctxReader{ctx, from})
	return errors.Join(err, out.Sync(), out.Close())
}

// ctxReader is a reader that stops when its context is cancelled.
type ctxReader struct {
	ctx context.Context //nolint:containedctx // it lives as long as one copy
	io.Reader
}

func (c ctxReader) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.Reader.Read(p)
}
