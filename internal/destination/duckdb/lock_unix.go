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
