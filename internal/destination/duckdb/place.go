package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"adtally"
)

// locate returns the absolute path of a file without symbolic links, even if the file does
// not exist.
func locate(location string) (string, error) {
	if location == "" {
		return "", &adtally.Fault{Act: adtally.Configure, Code: "destination_missing", Message: "The path of the DuckDB file is missing",
			Hint: "Give the path of a DuckDB file, for example adtally.duckdb."}
	}
	path, err := filepath.Abs(location)
	if err != nil {
		return "", fmt.Errorf("locate %s: %w", location, err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real, nil
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", explain(path, err)
	}
	return filepath.Join(folder, filepath.Base(path)), nil
}

// errNoFile means that the path is a folder, a pipe or a device.
var errNoFile = errors.New("not a regular file")

// checkForeign creates the file if it is missing and checks that it can be used.
func (f *file) checkForeign(ctx context.Context) error {
	if err := f.create(ctx); err != nil {
		return err
	}
	release, err := f.hold(ctx, readWrite)
	if err != nil {
		return err
	}
	release()
	return nil
}

// create creates the file under another name and then moves it into place, so that a crash
// or a full disk leaves no half-written file. An empty file is replaced.
func (f *file) create(ctx context.Context) error {
	found, err := os.Stat(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && !found.Mode().IsRegular() {
		return errNoFile // opening a pipe would block forever
	}
	if err == nil && found.Size() > 0 {
		return nil
	}
	if err == nil {
		if err := os.Remove(f.path); err != nil {
			return err
		}
	}
	made := filepath.Join(f.scratch.path, "new.duckdb")
	defer os.Remove(made)
	if err := f.with(ctx, func(s *session) error {
		if err := s.exec(ctx, "ATTACH "+literal(made)+" AS adtally_new "+attachOptions+")"); err != nil {
			return err
		}
		return s.exec(context.WithoutCancel(ctx), "DETACH adtally_new")
	}); err != nil {
		return err
	}
	if err := os.Link(made, f.path); err != nil && !errors.Is(err, fs.ErrExist) {
		return os.Rename(made, f.path) // the file system has no hard links
	}
	return nil
}
