package api

import (
	"context"
	"net/http"
	"time"

	"adtally"
)

// incidents serves open and past incidents.
type incidents struct {
	*shell
	Service
}

func (g incidents) register() {
	handle(g.shell, operation{ID: "list-alerts", Method: http.MethodGet, Path: "/api/v1/alerts", Tag: tagAlerts, Access: forViewers,
		Summary: "List the incidents", Text: "Health says whether a source can sync; freshness, whether its figures are on time and complete; pacing, whether its ads spend as planned. With past, closed incidents that were reported are listed too, newest first."}, g.list)
	handle(g.shell, operation{ID: "snooze-alert", Method: http.MethodPost, Path: "/api/v1/alerts/{id}/snooze", Tag: tagAlerts, Access: forEditors,
		Summary: "Snooze an incident", Text: "Nobody is notified about it until then, also not of its end. It stays in the list."}, g.snooze)
}

// longestSnooze keeps an incident from being forgotten.
const longestSnooze = 31 * 24 * time.Hour

func (g incidents) snooze(ctx context.Context, who Caller, in *struct {
	ByID
	Body struct {
		End *time.Time `json:"end,omitempty" doc:"End, at most 31 days ahead; absent = end it now"`
	}
},
) (*nothing, error) {
	var until time.Time
	if in.Body.End != nil {
		until = *in.Body.End
		if now := g.Now(); !until.After(now) || until.Sub(now) > longestSnooze {
			return nil, refusal("bad_schedule", "An incident can be snoozed for 31 days at most", "Choose a time that is not past and not further ahead.")
		}
	}
	return nil, g.Incidents.SnoozeIncident(ctx, in.ID, until, g.audited(who, "incident.snooze", object("incident", in.ID), nil))
}

// Incident is a problem with a source or the installation, open or closed.
type Incident struct {
	ID       string            `json:"id" doc:"ID of the incident"`
	Alert    adtally.AlertKind `json:"alert" enum:"sync_failed,auth_expired,access_ending,account_lost,version_ending,purge_failed,stale,suspect,overspend,underspend,delivery_stopped,no_conversions" doc:"Kind of the alert"`
	Aspect   adtally.Aspect    `json:"aspect" enum:"health,freshness,pacing" doc:"Which side of the source is affected; pacing = not the source, but what its ads spend"`
	Severity string            `json:"severity" enum:"well,notice,warning,critical" doc:"How serious it is"`
	Source   string            `json:"source,omitempty" doc:"ID of the source; absent = the installation itself"`
	Name     string            `json:"name,omitempty" doc:"Name of the source"`
	Subject  string            `json:"subject,omitempty" doc:"Affected part of the source, such as an account or a table; absent = all of it"`
	Sentence string            `json:"sentence" doc:"What is wrong, in one sentence"`
	Cure     string            `json:"cure,omitempty" doc:"How to fix it"`
	Since    time.Time         `json:"since" doc:"Since when it has been wrong"`
	Told     *time.Time        `json:"told,omitempty" doc:"When a channel accepted the first message about it; absent = not yet"`
	Closed   *time.Time        `json:"closed,omitempty" doc:"When it was resolved; absent = it is still open"`
	Snoozed  *time.Time        `json:"snoozed,omitempty" doc:"Until when nobody is notified about it; absent = not snoozed"`
}

func incidentOf(o adtally.Incident) Incident {
	return Incident{o.ID, o.Kind, o.Kind.Aspect(), o.Severity.String(), o.Source, o.Name, o.Subject, o.Sentence, o.Cure, o.Since.UTC(), timeOrNil(o.Reached), timeOrNil(o.Closed), timeOrNil(o.Snoozed)}
}

func (g incidents) list(ctx context.Context, _ Caller, in *struct {
	Pages
	Past bool `query:"past" doc:"Include closed incidents"`
},
) (*listed[Incident], error) {
	if in.Past {
		return newest(g.shell, "incidents", in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.Incident, error) {
			return g.Incidents.Incidents(ctx, before, limit)
		}, incidentOf, func(o adtally.Incident) adtally.PagePosition { return adtally.PagePosition{At: o.Opened, ID: o.ID} })
	}
	all, err := g.Incidents.OpenIncidents(ctx)
	out := &listed[Incident]{}
	out.Body.Items = []Incident{}
	for _, o := range all {
		out.Body.Items = append(out.Body.Items, incidentOf(o))
	}
	return out, err
}
