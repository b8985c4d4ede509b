//go:build !unix

package duckdb

import "os"

// take needs no lock: here files that are open cannot be removed.
func take(string) (*os.File, error) { return nil, nil }

// canUndo: a file that DuckDB holds cannot be opened beside it.
const canUndo = false

func lockWhole(*os.File) error { return nil }
