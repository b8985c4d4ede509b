package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// dashboards serves dashboards: the built-in ones, which cannot be changed, and those that
// people made.
type dashboards struct{ sources }

func (g dashboards) register() {
	const list, one = "/api/v1/dashboards", "/api/v1/dashboards/{id}"
	handle(g.shell, operation{ID: "list-dashboards", Method: http.MethodGet, Path: list, Tag: tagAnalytics, Access: forViewers, Summary: "List the dashboards, the built-in ones first"}, g.list)
	handle(g.shell, operation{ID: "create-dashboard", Method: http.MethodPost, Path: list, Tag: tagAnalytics, Access: forEditors, Status: http.StatusCreated, Summary: "Create a dashboard"}, g.create)
	handle(g.shell, operation{ID: "get-dashboard", Method: http.MethodGet, Path: one, Tag: tagAnalytics, Access: forViewers, Summary: "Get a dashboard"}, g.get)
	handle(g.shell, operation{ID: "update-dashboard", Method: http.MethodPut, Path: one, Tag: tagAnalytics, Access: forEditors, Summary: "Replace a dashboard", Text: "The whole document is replaced.", Refuses: []int{http.StatusConflict}}, g.change)
	handle(g.shell, operation{ID: "delete-dashboard", Method: http.MethodDelete, Path: one, Tag: tagAnalytics, Access: forEditors, Summary: "Delete a dashboard", Refuses: []int{http.StatusConflict}}, g.remove)
	handle(g.shell, operation{ID: "duplicate-dashboard", Method: http.MethodPost, Path: one + "/duplicate", Tag: tagAnalytics, Access: forEditors, Status: http.StatusCreated, Summary: "Copy a dashboard", Text: "The copy of a built-in dashboard can be changed."}, g.duplicate)
}

// Dashboard is a dashboard.
type Dashboard struct {
	ID string `json:"id" doc:"ID of the dashboard"`
	analytics.DashboardSpec
	BuiltIn bool        `json:"built_in" doc:"Whether the dashboard comes with Adtally; it cannot be changed, but duplicated"`
	From    adtally.Day `json:"from" doc:"First day of the range today, in the reporting zone"`
	To      adtally.Day `json:"to" doc:"Last day of the range today"`
	AsOf    adtally.Day `json:"as_of" doc:"Day on which budgets are judged: the last day of the range that is over"`
	By      string      `json:"created_by,omitempty" doc:"Who created it, as kind:id; absent = it is built in"`
	ByName  string      `json:"created_by_name,omitempty" doc:"Current name of the creator"`
	Updated *time.Time  `json:"updated,omitempty" doc:"When it was last changed; absent = it is built in"`
	ETag    string      `json:"etag" doc:"Send it as If-Match with an update"`
}

type oneDashboard struct {
	ETag string `header:"ETag" doc:"Send it as If-Match with an update"`
	Body Dashboard
}

// today is the day in the reporting zone.
func (s sources) today(ctx context.Context) (adtally.Day, error) {
	settings, err := s.Analytics.Settings(ctx)
	if err != nil {
		return 0, analyticsProblem(err)
	}
	zone, err := time.LoadLocation(settings.Zone)
	if err != nil {
		return 0, fmt.Errorf("the reporting zone: %w", err)
	}
	return adtally.DayOf(s.Now(), zone), nil
}

func (g dashboards) dashboardOf(b adtally.StoredDashboard, today adtally.Day, name func(string) string) (Dashboard, error) {
	d := Dashboard{ID: b.ID, By: b.CreatedBy, ByName: name(b.CreatedBy), Updated: timeOrNil(b.Updated), ETag: etag(b.Revision)}
	if err := json.Unmarshal(b.Content, &d.DashboardSpec); err != nil {
		return d, fmt.Errorf("read the dashboard %s: %w", b.ID, err)
	}
	return d.complete(today), nil
}

// complete fills in what depends on the day, and what must not be null.
func (d Dashboard) complete(today adtally.Day) Dashboard {
	d.From, d.To = d.Range.Resolved(today)
	d.AsOf = min(d.To, today-1)
	d.Tiles = orEmpty(d.Tiles)
	return d
}

// builtIn returns the built-in dashboard with an ID.
func builtIn(id string) (Dashboard, bool) {
	for _, r := range analytics.ReadyDashboards() {
		if r.Name == id {
			return Dashboard{ID: r.Name, DashboardSpec: r.DashboardSpec, BuiltIn: true, ETag: etag(0)}, true
		}
	}
	return Dashboard{}, false
}

func (g dashboards) list(ctx context.Context, _ Caller, _ *struct{}) (*listed[Dashboard], error) {
	today, err := g.today(ctx)
	if err != nil {
		return nil, err
	}
	own, err := g.Dashboards.Dashboards(ctx)
	if err != nil {
		return nil, err
	}
	out := &listed[Dashboard]{}
	out.Body.Items = []Dashboard{}
	for _, r := range analytics.ReadyDashboards() {
		d, _ := builtIn(r.Name)
		out.Body.Items = append(out.Body.Items, d.complete(today))
	}
	name := g.names(ctx)
	for _, b := range own {
		d, err := g.dashboardOf(b, today, name)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, d)
	}
	return out, nil
}

