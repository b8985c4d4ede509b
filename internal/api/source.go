package api

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"adtally"
)

// sources serves the configured connectors.
type sources struct {
	*shell
	Service
}

const tagSources = "sources"

var (
	forViewers  = Access{Role: adtally.Viewer}
	forBuilders = Access{Role: adtally.Builder}
	// withSecrets is the access that replacing a token requires.
	withSecrets = Access{Role: adtally.Builder, Also: adtally.Credentials}
)

func (g sources) register() {
	g.registerCredential()
	const list, one = "/api/v1/sources", "/api/v1/sources/{id}"
	handle(g.shell, operation{ID: "list-catalog", Method: http.MethodGet, Path: "/api/v1/catalog", Tag: tagSources, Access: forViewers, Summary: "List the available connectors"}, g.catalog)
	handle(g.shell, operation{ID: "list-sources", Method: http.MethodGet, Path: list, Tag: tagSources, Access: forViewers, Summary: "List the sources"}, g.list)
	handle(g.shell, operation{ID: "get-history", Method: http.MethodGet, Path: list + "/history", Tag: tagSources, Access: forViewers, Summary: "Get how the runs of each source went, day by day"}, g.history)
	handle(g.shell, operation{ID: "create-source", Method: http.MethodPost, Path: list, Tag: tagSources, Access: withSecrets, Status: http.StatusCreated,
		Summary: "Create a source", Text: "With a token, the platform is asked what it allows, and the first sync starts immediately. Without one, the source waits for a token.",
		Refuses: []int{http.StatusConflict, http.StatusServiceUnavailable}}, g.create)
	handle(g.shell, operation{ID: "get-source", Method: http.MethodGet, Path: one, Tag: tagSources, Access: forViewers, Summary: "Get a source"}, g.get)
	handle(g.shell, operation{ID: "update-source", Method: http.MethodPatch, Path: one, Tag: tagSources, Access: forBuilders, Summary: "Update a source",
		Text: "Fields that are absent stay as they are. A new name does not rename tables.", Refuses: []int{http.StatusConflict}}, g.change)
	handle(g.shell, operation{ID: "delete-source", Method: http.MethodDelete, Path: one, Tag: tagSources, Access: forBuilders, Summary: "Delete a source",
		Text: "A deleted source can be restored for 30 days, with its tables and schedule. After that its token is destroyed, and its tables are kept or dropped, as requested. A run in progress is cancelled.", Refuses: []int{http.StatusConflict}}, g.remove)
	handle(g.shell, operation{ID: "list-dependents", Method: http.MethodGet, Path: one + "/dependents", Tag: tagSources, Access: forViewers, Summary: "List what depends on a source"}, g.dependents)
	handle(g.shell, operation{ID: "restore-source", Method: http.MethodPost, Path: one + "/restore", Tag: tagSources, Access: forBuilders, Summary: "Restore a deleted source",
		Refuses: []int{http.StatusConflict}}, g.restore)
	handle(g.shell, operation{ID: "list-accounts", Method: http.MethodGet, Path: one + "/accounts", Tag: tagSources, Access: forViewers, Summary: "List the ad accounts of a source, visible and lost"}, g.accounts)
	handle(g.shell, operation{ID: "list-tables", Method: http.MethodGet, Path: one + "/tables", Tag: tagSources, Access: forViewers, Summary: "List the tables that a source may have"}, g.tables)
}

