package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"adtally"
)

// Service holds the dependencies of the operations on sources and runs.
type Service struct {
	Sources   Sources
	Accounts  Accounts
	Runs      Runs
	Log       Logs
	Versions  Versions
	Platforms Platforms
	Vault     Vault
	OAuth     OAuth
	Logins    PlatformLogins
	Links     Links
	Settings  Settings
	Grants    Grants
	Channels  Channels
	Incidents Incidents
	Senders   Senders
	Costs     Costs
	Forecasts Forecasts
	Warehouse Warehouse
	Visible   VisibleAccounts
	Progress  GuideProgresses
	Files     DataFiles
	Calls     ToolCalls

	FigureRules AnalyticsSettings

	Analytics   Analytics
	Differences Differences
	Definitions Definitions
	Dashboards  Dashboards
	Shares      Shares
	Given       GivenDashboards
	// Subscriptions send dashboards; Printing says whether they can send PDFs.
	Subscriptions Subscriptions
	Printing      bool
	NamingRules   NamingRules
	Matches       CampaignMatches
	SQL           SQL
	SavedSQL      SavedSQL
}

// Warehouse is where the tables are. Its faults are shown to the caller unchanged.
type Warehouse interface {
	// Vacant refuses an existing dataset that Adtally did not create.
	Vacant(ctx context.Context, dataset string) error
	// Foreign returns objects of others that are in a dataset or read its tables.
	Foreign(ctx context.Context, dataset string) ([]adtally.Foreign, error)
	// CountRows returns the number of rows of those tables that exist.
	CountRows(ctx context.Context, dataset string, tables []string) (map[string]int64, error)
	// MissingData returns what is missing in a dataset, by account, table, column and reason.
	MissingData(ctx context.Context, dataset string) ([]adtally.MissingData, error)
	// Comparisons returns the comparisons with the platform's totals, by account and day.
	Comparisons(ctx context.Context, dataset string, f adtally.ComparisonFilter) ([]adtally.Comparison, error)
	// DataStates returns what is missing in several datasets and how they compare, by dataset.
	DataStates(ctx context.Context, filters map[string]adtally.ComparisonFilter) (map[string]adtally.DataState, error)
	// Restatement returns totals as they were read at certain ages of days, by account.
	Restatement(ctx context.Context, dataset string, f adtally.RestatementFilter) ([]adtally.Restated, error)
}

// Sources are the configured connectors. A missing source is a fault with the code
// not_found.
type Sources interface {
	// AddSource refuses with dataset_taken. It stores the source and its secret together
	// or not at all.
	AddSource(ctx context.Context, s adtally.SourceRecord, h adtally.Handover, d adtally.AuditEntry) error
	Source(ctx context.Context, id string) (adtally.SourceRecord, error)
	// DueSources returns the sources whose next run is due.
	DueSources(ctx context.Context, now time.Time, limit int) ([]adtally.SourceRecord, error)
	Sources(ctx context.Context, deleted bool) ([]adtally.SourceRecord, error)
	// SourceActivities returns what is known about the latest sync, by source; of one
	// source, or of all that are not deleted.
	SourceActivities(ctx context.Context, source string) (map[string]adtally.SourceActivity, error)
	// EditSource applies a change and stores the secret that comes with it in one
	// transaction. It refuses with stale_edit if the source has another revision. The
	// change must not call the store.
	EditSource(ctx context.Context, id string, revision int64, change func(*adtally.SourceRecord), h adtally.Handover, d adtally.AuditEntry) (adtally.SourceRecord, error)
}

// Accounts are the ad accounts that the sources' credentials can see.
type Accounts interface {
	SeenAccounts(ctx context.Context, source string) ([]adtally.SeenAccount, error)
}

// Runs are runs of syncs.
type Runs interface {
	// RequestRun returns the run in progress and false if there is one.
	RequestRun(ctx context.Context, o adtally.RunRequest, audit ...adtally.AuditEntry) (adtally.RunRecord, bool, error)
	Run(ctx context.Context, id string) (adtally.RunRecord, error)
	// Runs returns the runs that match a filter, newest first.
	Runs(ctx context.Context, f adtally.RunFilter) ([]adtally.RunRecord, error)
	// RunDays returns the states of the runs that began at or after a time, by source and
	// UTC day.
	RunDays(ctx context.Context, since time.Time) ([]adtally.RunDay, error)
	// RunFigures returns the totals of runs, by run.
	RunFigures(ctx context.Context, runs ...string) (map[string]adtally.RunFigures, error)
	Steps(ctx context.Context, run string) ([]adtally.StepRecord, error)
	// Cancel refuses with not_running.
	Cancel(ctx context.Context, run string, now time.Time, d adtally.AuditEntry) error
}

