package api

import (
	"context"
	"net/http"
	"time"

	"adtally"
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
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := g.Warehouse.MissingData(ctx, s.Dataset)
	if err != nil {
		return nil, platformProblem(err)
	}
	accounts, err := g.accountsOf(ctx, s.ID)
	out := &listed[Gap]{}
	out.Body.Items = []Gap{}
	for _, m := range all {
		out.Body.Items = append(out.Body.Items, g.gapOf(s, m, accounts[m.Account].Name))
	}
	return out, err
}

func (g gaps) gapOf(s adtally.SourceRecord, m adtally.MissingData, name string) Gap {
	out := Gap{Kind: "gap", Account: m.Account, Name: name, Table: m.Table, Column: m.Column, Days: m.Days, Count: m.Count, Reason: withStop(m.Reason), Code: m.Code, Tried: m.Asked.UTC()}
	if !m.Window.IsZero() {
		out.From, out.To = m.Window.From.String(), m.Window.Last().String()
	}
	again := m.Due
	if m.Quarantined {
		recent := adtally.DayOf(g.Now(), time.UTC) - adtally.Day(g.lookBack(s))
		out.Kind, out.Code = "quarantine", adtally.CodeNotLoaded
		again = m.Window.IsZero() || m.Window.Last() >= recent // recent days and objects are read at every sync
	}
	if again && s.Deleted.IsZero() {
		out.Next = timeOrNil(s.Next)
	}
	if !again && !m.Quarantined {
		out.Hint = g.hint(s.Connector, m.Code)
	}
	return out
}

// hint returns how to fix a fault of a connector; "" if it is not a known one.
func (g gaps) hint(connector, code string) string {
	spec, err := g.spec(connector)
	if err != nil {
		return "" // the connector has been removed
	}
	for _, f := range spec.Faults {
		if f.Code == code {
			return f.Hint
		}
	}
	return ""
}

// accountsOf returns the ad accounts of a source by number.
func (g sources) accountsOf(ctx context.Context, source string) (map[string]adtally.SeenAccount, error) {
	seen, err := g.Accounts.SeenAccounts(ctx, source)
	all := map[string]adtally.SeenAccount{}
	for _, a := range seen {
		all[a.ID] = a
	}
	return all, err
}
