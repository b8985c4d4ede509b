//go:build !unix

package duckdb

import "os"

// take needs no lock: on this system, open files cannot be removed.
func take(string) (*os.File, error) { return nil, nil }

// canUndo is false because a file that DuckDB holds cannot be opened a second time.
const canUndo = false

func lockWhole(*os.File) error { return nil }
