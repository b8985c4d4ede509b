// Package store is for the ledger: what a sync must remember between two
// starts of the program, in one SQLite file. Checkpoints, cursors, runs, their
// steps and their outcomes.
//
// It may know the words of the house, never a platform, a warehouse or what a
// cursor says. The one rule it keeps: when a method that writes has returned,
// what it wrote survives kill -9 and a power cut; before that, nothing of it is
// there.
//
// An exported method is one transaction; an unexported helper that takes a
// *sql.Tx is one statement. A moment is kept as microseconds since 1970-01-01
// UTC, and what is finer is cut off; a zero time is NULL. A day is kept as the
// number that adtally.Day is; date(day*86400, 'unixepoch') prints it.
package store
