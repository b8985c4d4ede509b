package duckdb

import (
	"context"
	"time"

	"adtally"
	"adtally/internal/destination"
)

// Defaults of Options.
const (
	// defaultMemory lets a whole process stay below 300 MB while it loads ten
	// million rows: it peaks at about 255 MB then, on a busy machine too, and at
	// 420 MB with 144 MB here and no thread that gives memory back
	// (cmd/adtally's BenchmarkWalking).
	defaultMemory      = 80 << 20
	defaultLockTimeout = 30 * time.Second
)

// Options are what an installation may set. The zero Options are good.
type Options struct {
	// Memory is how many bytes DuckDB may use; beyond them it writes to disk.
	Memory int64
	// LockTimeout is for how long to wait while another program holds the file.
	LockTimeout time.Duration
	// Trace, when set, is told every statement before it runs.
	Trace func(statement string)
}

// Kind is the warehouse of one DuckDB file.
type Kind struct{ options Options }

// New makes the kind. The options of whoever opens a file first hold for all
// in the process who open it while it is open.
func New(o Options) Kind {
	if o.Memory == 0 {
		o.Memory = defaultMemory
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = defaultLockTimeout
	}
	if o.Trace == nil {
		o.Trace = func(string) {}
	}
	return Kind{options: o}
}

// Spec says what there is to set.
func (Kind) Spec() adtally.Spec {
	return adtally.Spec{Name: "duckdb", Title: "DuckDB", Summary: "A DuckDB file on this machine. Nothing else has to be installed.",
		Fields: []adtally.Field{{Key: "location", Label: "File", Default: "adtally.duckdb", Scope: adtally.PerInstallation,
			Help: "Where the file is. It is made when it is not there; its folder must be."}}}
}

// Open makes the file when it is missing, and finds out that it is a DuckDB
// file which can be written.
func (k Kind) Open(ctx context.Context, d adtally.Destination, _ adtally.Secret) (destination.Writer, error) {
	path, err := locate(d.Location)
	if err != nil {
		return nil, err
	}
	f, err := share(path, k.options)
	if err != nil {
		return nil, explain(path, err)
	}
	if err := f.checkForeign(ctx); err != nil {
		f.leave()
		return nil, explain(path, err)
	}
	return &writer{file: f}, nil
}
