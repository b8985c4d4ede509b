package ask

import (
	"context"
	"io"
)

// WorkWithout is Work without one of the belts.
func WorkWithout(ctx context.Context, in io.Reader, out io.Writer, which string) error {
	b := allBelts
	switch which {
	case "read_only":
		b.readOnly = false
	case "no_files":
		b.noFiles, b.gate = false, false
	case "locked":
		b.locked, b.gate = false, false
	case "gate":
		b.gate = false
	}
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