// Logs are the logs of runs.
type Logs interface {
	// LogSummary counts the lines of a log.
	LogSummary(ctx context.Context, run string) (adtally.LogSummary, error)
	// SearchLog returns the lines that match a query.
	SearchLog(ctx context.Context, run string, q adtally.LogQuery, after int64, limit int) ([]adtally.LogLine, error)
}

// Versions says what has changed.
type Versions interface {
	// Versions returns the versions of the sources, of active and recent runs, and of open
	// incidents.
	Versions(ctx context.Context) ([]adtally.Version, error)
}

// Platforms are the connectors. Their faults are shown to the caller unchanged.
type Platforms interface {
	Catalog() []adtally.Spec
	// Tables returns the tables that a source may have, including its custom reports.
	Tables(s adtally.Source) ([]adtally.TableInfo, error)
	// ReportOptions returns what a custom report can consist of.
	ReportOptions(connector string, draft adtally.Report) (adtally.ReportOptions, error)
	// Diagram describes the tables that a source reads.
	Diagram(s adtally.Source) (adtally.Diagram, error)
	// Compared returns the tables that a source reads and that are compared with the
	// platform's totals, the most detailed one last.
	Compared(s adtally.Source) ([]string, error)
}

// OAuth obtains and checks secrets. Its faults are shown to the caller unchanged.
type OAuth interface {
	// Inspect runs the checks of a secret and returns the secret to store. An error means
	// that the platform did not answer, so nothing is known.
	Inspect(ctx context.Context, connector string, secret adtally.Secret, b adtally.Before) (adtally.Inspection, adtally.Secret, error)
	// InspectStepwise is Inspect that also passes on each check as soon as it is done.
	InspectStepwise(ctx context.Context, connector string, secret adtally.Secret, b adtally.Before, done func(adtally.Check)) (adtally.Inspection, adtally.Secret, error)
	// VerifyApp asks the platform whether an app's ID and secret belong together.
	VerifyApp(ctx context.Context, connector string, app adtally.App) error
	// AuthCodeURL is the platform's page on which a person authorizes our app.
	AuthCodeURL(ctx context.Context, connector, state, back string) (string, error)
	// Exchange trades the platform's answer for a secret.
	Exchange(ctx context.Context, connector, back string, answer url.Values) (adtally.Secret, error)
}

// PlatformLogins are logins at a platform, open and finished.
type PlatformLogins interface {
	AddLogin(ctx context.Context, l adtally.Login, state string) error
	// BackFromLogin uses up a state; it refuses a used one with login_used.
	BackFromLogin(ctx context.Context, state string, now time.Time) (adtally.Login, error)
	// EndLogin stores the outcome with its secret and uses up the connect link; it refuses
	// with link_gone if the link cannot be used any more.
	EndLogin(ctx context.Context, l adtally.Login, a adtally.Admission) error
	Login(ctx context.Context, id string) (adtally.Login, error)
	// SourceLogins returns the logins for a source, newest first.
	SourceLogins(ctx context.Context, source string) ([]adtally.Login, error)
}

// Links are connect links, for logins of people without an account here.
type Links interface {
	AddConnectLink(ctx context.Context, l adtally.ConnectLink, code string, d adtally.AuditEntry) error
	// ConnectLink finds a link by ID or, if that is empty, by the hash of its code.
	ConnectLink(ctx context.Context, id, code string) (adtally.ConnectLink, error)
	ConnectLinks(ctx context.Context, source string) ([]adtally.ConnectLink, error)
	RevokeConnectLink(ctx context.Context, source, id string, d adtally.AuditEntry) error
}

// Settings are the settings of the installation.
type Settings interface {
	Settings(ctx context.Context) (adtally.InstallationSettings, error)
	// SetSettings refuses with stale_edit if the settings have another revision.
	SetSettings(ctx context.Context, s adtally.InstallationSettings, d adtally.AuditEntry) error
	PlatformApp(ctx context.Context, connector string) (adtally.PlatformApp, error)
	// SetPlatformApp refuses with stale_edit if the app has another revision. It destroys
	// the app's former secret.
	SetPlatformApp(ctx context.Context, a adtally.PlatformApp, secret adtally.Admission, d adtally.AuditEntry) error
}

