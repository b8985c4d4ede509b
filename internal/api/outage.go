package api

import (
	"context"
	"net/http"
	"time"

	"adtally"
)

// outages are what is wrong, or was.
type outages struct {
	*shell
	Service
}

func (g outages) register() {
	handle(g.shell, operation{ID: "list-alerts", Method: http.MethodGet, Path: "/api/v1/alerts", Tag: tagAlerts, Access: forViewers,
		Summary: "List what is wrong", Text: "Health says whether a source can sync, freshness whether its figures are on time and complete. With past, what people were told of, newest first."}, g.list)
}

// Outage is something that is wrong, or was.
type Outage struct {
	ID       string         `json:"id"`
	Alert    adtally.Alert  `json:"alert" enum:"sync_failed,auth_expired,access_ending,account_lost,version_ending,purge_failed,stale,suspect"`
	Aspect   adtally.Aspect `json:"aspect" enum:"health,freshness"`
	Severity string         `json:"severity" enum:"well,notice,warning,critical"`
	Source   string         `json:"source,omitempty" doc:"Absent = the installation itself"`
	Name     string         `json:"name,omitempty"`
	Subject  string         `json:"subject,omitempty" doc:"What of the source; absent = all of it"`
	Sentence string         `json:"sentence"`
	Cure     string         `json:"cure,omitempty"`
	Since    time.Time      `json:"since"`
	Told     *time.Time     `json:"told,omitempty" doc:"When a channel took the first message about it; absent = none has"`
	Closed   *time.Time     `json:"closed,omitempty" doc:"When it was over; absent = it goes on"`
}

func outageOf(o adtally.Outage) Outage {
	return Outage{o.ID, o.Alert, o.Alert.Aspect(), o.Severity.String(), o.Source, o.Name, o.Subject, o.Sentence, o.Cure, o.Since.UTC(), given(o.Reached), given(o.Closed)}
}

func (g outages) list(ctx context.Context, _ Caller, in *struct {
	Pages
	Past bool `query:"past" doc:"What was wrong too"`
},
) (*listed[Outage], error) {
	if in.Past {
		return newest(g.shell, "outages", in.Pages, func(before adtally.Place, limit int) ([]adtally.Outage, error) {
			return g.Outages.Outages(ctx, before, limit)
		}, outageOf, func(o adtally.Outage) adtally.Place { return adtally.Place{At: o.Opened, ID: o.ID} })
	}
	all, err := g.Outages.OpenOutages(ctx)
	out := &listed[Outage]{}
	out.Body.Items = []Outage{}
	for _, o := range all {
		out.Body.Items = append(out.Body.Items, outageOf(o))
	}
	return out, err
}
