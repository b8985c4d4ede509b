package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"adtally"
)

// Service is what the operations on sources and runs are given.
type Service struct {
	Sources   Sources
	Accounts  Accounts
	Runs      Runs
	Log       Logs
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
}

// Warehouse is where the tables stand. Its faults are told to the caller as they
// are.
type Warehouse interface {
	// Vacant refuses a dataset that is there and that we did not make.
	Vacant(ctx context.Context, dataset string) error
	// Foreign are other people's objects that stand in a dataset, or read it.
	Foreign(ctx context.Context, dataset string) ([]adtally.Foreign, error)
}

// Sources are the configured connectors. What is not there is a fault with the
// code not_found.
type Sources interface {
	// AddSource refuses with dataset_taken. The secret comes with the source, or not
	// at all.
	AddSource(ctx context.Context, s adtally.SourceRecord, h adtally.Handover, d adtally.AuditEntry) error
	Source(ctx context.Context, id string) (adtally.SourceRecord, error)
	// DueSources are those whose next run is about to begin.
	DueSources(ctx context.Context, now time.Time, limit int) ([]adtally.SourceRecord, error)
	Sources(ctx context.Context, deleted bool) ([]adtally.SourceRecord, error)
	// EditSource makes a change, and keeps the secret that comes with it, in one
	// transaction. It refuses with stale_edit where the source has another revision.
	// The change asks nothing of the store.
	EditSource(ctx context.Context, id string, revision int64, change func(*adtally.SourceRecord), h adtally.Handover, d adtally.AuditEntry) (adtally.SourceRecord, error)
}

// Accounts are what the sources' credentials see.
type Accounts interface {
	SeenAccounts(ctx context.Context, source string) ([]adtally.SeenAccount, error)
}

// Runs are the carryings-out of syncs.
type Runs interface {
	// RequestRun gives the run that is on instead, and false, where there is one.
	RequestRun(ctx context.Context, o adtally.RunRequest, audit ...adtally.AuditEntry) (adtally.RunRecord, bool, error)
	Run(ctx context.Context, id string) (adtally.RunRecord, error)
	// Runs are those of a source, or of all, the newest first, before one of them.
	Runs(ctx context.Context, source, before string, limit int) ([]adtally.RunRecord, error)
	// RunFigures are what runs have taken and brought, by run.
	RunFigures(ctx context.Context, runs ...string) (map[string]adtally.RunFigures, error)
	Steps(ctx context.Context, run string) ([]adtally.StepRecord, error)
	// Cancel refuses with not_running.
	Cancel(ctx context.Context, run string, now time.Time, d adtally.AuditEntry) error
}

// Logs are what runs say.
type Logs interface {
	Log(ctx context.Context, run string, after int64, limit int) ([]adtally.LogLine, error)
	// SearchLog gives those lines alone that a query finds.
	SearchLog(ctx context.Context, run string, q adtally.LogQuery, after int64, limit int) ([]adtally.LogLine, error)
}

// Platforms are the connectors. Their faults are told to the caller as they are.
type Platforms interface {
	Catalog() []adtally.Spec
	// Tables are those that a source may have, its own reports among them.
	Tables(s adtally.Source) ([]adtally.TableInfo, error)
}

// OAuth is how secrets come. Their faults are told to the caller as they are.
type OAuth interface {
	// Inspect makes the named checks of a secret, and gives the one to keep. An
	// error is a platform that does not answer: nothing is known then.
	Inspect(ctx context.Context, connector string, secret adtally.Secret, b adtally.Before) (adtally.Inspection, adtally.Secret, error)
	// VerifyApp asks the platform whether an app is what it is said to be.
	VerifyApp(ctx context.Context, connector string, app adtally.App) error
	// AuthCodeURL is the platform's page on which a person lets our app in.
	AuthCodeURL(ctx context.Context, connector, state, back string) (string, error)
	// Exchange makes a secret of what they come back with.
	Exchange(ctx context.Context, connector, back string, answer url.Values) (adtally.Secret, error)
}

// PlatformLogins are the ways through a platform's login that people are on, or were.
type PlatformLogins interface {
	AddLogin(ctx context.Context, l adtally.Login, state string) error
	// BackFromLogin uses a state up; login_used where that was done before.
	BackFromLogin(ctx context.Context, state string, now time.Time) (adtally.Login, error)
	// EndLogin keeps the secret with what came of the login, and uses up the link
	// that it began with; link_gone where that does not work any more.
	EndLogin(ctx context.Context, l adtally.Login, a adtally.Admission) error
	Login(ctx context.Context, id string) (adtally.Login, error)
	// SourceLogins are those for a source, newest first.
	SourceLogins(ctx context.Context, source string) ([]adtally.Login, error)
}

// Links let somebody log in who is none of our people.
type Links interface {
	AddConnectLink(ctx context.Context, l adtally.ConnectLink, code string, d adtally.AuditEntry) error
	// ConnectLink is the one with an id or, where that is empty, a code's hash.
	ConnectLink(ctx context.Context, id, code string) (adtally.ConnectLink, error)
	ConnectLinks(ctx context.Context, source string) ([]adtally.ConnectLink, error)
	RevokeConnectLink(ctx context.Context, source, id string, d adtally.AuditEntry) error
}