func (g dashboards) get(ctx context.Context, _ Caller, in *struct{ ByID }) (*oneDashboard, error) {
	d, err := g.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &oneDashboard{d.ETag, d}, nil
}

// read returns a dashboard, built in or not.
func (g dashboards) read(ctx context.Context, id string) (Dashboard, error) {
	today, err := g.today(ctx)
	if err != nil {
		return Dashboard{}, err
	}
	if d, ok := builtIn(id); ok {
		return d.complete(today), nil
	}
	b, err := g.Dashboards.Dashboard(ctx, id)
	if err != nil {
		return Dashboard{}, err
	}
	return g.dashboardOf(b, today, g.names(ctx))
}

func (g dashboards) create(ctx context.Context, who Caller, in *struct{ Body analytics.DashboardSpec }) (*oneDashboard, error) {
	if err := g.check(ctx, in.Body); err != nil {
		return nil, err
	}
	return g.add(ctx, who, in.Body, nil)
}

// add stores a new dashboard.
func (g dashboards) add(ctx context.Context, who Caller, spec analytics.DashboardSpec, detail map[string]string) (*oneDashboard, error) {
	content, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	b := adtally.StoredDashboard{ID: g.NewID(), Title: spec.Title, Content: content, Revision: 1, Created: g.Now(), CreatedBy: who.String(), Updated: g.Now(), UpdatedBy: who.String()}
	if err := g.Dashboards.AddDashboard(ctx, b, g.audited(who, "dashboard.create", object("dashboard", b.ID), detail)); err != nil {
		return nil, err
	}
	return g.get(ctx, who, &struct{ ByID }{ByID{b.ID}})
}

// check refuses a dashboard that could not be shown.
func (g dashboards) check(ctx context.Context, spec analytics.DashboardSpec) error {
	metrics, err := g.metricNames(ctx)
	if err != nil {
		return err
	}
	dimensions, err := g.dimensionNames(ctx)
	if err != nil {
		return err
	}
	return invalidFields(spec.Check(metrics, dimensions))
}

// invalidFields names the fields of the body that are wrong; nil = none is.
func invalidFields(all []analytics.SpecProblem) error {
	if len(all) == 0 {
		return nil
	}
	p := &Problem{Status: http.StatusUnprocessableEntity, Detail: withStop(all[0].Message), Code: "invalid", Act: adtally.Configure, Hint: httpFaults[http.StatusUnprocessableEntity].Hint}
	for _, one := range all {
		p.Errors = append(p.Errors, FieldError{Field: "body." + one.Field, Message: one.Message})
	}
	return p.named()
}

func readOnly(id string) error {
	if _, ok := builtIn(id); ok {
		return refusal("conflict", "This dashboard comes with Adtally and cannot be changed", "Duplicate it and change the copy.")
	}
	return nil
}

func (g dashboards) change(ctx context.Context, who Caller, in *struct {
	ByID
	Edit
	Body analytics.DashboardSpec
},
) (*oneDashboard, error) {
	version, err := in.Version()
	if err != nil {
		return nil, err
	}
	if err := readOnly(in.ID); err != nil {
		return nil, err
	}
	if err := g.check(ctx, in.Body); err != nil {
		return nil, err
	}
	content, err := json.Marshal(in.Body)
	if err != nil {
		return nil, err
	}
	b := adtally.StoredDashboard{ID: in.ID, Title: in.Body.Title, Content: content, Revision: version, Updated: g.Now(), UpdatedBy: who.String()}
	if err := g.Dashboards.EditDashboard(ctx, b, g.audited(who, "dashboard.update", object("dashboard", in.ID), nil)); err != nil {
		return nil, err
	}
	return g.get(ctx, who, &struct{ ByID }{in.ByID})
}

func (g dashboards) remove(ctx context.Context, who Caller, in *struct{ ByID }) (*nothing, error) {
	if err := readOnly(in.ID); err != nil {
		return nil, err
	}
	return nil, g.Dashboards.RemoveDashboard(ctx, in.ID, g.audited(who, "dashboard.delete", object("dashboard", in.ID), nil))
}

func (g dashboards) duplicate(ctx context.Context, who Caller, in *struct {
	ByID
	Body struct {
		Title string `json:"title,omitempty" maxLength:"200" doc:"Title of the copy; absent = the title with (copy)"`
	}
},
) (*oneDashboard, error) {
	d, err := g.read(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	d.Title = copyTitle(in.Body.Title, d.Title)
	return g.add(ctx, who, d.DashboardSpec, map[string]string{"copy_of": in.ID})
}

// mostTitle is the maximum length of a title, in characters.
const mostTitle = 200

func copyTitle(given, title string) string {
	const suffix = " (copy)"
	if given != "" {
		return given
	}
	if r := []rune(title); len(r)+len(suffix) > mostTitle {
		title = string(r[:mostTitle-len(suffix)])
	}
	return title + suffix
}
