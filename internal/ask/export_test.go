package ask

import (
	"context"
	"io"

	ddb "github.com/duckdb/duckdb-go/v2"
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

// Gate is what a statement's tree goes through, in this process: for tests of text that is
// only parsed.
type Gate struct {
	job    Job
	parser *ddb.Conn
}

// NewGate returns a gate for a job's tables.
func NewGate(j Job) (*Gate, error) {
	parser, err := connect(context.Background(), j.Memory)
	return &Gate{j, parser}, err
}

// Allows reports whether the gate lets a statement through.
func (g *Gate) Allows(sql string) bool {
	if checkText(sql) != nil {
		return false
	}
	tree, err := parse(context.Background(), g.parser, sql)
	return err == nil && newGate(g.job.Catalog, g.job.Tables).walk(tree, nil) == nil
}

// Views are the statements that show the tables, without those that turn files off.
func (j *Job) Views() []string {
	return append([]string{"ATTACH " + literal(j.File) + " AS " + warehouse + " (READ_ONLY)", "ATTACH ':memory:' AS " + ident(j.Catalog), "USE " + ident(j.Catalog)}, j.views()...)
}
