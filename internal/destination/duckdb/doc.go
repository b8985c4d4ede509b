// Package duckdb is the warehouse that is a DuckDB file of the user's own.
//
// It may not know where rows come from, reach the network, or drop what it did
// not make itself. The one rule it keeps: the file is held only while
// something is read from it or written to it, never while a platform is being
// waited for, so that people can open it with their own DuckDB between loads.
package duckdb
