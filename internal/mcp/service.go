package mcp

import (
	"context"
	"log/slog"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// Config holds what the server needs.
type Config struct {
	Analytics  Analytics
	Dashboards Dashboards
	Freshness  Freshness
	SQL        SQL // nil = there is no SQL
	Calls      Calls
	Log        *slog.Logger
	Now        func() time.Time
	NewID      func() string
	Version    string
	// Timeout ends a call; zero = 15 seconds.
	Timeout time.Duration
}

// Analytics answers questions about metrics.
type Analytics interface {
	Ask(ctx context.Context, q analytics.Query) (*analytics.Answer, error)
	Metrics(ctx context.Context) ([]analytics.MetricInfo, error)
	Dimensions(ctx context.Context) ([]analytics.DimensionInfo, error)
	// Members returns the members of a dimension whose ID or name contains a text.
	Members(ctx context.Context, dimension, search string, limit int) ([]analytics.Member, error)
	Settings(ctx context.Context) (analytics.Settings, error)
}

// Dashboards are those that people made.
type Dashboards interface {
	Dashboards(ctx context.Context) ([]adtally.StoredDashboard, error)
}

// Freshness says how far the sources were read.
type Freshness interface {
	SourceStates(ctx context.Context) ([]SourceState, error)
}

// SourceState says how far a source was read. Its name was written by people of the
// installation.
type SourceState struct {
	ID, Name, Connector string
	AsOf                time.Time // when it was last up to date; zero = never
	Running             bool
	Accounts            []AccountState
	Gaps                []Gap
	Alerts              []string // codes of what is wrong
}

// AccountState says how far an ad account was read.
type AccountState struct {
	ID      string
	Through adtally.Day // last day that was read completely; zero = none
}

// Gap is what is missing of an account.
type Gap struct {
	Account string
	Window  adtally.Window // zero = objects without a day
	Code    string
}

// SQL runs a statement against the modelled tables. Its faults with a known code are shown to
// the caller.
type SQL interface {
	ModelledTables(ctx context.Context) ([]adtally.ModelledTable, error)
	RunSQL(ctx context.Context, person string, q adtally.SQLQuery, emit func(adtally.SQLBatch) error) (adtally.SQLResult, error)
}

// Calls keeps what was asked.
type Calls interface {
	AddToolCall(ctx context.Context, c adtally.ToolCall) error
}

// Principal is who asks.
type Principal struct {
	Key  string // ID of the API key
	Name string // name of the key
	SQL  bool   // may ask in SQL
}
