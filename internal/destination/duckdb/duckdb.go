package duckdb

import (
	"context"
	"strconv"
	"time"

	"adtally"
	"adtally/internal/destination"
)

// Defaults of Options.
const (
	// defaultMemory keeps the whole process below 300 MB while it loads ten million rows. With
	// 80 MB, that peaked at about 255 MB, and with 144 MB and no thread that returns memory to
	// the system, at 420 MB (BenchmarkWalking in cmd/adtally). A sync of 500 accounts needs
	// more: 285 MB with 64 MB (make bench-agency), and more than 300 MB with 80 MB.
	defaultMemory      = 64 << 20
	defaultLockTimeout = 30 * time.Second
)

// Options configure an installation. The zero Options are the defaults.
type Options struct {
	// Memory is the number of bytes that DuckDB may use. Beyond that, it writes to disk.
	Memory int64
	// LockTimeout is how long to wait for a file that another program holds.
	LockTimeout time.Duration
	// Trace, if set, is called with every statement before it runs.
	Trace func(statement string)
}

// limit returns Memory as DuckDB spells it.
func (o Options) limit() string { return strconv.FormatInt(o.Memory, 10) + "B" }

// Kind opens DuckDB files.
type Kind struct{ options Options }

// New returns a Kind. While a file is open, the options of the first opener apply to
// everyone in the process.
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

// Spec describes the settings.
func (Kind) Spec() adtally.Spec {
	return adtally.Spec{Name: "duckdb", Title: "DuckDB", Summary: "A DuckDB file on this machine. Nothing else has to be installed.",
		Fields: []adtally.Field{{Key: "location", Label: "File", Default: "adtally.duckdb", Scope: adtally.PerInstallation,
			Help: "The path of the file. Adtally creates the file if it is missing; the folder must exist."}}}
}

// Open creates the file if it is missing, and checks that it is a DuckDB file that can be written.
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
