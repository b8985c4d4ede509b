package api

import (
	"context"

	"adtally"
	"adtally/internal/analytics"
)

// Analytics answers questions about metrics. A refused question is an *analytics.Refusal;
// its other faults are shown to the caller unchanged.
type Analytics interface {
	Ask(ctx context.Context, q analytics.Query) (*analytics.Answer, error)
	Metrics(ctx context.Context) ([]analytics.MetricInfo, error)
	Dimensions(ctx context.Context) ([]analytics.DimensionInfo, error)
	// Members returns members of a dimension whose ID or name contains a text.
	Members(ctx context.Context, dimension, search string, limit int) ([]analytics.Member, error)
	// AskByTouch answers a question grouped by how customers and orders came. The members are IDs.
	AskByTouch(ctx context.Context, q analytics.Query) (*analytics.Answer, error)
	// Touches returns the ways of coming that have some IDs, by ID.
	Touches(ctx context.Context, ids []string) (map[string]analytics.Touch, error)
	// CampaignNames returns the current names of those of some campaigns that exist.
	CampaignNames(ctx context.Context, ids []string) (map[string]string, error)
	Settings(ctx context.Context) (analytics.Settings, error)
	// BuiltIn returns the built-in files by name.
	BuiltIn() map[string]string
	// CheckDefinition checks a file together with all others that are in force; an empty
	// text stands for the deletion of the file.
	CheckDefinition(ctx context.Context, name, text string) (analytics.CheckedDefinition, error)
	// Export returns one file with all definitions in force.
	Export(ctx context.Context) (string, error)
	// NamesInUse returns the names of a level with what they spent in a time, the highest
	// spend first.
	NamesInUse(ctx context.Context, level analytics.NamedLevel, w adtally.Window) ([]adtally.NamedSpend, error)
}

// Definitions keep the files with the installation's own definitions. Every version of a
// file stays.
type Definitions interface {
	// Definitions returns the newest version of every file that is not deleted.
	Definitions(ctx context.Context) ([]adtally.StoredDefinition, error)
	// DefinitionVersions returns the versions of a file, newest first.
	DefinitionVersions(ctx context.Context, name string) ([]adtally.StoredDefinition, error)
	// AddDefinition adds the next version, which also a deletion is. It refuses with
	// stale_edit if the newest version is not the one before.
	AddDefinition(ctx context.Context, v adtally.StoredDefinition, d adtally.AuditEntry) error
}

// Dashboards keep the dashboards that people made.
type Dashboards interface {
	AddDashboard(ctx context.Context, b adtally.StoredDashboard, d adtally.AuditEntry) error
	Dashboards(ctx context.Context) ([]adtally.StoredDashboard, error)
	Dashboard(ctx context.Context, id string) (adtally.StoredDashboard, error)
	// EditDashboard refuses with stale_edit if the dashboard has another revision.
	EditDashboard(ctx context.Context, b adtally.StoredDashboard, d adtally.AuditEntry) error
	RemoveDashboard(ctx context.Context, id string, d adtally.AuditEntry) error
}

// NamingRules keep the naming rules. Every version of a rule stays.
type NamingRules interface {
	// NamingRules returns the newest version of every rule that is not deleted.
	NamingRules(ctx context.Context) ([]adtally.StoredNamingRule, error)
	// NamingRuleVersions returns the versions of a rule, newest first.
	NamingRuleVersions(ctx context.Context, id string) ([]adtally.StoredNamingRule, error)
	// AddNamingRule adds the next version, which also a deletion is. It refuses with
	// stale_edit if the newest version is not the one before.
	AddNamingRule(ctx context.Context, r adtally.StoredNamingRule, d adtally.AuditEntry) error
}

const tagAnalytics = "analytics"

// forEditors may define the meaning of figures.
var forEditors = Access{Role: adtally.Editor}