// Source is a source, without secrets.
type Source struct {
	ID        string        `json:"id" doc:"ID of the source"`
	Name      string        `json:"name" doc:"Name for people"`
	Connector string        `json:"connector" example:"facebookads" doc:"Name of the connector"`
	Dataset   string        `json:"dataset" doc:"Schema of its tables in the warehouse"`
	Stage     adtally.Stage `json:"stage" enum:"authentication,initial_load,running" doc:"How far the setup has come"`
	Token     bool          `json:"token" doc:"Whether a token is stored"`
	Accounts  []string      `json:"accounts" doc:"Numbers of the picked ad accounts"`
	All       bool          `json:"all_accounts" doc:"Whether every ad account that the token can see is read, including future ones"`
	Tables    []string      `json:"tables" doc:"Names of the tables that are read; empty = the default tables"`
	Since     adtally.Day   `json:"since,omitempty" doc:"First day that is read; absent = as far back as the platform goes"`
	Minutes   int           `json:"every_minutes" doc:"Minutes between two syncs"`
	LookBack  int           `json:"look_back_days" doc:"How many days a past day is read again"`

	Reports []adtally.Report `json:"reports" nullable:"false" doc:"Custom report tables"`
	Metrics []adtally.Metric `json:"metrics" nullable:"false" doc:"Custom conversions"`

	SourceStatus

	Created  time.Time    `json:"created" doc:"When the source was created"`
	By       string       `json:"created_by" doc:"Who created the source, as kind:id"`
	ByName   string       `json:"created_by_name,omitempty" doc:"Current name of the creator; absent = unknown"`
	Deleted  *time.Time   `json:"deleted,omitempty" doc:"When the source was deleted; absent = it is not"`
	Drop     bool         `json:"drop_data,omitempty" doc:"Whether its tables are dropped 30 days after the deletion"`
	Next     *time.Time   `json:"next,omitempty" doc:"When the next sync is due; absent = not scheduled"`
	Good     *time.Time   `json:"last_good,omitempty" doc:"When the source was last up to date"`
	Expires  *time.Time   `json:"token_expires,omitempty" doc:"When its token expires; absent = never, or unknown"`
	Failures int          `json:"failures" doc:"Number of failed runs in a row"`
	Why      string       `json:"why,omitempty" doc:"Why it is synced less often than every_minutes"`
	Fault    *SourceFault `json:"fault,omitempty" doc:"Fault of the last run, values that could not be loaded (code quarantined), or what keeps the tables of a deleted source from being dropped; absent = none"`
}

// SourceFault is what keeps a source from being up to date.
type SourceFault struct {
	Act     adtally.Act `json:"act" doc:"Who must act: nobody (retry, wait), you (reconnect, configure), or the developers of Adtally (bug)"`
	Code    string      `json:"code" doc:"Stable code of the fault"`
	Message string      `json:"message" doc:"What is wrong, in one sentence"`
	Hint    string      `json:"hint" doc:"How to fix it"`
	Since   time.Time   `json:"since" doc:"Since when it has been wrong"`
}

func (g sources) sourceOf(s adtally.SourceRecord, grant adtally.Grant, status SourceStatus, name func(string) string) Source {
	var fault *SourceFault
	if f := s.Fault; f != nil {
		fault = &SourceFault{f.Act, f.Code, f.Message, f.Hint, s.Failing.UTC()}
	}
	if f := s.Unpurged; f != nil {
		fault = &SourceFault{f.Act, f.Code, f.Message, f.Hint, s.Purging.UTC()}
	}
	return Source{SourceStatus: status, ID: s.ID, Name: s.Name, Connector: s.Connector, Dataset: s.Dataset, Stage: s.Stage, Token: s.Credential != "",
		Accounts: orEmpty(s.Accounts), All: s.All, Tables: orEmpty(s.Tables), Since: s.Since, Minutes: int(s.Every / time.Minute), LookBack: g.lookBack(s), Reports: orEmpty(s.Reports), Metrics: orEmpty(s.Metrics),
		Created: s.Created.UTC(), By: s.CreatedBy, ByName: name(s.CreatedBy), Deleted: timeOrNil(s.Deleted), Drop: s.Drop, Next: timeOrNil(s.Next), Good: timeOrNil(s.LastGood), Expires: timeOrNil(grant.ExpiresAt), Failures: s.Failures, Why: s.Why, Fault: fault}
}

// lookBack returns for how many days a past day is read again.
func (g sources) lookBack(s adtally.SourceRecord) int {
	if s.LookBack > 0 {
		return s.LookBack
	}
	spec, err := g.spec(s.Connector)
	if err != nil {
		return 0 // the connector has been removed
	}
	return spec.LookBack
}

type oneSource struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body Source
}

func (g sources) with(ctx context.Context, s adtally.SourceRecord, grant adtally.Grant) (*oneSource, error) {
	status, err := g.statuses(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	return &oneSource{etag(s.Revision), g.sourceOf(s, grant, status(s, grant), g.names(ctx))}, nil
}

// CatalogEntry is an available connector.
type CatalogEntry struct {
	Name    string `json:"name" doc:"Name of the connector"`
	Title   string `json:"title" doc:"Name for people"`
	Summary string `json:"summary" doc:"What it reads, in one sentence"`
	Login   bool   `json:"login" doc:"Whether the login at the platform is configured; a token can be pasted in any case"`
	Why     string `json:"no_login_because,omitempty" doc:"Why the login is not available"`
	Cure    string `json:"no_login_cure,omitempty" doc:"How to make it available"`
}

func (g sources) catalog(ctx context.Context, _ Caller, _ *struct{}) (*listed[CatalogEntry], error) {
	out := &listed[CatalogEntry]{}
	for _, s := range g.Platforms.Catalog() {
		c, err := g.catalogEntry(ctx, s)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, c)
	}
	return out, nil
}