// Settings are what an admin sets for everybody.
type Settings interface {
	Settings(ctx context.Context) (adtally.InstallationSettings, error)
	// SetSettings refuses with stale_edit where they have another revision.
	SetSettings(ctx context.Context, s adtally.InstallationSettings, d adtally.AuditEntry) error
	PlatformApp(ctx context.Context, connector string) (adtally.PlatformApp, error)
	// SetPlatformApp refuses with stale_edit where it has another revision.
	// It destroys the secret that the app had before.
	SetPlatformApp(ctx context.Context, a adtally.PlatformApp, secret adtally.Admission, d adtally.AuditEntry) error
}

// Grants are what credentials allow.
type Grants interface {
	// Grants are those of all credentials in use, by credential.
	Grants(ctx context.Context) (map[string]adtally.Grant, error)
	CredentialVersions(ctx context.Context, credential string) ([]adtally.CredentialVersion, error)
	// Kept are the credentials of the sources.
	Kept(ctx context.Context) ([]adtally.Kept, error)
}

// Costs are what was used, and what is there for it.
type Costs interface {
	Usage(ctx context.Context, f adtally.UsageFilter) ([]adtally.Usage, error)
	// Coverage are ranges of days that are in the warehouse, by account and table, at
	// most as many as are wanted; more says that others follow.
	Coverage(ctx context.Context, q adtally.CoverageFilter) (ranges []adtally.Checkpoint, more bool, err error)
	// Covered are the tables of a source that hold something.
	Covered(ctx context.Context, source string) ([]adtally.Extremes, error)
}

// Forecasts say what reading would give, and take. Their faults are told to the
// caller as they are.
type Forecasts interface {
	// Preview asks the platform for one day of a report; zero = yesterday. The
	// account is one that the source sees; empty = any.
	Preview(ctx context.Context, s adtally.SourceRecord, r adtally.Report, account string, day adtally.Day) (adtally.Preview, error)
	// Estimate says what a run would take. It asks the platform nothing.
	Estimate(ctx context.Context, s adtally.SourceRecord, e adtally.RunScope) ([]adtally.Cost, error)
}

// Channels are the ways to tell people.
type Channels interface {
	AddChannel(ctx context.Context, c adtally.Channel, a adtally.Admission, d adtally.AuditEntry) error
	Channels(ctx context.Context) ([]adtally.Channel, error)
	Channel(ctx context.Context, id string) (adtally.Channel, error)
	// EditChannel refuses with stale_edit where the channel has another revision.
	EditChannel(ctx context.Context, c adtally.Channel, a adtally.Admission, d adtally.AuditEntry) error
	RemoveChannel(ctx context.Context, id string, d adtally.AuditEntry) error
}

// Incidents are what was wrong, and what was sent about it.
type Incidents interface {
	OpenIncidents(ctx context.Context) ([]adtally.Incident, error)
	// Incidents are those that people were told of, newest first.
	Incidents(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.Incident, error)
	Deliveries(ctx context.Context, channel string, limit int) ([]adtally.Delivery, error)
}

// Senders bring messages to people. Their faults are told to the caller as they
// are.
type Senders interface {
	Kinds() []adtally.Spec
	// Check says what is wrong with a channel's settings.
	Check(c adtally.Channel) error
	// Try sends a test.
	Try(ctx context.Context, c adtally.Channel) error
	// NewSecret is one for a channel whose secret nobody has yet; zero = its kind
	// needs one that somebody has.
	NewSecret(kind string) adtally.Secret
}

// Vault keeps secrets.
type Vault interface {
	// Admit seals a secret and gives it to keep, which writes it down or refuses, and
	// may be asked again.
	Admit(ctx context.Context, c adtally.Credential, secret adtally.Secret, g adtally.Grant, by string, keep func(context.Context, adtally.Admission) error) error
	// Open gives a secret; version 0 is the newest.
	Open(ctx context.Context, credential string, version int64) (adtally.Secret, error)
}

// foreign is a platform's fault as a problem: what a person must mend is in the
// request, and what time mends is in the way.
func foreign(err error) error {
	f := adtally.FaultOf(err)
	status := http.StatusUnprocessableEntity
	switch f.Act {
	case adtally.Wait, adtally.Retry:
		status = http.StatusServiceUnavailable
	case adtally.Bug:
		return err
	}
	p := &Problem{Status: status, Detail: f.Message, Code: f.Code, Act: f.Act, Hint: f.Hint}
	if !f.Until.IsZero() {
		until := f.Until.UTC()
		p.Until = &until
	}
	return p.named()
}

// inTheWay is the problem of something that is on already.
func inTheWay(f *adtally.Fault, object string) error {
	p := &Problem{Status: http.StatusConflict, Detail: f.Message, Code: f.Code, Act: f.Act, Hint: f.Hint, Object: object}
	return p.named()
}
