package api

import (
	"context"
	"time"

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
	// SharedMembers is Members for the holder of a share link: only what the question's lock
	// shows.
	SharedMembers(ctx context.Context, under analytics.Query, dimension, search string, limit int) ([]analytics.Member, error)
	// Possible refuses a question that cannot be answered whatever the data is.
	Possible(ctx context.Context, q analytics.Query) error
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

// Tags of the operations.
const (
	tagAnalytics = "analytics"
	tagSharing   = "sharing" // management of share links
	tagShared    = "shared"  // for the holders of share links
)

// forEditors may define the meaning of figures.
var forEditors = Access{Role: adtally.Editor}

// Shares keep the links that show dashboards to people without an account.
type Shares interface {
	AddShareLink(ctx context.Context, l adtally.ShareLink, d adtally.AuditEntry) error
	// ShareLinks returns the links of a maker and a dashboard before a position, newest
	// first, without those that were made to look at. An empty text stands for all.
	ShareLinks(ctx context.Context, maker, dashboard string, before adtally.PagePosition, limit int) ([]adtally.ShareLink, error)
	ShareLink(ctx context.Context, id string) (adtally.ShareLink, error)
	ShareLinkByHash(ctx context.Context, hash string) (adtally.ShareLink, error)
	// EditShareLink refuses with stale_edit if the link has another version, and with
	// conflict if it was revoked.
	EditShareLink(ctx context.Context, l adtally.ShareLink, d adtally.AuditEntry) error
	// RevokeShareLink does nothing if the link was revoked before.
	RevokeShareLink(ctx context.Context, id string, d adtally.AuditEntry) error

	// CountShareTry counts an attempt at a link's password from an address, before the
	// password is compared. If the attempt comes too early, it returns until when to wait
	// and counts nothing.
	CountShareTry(ctx context.Context, link, address string, now time.Time) (until time.Time, err error)
	// ForgetShareTries takes back the attempts of an address at a link.
	ForgetShareTries(ctx context.Context, link, address string) error
	AddShareSession(ctx context.Context, s adtally.ShareSession) error
	ShareSession(ctx context.Context, hash string) (adtally.ShareSession, error)

	AddShareOpening(ctx context.Context, o adtally.ShareOpening) error
	// ShareOpenings returns the openings of a link before a position, newest first.
	ShareOpenings(ctx context.Context, link string, before adtally.PagePosition, limit int) ([]adtally.ShareOpening, error)
	ShareOpened(ctx context.Context, link string) (adtally.ShareOpenings, error)
}