// Grants say what credentials allow.
type Grants interface {
	// Grants returns the grants of all credentials in use, by credential.
	Grants(ctx context.Context) (map[string]adtally.Grant, error)
	CredentialVersions(ctx context.Context, credential string) ([]adtally.CredentialVersion, error)
	// Kept returns the credentials of the sources.
	Kept(ctx context.Context) ([]adtally.Kept, error)
}

// Costs are resource usage and coverage.
type Costs interface {
	Usage(ctx context.Context, f adtally.UsageFilter) ([]adtally.Usage, error)
	// Coverage returns ranges of days in the warehouse, by account and table, up to the
	// limit; more says that further ranges follow.
	Coverage(ctx context.Context, q adtally.CoverageFilter) (ranges []adtally.Checkpoint, more bool, err error)
	// Covered returns the tables of a source that hold rows.
	Covered(ctx context.Context, source string) ([]adtally.Extremes, error)
	// Quotas returns the rate limits of a source's accounts, with the waits since a day. The
	// account is empty for waits of all accounts.
	Quotas(ctx context.Context, source string, since adtally.Day) ([]adtally.Quota, error)
}

// Forecasts preview and estimate. Their faults are shown to the caller unchanged.
type Forecasts interface {
	// Preview reads one day of a report from the platform; a zero day is yesterday. The
	// account must be one of the source; empty = any.
	Preview(ctx context.Context, s adtally.SourceRecord, r adtally.Report, account string, day adtally.Day) (adtally.Preview, error)
	// Estimate estimates a run without calling the platform.
	Estimate(ctx context.Context, s adtally.SourceRecord, e adtally.RunScope) ([]adtally.Cost, error)
	// EstimateReport estimates a custom report without calling the platform.
	EstimateReport(ctx context.Context, s adtally.SourceRecord, r adtally.Report) (adtally.ReportEstimate, error)
}

// Channels are notification channels.
type Channels interface {
	AddChannel(ctx context.Context, c adtally.Channel, a adtally.Admission, d adtally.AuditEntry) error
	Channels(ctx context.Context) ([]adtally.Channel, error)
	Channel(ctx context.Context, id string) (adtally.Channel, error)
	// EditChannel refuses with stale_edit if the channel has another revision.
	EditChannel(ctx context.Context, c adtally.Channel, a adtally.Admission, d adtally.AuditEntry) error
	RemoveChannel(ctx context.Context, id string, d adtally.AuditEntry) error
}

// Incidents are incidents and the messages about them.
type Incidents interface {
	OpenIncidents(ctx context.Context) ([]adtally.Incident, error)
	// Incidents returns the incidents that were reported, newest first.
	Incidents(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.Incident, error)
	// SnoozeIncident keeps people from being notified about an open incident until a time.
	SnoozeIncident(ctx context.Context, id string, until time.Time, d adtally.AuditEntry) error
	Deliveries(ctx context.Context, channel string, limit int) ([]adtally.Delivery, error)
}

// Senders deliver messages. Their faults are shown to the caller unchanged.
type Senders interface {
	Kinds() []adtally.Spec
	// Check validates a channel's settings.
	Check(c adtally.Channel) error
	// Try sends a test message.
	Try(ctx context.Context, c adtally.Channel) error
	// NewSecret generates a secret for a kind of channel; zero = the person must provide
	// it.
	NewSecret(kind string) adtally.Secret
}

// Vault stores secrets.
type Vault interface {
	// Admit seals a secret and passes it to keep, which stores it or refuses. Admit may
	// call keep more than once.
	Admit(ctx context.Context, c adtally.Credential, secret adtally.Secret, g adtally.Grant, by string, keep func(context.Context, adtally.Admission) error) error
	// Open returns a secret; version 0 is the newest.
	Open(ctx context.Context, credential string, version int64) (adtally.Secret, error)
}

// platformProblem converts a platform's fault: 422 if a person must fix it, 503 if it may
// pass.
func platformProblem(err error) error {
	f := adtally.FaultOf(err)
	if f.Act == adtally.Bug {
		return err
	}
	p := &Problem{Status: foreignStatus(f.Act), Detail: f.Message, Code: f.Code, Act: f.Act, Hint: f.Hint}
	if !f.Until.IsZero() {
		until := f.Until.UTC()
		p.Until = &until
	}
	return p.named()
}

// conflictWith returns the problem of a conflict with an object.
func conflictWith(f *adtally.Fault, object string) error {
	p := &Problem{Status: http.StatusConflict, Detail: f.Message, Code: f.Code, Act: f.Act, Hint: f.Hint, Object: object}
	return p.named()
}
