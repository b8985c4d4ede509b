package api

import (
	"context"
	"math"
	"net/http"

	"adtally"
)

// forecasts are what reading would give, and take.
type forecasts struct {
	*shell
	Service
}

func (g forecasts) register() {
	const one = "/api/v1/sources/{id}"
	handle(g.shell, operation{ID: "preview-report", Method: http.MethodPost, Path: one + "/preview", Tag: tagSources, Access: forBuilders,
		Summary: "Show what a report gives", Text: "The platform is asked for one day of one account. Nothing is kept.", Refuses: []int{http.StatusConflict, http.StatusServiceUnavailable}}, g.preview)
	handle(g.shell, operation{ID: "estimate-run", Method: http.MethodPost, Path: one + "/estimate", Tag: tagRuns, Access: toSync,
		Summary: "Say what a run would take", Text: "From what the same slices took before; no call is made. What was never read is counted as one call for each slice, and is not seen.", Refuses: []int{http.StatusConflict}}, g.estimate)
}

// Preview is one day of a report.
type Preview struct {
	Account string          `json:"account"`
	Day     adtally.Day     `json:"day"`
	Columns []PreviewColumn `json:"columns" nullable:"false"`
	Rows    [][]*string     `json:"rows" nullable:"false" doc:"The first 100, in the order of the columns; null = absent"`
	Total   int             `json:"total" doc:"Rows of the whole day"`
	Calls   int64           `json:"calls" doc:"That the preview took"`
	Bytes   int64           `json:"bytes"`
	Before  *float64        `json:"quota_before,omitempty" doc:"How much of the account's budget was used, 1 = all; absent = the platform did not say"`
	After   *float64        `json:"quota_after,omitempty" doc:"How much is used now"`
}

// PreviewColumn is a column of a preview.
type PreviewColumn struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Unit        string `json:"unit,omitempty"`
	Description string `json:"description,omitempty"`
}

type previewed struct{ Body Preview }

func (g forecasts) preview(ctx context.Context, _ Caller, in *struct {
	ByID
	Body struct {
		Report  adtally.Report `json:"report"`
		Account string         `json:"account,omitempty" maxLength:"100" doc:"Absent = any that the source sees"`
		Day     adtally.Day    `json:"day,omitempty" doc:"Absent = yesterday, in the account's zone"`
	}
},
) (*previewed, error) {
	s, err := g.ready(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := g.notLater(in.Body.Day, "body.day"); err != nil {
		return nil, err
	}
	account := bare(in.Body.Account)
	if account != "" {
		if err := sources(g).reads(ctx, s, []string{account}, "body.account"); err != nil {
			return nil, err
		}
	}
	p, err := g.Forecasts.Preview(ctx, s, in.Body.Report, account, in.Body.Day)
	if err != nil {
		return nil, foreign(err)
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

// ready is a source that can be read.
func (g forecasts) ready(ctx context.Context, id string) (adtally.SourceRecord, error) {
	s, err := g.Sources.Source(ctx, id)
	switch {
	case err != nil:
		return s, err
	case !s.Deleted.IsZero():
		return s, refusal("conflict", "The source is deleted", "Restore it first.")
	case s.Credential == "":
		return s, refusal("conflict", "The source has no token", "Give it one.")
	}
	return s, nil
}

// Cost is what reading a table is likely to take.
type Cost struct {
	Table    string  `json:"table"`
	Accounts int     `json:"accounts"`
	Slices   int     `json:"slices" doc:"Questions that are asked and committed on their own"`
	Calls    int64   `json:"calls"`
	Rows     int64   `json:"rows"`
	Seconds  float64 `json:"seconds" doc:"Of all slices one after another; some go on at the same time"`
	Seen     bool    `json:"seen" doc:"From what the same took before; else from the plan alone, and at least so much"`
}

type estimated struct {
	Body struct {
		Tables  []Cost  `json:"tables" nullable:"false"`
		Calls   int64   `json:"calls"`
		Rows    int64   `json:"rows"`
		Seconds float64 `json:"seconds"`
		Seen    bool    `json:"seen" doc:"Whether all tables were read before"`
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
		return nil, foreign(err)
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
