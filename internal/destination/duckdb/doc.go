// Package duckdb writes to a DuckDB file on the user's machine.
//
// It never accesses the network and never drops anything that it did not create. It holds
// the file only while reading or writing it, never while waiting for a platform, so that
// people can open the file with their own DuckDB between loads.
package duckdb
