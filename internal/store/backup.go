package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// backup copies the database to a file beside it. A copy of the same version from an
// earlier attempt is replaced, but only by a complete one.
func (f file) backup(ctx context.Context, handle *sql.DB, version int64) error {
	name := fmt.Sprintf("%s.backup-v%d", string(f), version)
	part := name + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := create(part); err != nil { // SQLite writes into an existing empty file and keeps its mode
		return err
	}
	if _, err := handle.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return err
	}
	if err := flush(part); err != nil {
		return err
	}
	return os.Rename(part, name)
}

// flush waits until the file is on disk: SQLite does not sync a VACUUM INTO copy.
func flush(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