func (g sources) catalogEntry(ctx context.Context, s adtally.Spec) (CatalogEntry, error) {
	app, err := g.Settings.PlatformApp(ctx, s.Name)
	c := CatalogEntry{Name: s.Name, Title: s.Title, Summary: s.Summary, Login: app.ID != ""}
	if !c.Login {
		f := s.Fault("no_app")
		c.Why, c.Cure = f.Message+".", f.Hint
	}
	return c, err
}

func (g sources) list(ctx context.Context, _ Caller, in *struct {
	Deleted bool `query:"deleted" doc:"List deleted sources that can be restored, instead of active ones"`
},
) (*listed[Source], error) {
	all, err := g.Sources.Sources(ctx, in.Deleted)
	if err != nil {
		return nil, err
	}
	grants, err := g.Grants.Grants(ctx)
	if err != nil {
		return nil, err
	}
	status, err := g.statuses(ctx, "")
	if err != nil {
		return nil, err
	}
	out := &listed[Source]{}
	out.Body.Items = []Source{}
	name := g.names(ctx)
	for _, s := range all {
		out.Body.Items = append(out.Body.Items, g.sourceOf(s, grants[s.Credential], status(s, grants[s.Credential]), name))
	}
	return out, nil
}

func (g sources) get(ctx context.Context, _ Caller, in *struct{ ByID }) (*oneSource, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return g.shown(ctx, s)
}

// shown returns a source with the expiry of its token.
func (g sources) shown(ctx context.Context, s adtally.SourceRecord) (*oneSource, error) {
	grants, err := g.Grants.Grants(ctx)
	if err != nil {
		return nil, err
	}
	return g.with(ctx, s, grants[s.Credential])
}

type sourceForm struct {
	Body struct {
		Choice
		Connector string `json:"connector" maxLength:"100" example:"facebookads" doc:"Name of the connector: see list-catalog"`
		Dataset   string `json:"dataset,omitempty" maxLength:"50" doc:"Schema for its tables; absent = the connector's name, with a number if that is taken"`
		TokenFrom
	}
}

