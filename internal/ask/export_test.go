package ask

import (
	"context"
	"io"
)

// WorkWithout is Work without the gate, the second opinion on SELECT, and one of the other
// belts; "" is Work. Without READ_ONLY, files and writes are allowed
// too: each of them alone keeps DuckDB from writing.
func WorkWithout(ctx context.Context, in io.Reader, out io.Writer, which string) error {
	b := allBelts
	if which != "" {
		b.gate, b.selects = false, false
	}
	b.readOnly, b.noFiles, b.locked = which != "read_only", which != "no_files" && which != "read_only", which != "locked"
	b.noWrites = which != "read_only" && which != "no_files"
	return work(ctx, in, out, b)
}

// Sorted reports how a function is sorted: allowed, refused, both or "".
func Sorted(name string, table bool) string {
	allowed, denied := allowedFunctions[name], refusedFunctions[name]
	if table {
		allowed, denied = allowedTables[name], refusedTables[name]
	}
	switch {
	case allowed && denied:
		return "both"
	case allowed:
		return "allowed"
	case denied:
		return "refused"
	}
	return ""
}

// Check is what the gate runs instead of a statement.
func (j *Job) Check(ctx context.Context) (string, error) { return j.check(ctx) }

// Clean is the text of an error that a person sees.
func Clean(message string) string { return clean(message) }
