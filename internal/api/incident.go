package api

import (
	"context"
	"net/http"
	"time"

	"adtally"
)

// incidents are what is wrong, or was.
type incidents struct {
	*shell
	Service
}

func (g incidents) register() {
	handle(g.shell, operation{ID: "list-alerts", Method: http.MethodGet, Path: "/api/v1/alerts", Tag: tagAlerts, Access: forViewers,
		Summary: "List what is wrong", Text: "Health says whether a source can sync, freshness whether its figures are on time and complete. With past, what people were told of, newest first."}, g.list)
}

// Incident is something that is wrong, or was.
type Incident struct {
	ID       string            `json:"id"`
	Alert    adtally.AlertKind `json:"alert" enum:"sync_failed,auth_expired,access_ending,account_lost,version_ending,purge_failed,stale,suspect"`
	Aspect   adtally.Aspect    `json:"aspect" enum:"health,freshness"`
	Severity string            `json:"severity" enum:"well,notice,warning,critical"`
	Source   string            `json:"source,omitempty" doc:"Absent = the installation itself"`
	Name     string            `json:"name,omitempty"`
	Subject  string            `json:"subject,omitempty" doc:"What of the source; absent = all of it"`
	Sentence string            `json:"sentence"`
	Cure     string            `json:"cure,omitempty"`
	Since    time.Time         `json:"since"`
	Told     *time.Time        `json:"told,omitempty" doc:"When a channel took the first message about it; absent = none has"`
	Closed   *time.Time        `json:"closed,omitempty" doc:"When it was over; absent = it goes on"`
}

func incidentOf(o adtally.Incident) Incident {
	return Incident{o.ID, o.Kind, o.Kind.Aspect(), o.Severity.String(), o.Source, o.Name, o.Subject, o.Sentence, o.Cure, o.Since.UTC(), given(o.Reached), given(o.Closed)}
}

func (g incidents) list(ctx context.Context, _ Caller, in *struct {
	Pages
	Past bool `query:"past" doc:"What was wrong too"`
},
) (*listed[Incident], error) {
	if in.Past {
		return newest(g.shell, "outages", in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.Incident, error) {
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
