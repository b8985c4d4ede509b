//go:build unix

package duckdb

import (
	"os"
	"syscall"
)

// take locks a folder until the returned file is closed. A process ID would not do,
// because programs in two containers can have the same.
func take(folder string) (*os.File, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// canUndo is true because a file that DuckDB holds can be read at the same time.
const canUndo = true

// lockWhole locks a file as DuckDB does. This keeps out DuckDBs of other processes, but
// not of this one.
func lockWhole(f *os.File) error {
	return syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK})
}
