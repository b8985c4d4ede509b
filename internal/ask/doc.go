// Package ask runs SQL that people write against the modelled tables of a DuckDB file.
//
// It may not run such SQL in the service's own process, and it never changes the text of a
// statement other than by a LIMIT at its end. Its one rule: whatever is not known to be
// harmless is refused, and what is allowed runs in a child process that can only read the
// file and can be killed.
//
// The parent starts a child for each statement (process.go) and decides whose turn it is
// (turns.go). The child (worker.go) checks the statement (gate.go), opens the file so that
// nothing else can be reached (connection.go), and sends rows back (frame.go).
package ask