var datasetName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,49}$`)

// defaultInterval is how often a source is synced by default.
const defaultInterval = time.Hour

func (g sources) create(ctx context.Context, who Caller, in *sourceForm) (*oneSource, error) {
	i := slices.IndexFunc(g.Platforms.Catalog(), func(s adtally.Spec) bool { return s.Name == in.Body.Connector })
	if i < 0 {
		return nil, invalid("body.connector", "No such connector exists")
	}
	spec := g.Platforms.Catalog()[i]
	s := adtally.SourceRecord{Source: adtally.Source{ID: g.NewID(), Name: spec.Title, Connector: spec.Name, Every: defaultInterval}, Stage: adtally.Authentication, Created: g.Now(), CreatedBy: who.String()}
	in.Body.Choice.into(&s)
	var err error
	if s.Dataset, err = g.dataset(ctx, in.Body.Dataset, spec.Name); err != nil {
		return nil, err
	}
	if err := g.check(s); err != nil {
		return nil, err
	}
	o := &offer{}
	if in.Body.TokenFrom.given() {
		if o, err = g.inspect(ctx, who, s, in.Body.TokenFrom); err != nil {
			return nil, err
		}
		if err := checkSeen(s.Accounts, seenBy(o.grant)); err != nil {
			return nil, err
		}
	}
	if s, err = g.add(ctx, who, s, o, in.Body.Dataset); err != nil {
		return nil, err
	}
	return g.with(ctx, s, o.grant)
}

// mostNames is how many dataset names are tried while others create sources at the
// same time.
const mostNames = 50

// add stores a source with its secret. If the dataset's name was not given and
// somebody else took it meanwhile, the next free name is tried.
func (g sources) add(ctx context.Context, who Caller, s adtally.SourceRecord, o *offer, given string) (adtally.SourceRecord, error) {
	for range mostNames {
		added, err := g.addOnce(ctx, who, s, o)
		if err == nil || given != "" || adtally.FaultOf(err).Code != "dataset_taken" {
			return added, datasetField(err)
		}
		if s.Dataset, err = g.dataset(ctx, "", s.Connector); err != nil {
			return s, err
		}
	}
	return s, refusal("busy", "Too many sources are being created", "Try again in a moment.")
}

func (g sources) addOnce(ctx context.Context, who Caller, s adtally.SourceRecord, o *offer) (adtally.SourceRecord, error) {
	s.Revision = 1
	d := g.audited(who, "source.create", object("source", s.ID), map[string]string{"name": s.Name, "dataset": s.Dataset})
	if o.secret.IsZero() {
		return s, g.Sources.AddSource(ctx, s, adtally.Handover{}, d)
	}
	err := g.Vault.Admit(ctx, adtally.Credential{Connector: s.Connector, Name: s.Name}, o.secret, o.grant, who.String(), func(ctx context.Context, a adtally.Admission) error {
		o.into(&s, a, g.Now())
		return g.Sources.AddSource(ctx, s, o.handover(a, g.Now()), d)
	})
	return s, err
}

func datasetField(err error) error {
	if f := adtally.FaultOf(err); f != nil && f.Code == "dataset_taken" {
		return fieldRefusal{f, "body.dataset"}
	}
	return err
}

// dataset returns the given name, or a free one that begins with the connector's name.
// The name must not belong to another source or to somebody else in the warehouse.
func (g sources) dataset(ctx context.Context, given, connector string) (string, error) {
	taken := map[string]bool{}
	for _, deleted := range []bool{false, true} {
		all, err := g.Sources.Sources(ctx, deleted)
		if err != nil {
			return "", err
		}
		for _, s := range all {
			taken[s.Dataset] = true
		}
	}
	if given != "" {
		return given, g.takes(ctx, given, taken[given])
	}
	base := usualDatasets[connector]
	if base == "" {
		base = connector
	}
	name := base
	for n := 2; ; n++ {
		err := g.takes(ctx, name, taken[name])
		if f := adtally.FaultOf(err); f == nil || f.Code != "dataset_taken" && f.Code != "dataset_foreign" {
			return name, err
		}
		name = fmt.Sprintf("%s_%d", base, n)
	}
}

// takes returns a fault if a new source cannot use the dataset.
func (g sources) takes(ctx context.Context, name string, taken bool) error {
	switch {
	case !datasetName.MatchString(name):
		return invalid("body.dataset", "The name of a dataset must start with a lower-case letter and contain only lower-case letters, digits and _")
	case taken:
		return datasetField(refusal("dataset_taken", "Another source writes to the dataset "+name, "Choose another dataset."))
	}
	err := g.Warehouse.Vacant(ctx, name)
	if f := adtally.FaultOf(err); f != nil && f.Code == "dataset_foreign" {
		return fieldRefusal{f, "body.dataset"}
	} else if f != nil {
		return platformProblem(err)
	}
	return nil
}

// usualDatasets are the datasets of the first source of each connector; the command
// line uses the same names.
var usualDatasets = map[string]string{"facebookads": "facebook_ads"}

// check validates the settings of a source.
func (g sources) check(s adtally.SourceRecord) error {
	if err := g.checkNotFuture(s.Since, "body.since"); err != nil {
		return err
	}
	return g.knows(s, s.Tables)
}

func (g sources) change(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Body Choice
},
) (*oneSource, error) {
	now := g.Now()
	return g.edit(ctx, who, in.ID, in.Edit, "source.update", func(s *adtally.SourceRecord) {
		in.Body.into(s)
		if s.Stage == adtally.Authentication && s.Credential != "" && (s.All || len(s.Accounts) > 0) {
			s.Stage, s.Next = adtally.InitialLoad, now
		}
	}, func(before, after adtally.SourceRecord) error {
		if err := g.check(after); err != nil {
			return err
		}
		return g.checkPicked(ctx, before, after)
	})
}

// edit changes a source if the caller has seen its current version. refuses compares
// the source before and after the change.
func (g sources) edit(ctx context.Context, who Caller, id string, seen Edit, what string, change func(*adtally.SourceRecord), refuses func(before, after adtally.SourceRecord) error) (*oneSource, error) {
	version, err := seen.Version()
	if err != nil {
		return nil, err
	}
	s, err := g.Sources.Source(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.Revision != version {
		return nil, refusal("stale_edit", "Somebody else changed it in the meantime", "Read it again and repeat the change.")
	}
	after := s
	change(&after)
	if err := refuses(s, after); err != nil {
		return nil, err
	}
	s, err = g.Sources.EditSource(ctx, id, version, change, adtally.Handover{}, g.audited(who, what, object("source", id), nil))
	if err != nil {
		return nil, err
	}
	return g.shown(ctx, s)
}
