//go:build unix

package duckdb

import (
	"os"
	"syscall"
)

// take locks a folder as long as it is open. The number of a process would not
// do: programs in two containers may have the same.
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

// canUndo: a file that DuckDB holds can be read beside it.
const canUndo = true

// lockWhole locks a file as DuckDB does, which keeps other programs' DuckDBs
// away and not our own.
func lockWhole(f *os.File) error {
	return syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: syscall.F_WRLCK})
}
