package api

import (
	"context"
	"math"
	"net/http"

	"adtally"
)

// forecasts serves previews and estimates.
type forecasts struct {
	*shell
	Service
}

func (g forecasts) register() {
	const one = "/api/v1/sources/{id}"
	handle(g.shell, operation{ID: "preview-report", Method: http.MethodPost, Path: one + "/preview", Tag: tagSources, Access: forBuilders,
		Summary: "Preview a report", Text: "Reads one day of one account from the platform. Nothing is stored.", Refuses: []int{http.StatusConflict, http.StatusServiceUnavailable}}, g.preview)
	handle(g.shell, operation{ID: "estimate-run", Method: http.MethodPost, Path: one + "/estimate", Tag: tagRuns, Access: toSync,
		Summary: "Estimate a run", Text: "Based on what the same slices took before; the platform is not called. A slice that was never read counts as one call and is marked as not seen.", Refuses: []int{http.StatusConflict}}, g.estimate)
}

// Preview is one day of a report.
type Preview struct {
	Account string          `json:"account" doc:"Number of the ad account"`
	Day     adtally.Day     `json:"day" doc:"Day that was read, in the account's time zone"`
	Columns []PreviewColumn `json:"columns" nullable:"false" doc:"Columns of the report"`
	Rows    [][]*string     `json:"rows" nullable:"false" doc:"First 100 rows, each in the order of the columns; null = absent"`
	Total   int             `json:"total" doc:"Number of rows of the whole day"`
	Calls   int64           `json:"calls" doc:"API calls that the preview made"`
	Bytes   int64           `json:"bytes" doc:"Bytes that the platform sent, uncompressed"`
	Before  *float64        `json:"quota_before,omitempty" doc:"Share of the account's rate limit in use before the preview, 1 = all; absent = the platform did not say"`
	After   *float64        `json:"quota_after,omitempty" doc:"Share of the account's rate limit in use now"`
}

// PreviewColumn is a column of a preview.
type PreviewColumn struct {
	Name        string `json:"name" doc:"Name of the column"`
	Type        string `json:"type" doc:"Type of the column in the warehouse"`
	Unit        string `json:"unit,omitempty" doc:"Unit of the values"`
	Description string `json:"description,omitempty" doc:"What the column holds"`
}

type previewed struct{ Body Preview }

func (g forecasts) preview(ctx context.Context, _ Caller, in *struct {
	ByID
	Body struct {
		Report  adtally.Report `json:"report" doc:"Report to preview"`
		Account string         `json:"account,omitempty" maxLength:"100" doc:"Number of the ad account; absent = any account of the source"`
		Day     adtally.Day    `json:"day,omitempty" doc:"Day to read; absent = yesterday, in the account's time zone"`
	}
},
) (*previewed, error) {
	s, err := g.ready(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := g.checkNotFuture(in.Body.Day, "body.day"); err != nil {
		return nil, err
	}
	account := accountNumber(in.Body.Account)
	if account != "" {
		if err := sources(g).checkAccounts(ctx, s, []string{account}, "body.account"); err != nil {
			return nil, err
		}
	}
	p, err := g.Forecasts.Preview(ctx, s, in.Body.Report, account, in.Body.Day)
	if err != nil {
		return nil, platformProblem(err)
	}
	out := &previewed{Preview{Account: p.Account.ID, Day: p.Day, Columns: []PreviewColumn{}, Rows: p.Rows, Total: p.Total, Calls: p.Calls, Bytes: p.Bytes}}
	for _, c := range p.Columns {
		out.Body.Columns = append(out.Body.Columns, PreviewColumn(c))
	}
	if p.BeforeKnown {
		out.Body.Before = &p.Before
	}
	if p.UsedKnown {
		out.Body.After = &p.Used
	}
	if out.Body.Rows == nil {
		out.Body.Rows = [][]*string{}
	}
	return out, nil
}

// ready returns a source that can be read.
func (g forecasts) ready(ctx context.Context, id string) (adtally.SourceRecord, error) {
	s, err := g.Sources.Source(ctx, id)
	switch {
	case err != nil:
		return s, err
	case !s.Deleted.IsZero():
		return s, refusal("conflict", "The source is deleted", "Restore it first.")
	case s.Credential == "":
		return s, refusal("conflict", "The source has no token", "Give it a token.")
	}
	return s, nil
}

// Cost estimates what reading a table takes.
type Cost struct {
	Table    string  `json:"table" doc:"Name of the table"`
	Accounts int     `json:"accounts" doc:"Number of ad accounts"`
	Slices   int     `json:"slices" doc:"Number of slices, each read and committed as a whole"`
	Calls    int64   `json:"calls" doc:"Expected API calls"`
	Rows     int64   `json:"rows" doc:"Expected rows"`
	Seconds  float64 `json:"seconds" doc:"Sum over all slices; some run at the same time"`
	Seen     bool    `json:"seen" doc:"Whether the figures come from earlier runs; false = a lower bound from the plan alone"`
}

type estimated struct {
	Body struct {
		Tables  []Cost  `json:"tables" nullable:"false" doc:"Estimates by table"`
		Calls   int64   `json:"calls" doc:"Expected API calls in total"`
		Rows    int64   `json:"rows" doc:"Expected rows in total"`
		Seconds float64 `json:"seconds" doc:"Sum over all slices; some run at the same time"`
		Seen    bool    `json:"seen" doc:"Whether every table was read before"`
	}
}

func (g forecasts) estimate(ctx context.Context, _ Caller, in *struct {
	ByID
	Body scopeInput
},
) (*estimated, error) {
	s, err := g.ready(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	scope, err := sources(g).runScope(ctx, s, in.Body)
	if err != nil {
		return nil, err
	}
	costs, err := g.Forecasts.Estimate(ctx, s, scope)
	if err != nil {
		return nil, platformProblem(err)
	}
	out := &estimated{}
	out.Body.Tables, out.Body.Seen = []Cost{}, true
	for _, c := range costs {
		seconds := math.Round(c.Took.Seconds()*10) / 10
		out.Body.Tables = append(out.Body.Tables, Cost{c.Stream, c.Accounts, c.Slices, c.Calls, c.Rows, seconds, c.Seen})
		out.Body.Calls += c.Calls
		out.Body.Rows += c.Rows
		out.Body.Seconds += seconds
		out.Body.Seen = out.Body.Seen && c.Seen
	}
	return out, nil
}
