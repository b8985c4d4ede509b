package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"adtally"
)

// usages serves resource usage and coverage.
type usages struct {
	*shell
	Service
}

func (g usages) register() {
	handle(g.shell, operation{ID: "get-usage", Method: http.MethodGet, Path: "/api/v1/sources/{id}/usage", Tag: tagSources, Access: forViewers,
		Summary: "Get the usage of a source", Text: "Calls, rows, seconds and bytes, summed by day (in UTC), table or account. Calls are counted as the platform counts them. A table that is read together with another one, such as basic_ad_actions with basic_ad, only shows rows; its other figures are counted with the other table."}, g.source)
	handle(g.shell, operation{ID: "get-run-usage", Method: http.MethodGet, Path: "/api/v1/runs/{id}/usage", Tag: tagRuns, Access: forViewers, Summary: "Get the usage of a run, by table and account"}, g.run)
	handle(g.shell, operation{ID: "get-coverage", Method: http.MethodGet, Path: "/api/v1/sources/{id}/coverage", Tag: tagSources, Access: forViewers,
		Summary: "Get which days are in the warehouse", Text: "Ranges of days by account and table, in the account's time zone. A page may be shorter than the limit although more follow: next decides. A range is partial if the platform withheld some of it."}, g.coverage)
}

// Usage is the sum over attempts to read slices.
type Usage struct {
	Day     *adtally.Day `json:"day,omitempty" doc:"Day of the attempts, in UTC"`
	Table   string       `json:"table,omitempty" doc:"Name of the table"`
	Account string       `json:"account,omitempty" doc:"Number of the ad account"`
	Tries   int64        `json:"tries" doc:"Number of attempts"`
	Failed  int64        `json:"failed" doc:"Number of failed attempts"`
	Rows    int64        `json:"rows" doc:"Rows read"`
	Calls   int64        `json:"calls" doc:"API calls, as the platform counts them"`
	Bytes   int64        `json:"bytes" doc:"Bytes that the platform sent, uncompressed"`
	Seconds float64      `json:"seconds" doc:"Sum over all attempts; some run at the same time"`
}

func usageOf(u adtally.Usage) Usage {
	out := Usage{Table: cmp.Or(u.Table, u.Stream), Account: u.Account, Tries: u.Tries, Failed: u.Failed, Rows: u.Rows, Calls: u.Calls, Bytes: u.Bytes, Seconds: u.Took.Seconds()}
	if u.Day != 0 {
		out.Day = &u.Day
	}
	return out
}

// usualSpan is how many days of usage are shown by default.
const usualSpan = 30

func (g usages) source(ctx context.Context, _ Caller, in *struct {
	ByID
	By    []string `query:"by" enum:"day,table,account" maxItems:"3" doc:"Groups of the sums; absent = by table"`
	Since dayParam `query:"since" doc:"First day, in UTC; absent = 30 days before the last"`
	Until dayParam `query:"until" doc:"Last day, in UTC; absent = today"`
},
) (*listed[Usage], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	today := adtally.DayOf(g.Now(), time.UTC)
	until := cmp.Or(in.Until.day, today)
	since := cmp.Or(in.Since.day, until-usualSpan)
	if until < since {
		return nil, invalid("query.until", "The last day is before the first day")
	}
	return g.usage(ctx, adtally.UsageFilter{Source: in.ID, Since: since.Start(time.UTC), Until: (until + 1).Start(time.UTC),
		ByDay: slices.Contains(in.By, "day"), ByStream: slices.Contains(in.By, "table") || len(in.By) == 0, ByAccount: slices.Contains(in.By, "account")})
}

func (g usages) run(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[Usage], error) {
	if _, err := g.Runs.Run(ctx, in.ID); err != nil {
		return nil, err
	}
	return g.usage(ctx, adtally.UsageFilter{Run: in.ID, ByStream: true, ByAccount: true})
}

func (g usages) usage(ctx context.Context, f adtally.UsageFilter) (*listed[Usage], error) {
	all, err := g.Costs.Usage(ctx, f)
	out := &listed[Usage]{}
	out.Body.Items = []Usage{}
	for _, u := range all {
		out.Body.Items = append(out.Body.Items, usageOf(u))
	}
	return out, err
}

// Coverage is a range of days of a table in the warehouse.
type Coverage struct {
	Table   string    `json:"table" doc:"Name of the table"`
	Account string    `json:"account" doc:"Number of the ad account"`
	From    string    `json:"from,omitempty" format:"date" doc:"First day; absent = the table has no days"`
	To      string    `json:"to,omitempty" format:"date" doc:"Last day"`
	Asked   time.Time `json:"asked" doc:"When the platform was asked; for a range, the oldest time"`
	Partial bool      `json:"partial" doc:"Whether the platform withheld some of it"`
}

func (g usages) coverage(ctx context.Context, _ Caller, in *struct {
	ByID
	Cursor string `query:"cursor" maxLength:"1000" doc:"Cursor of the page, from next of the page before; absent = the first page"`
	// An agency has tens of thousands of ranges, and a page of the UI draws all of them.
	Limit   int    `query:"limit" minimum:"1" maximum:"10000" default:"50" doc:"Maximum number of items"`
	Account string `query:"account" maxLength:"100" doc:"Only this ad account"`
	Table   string `query:"table" maxLength:"200" doc:"Only this table"`
},
) (*listed[Coverage], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	q := adtally.CoverageFilter{Source: in.ID, Account: strings.TrimPrefix(in.Account, "act_"), Table: in.Table, Limit: in.Limit}
	list := strings.Join([]string{"coverage", q.Source, q.Account, q.Table}, " ")
	if err := g.resume(list, Pages{Cursor: in.Cursor, Limit: in.Limit}, &q.After); err != nil {
		return nil, err
	}
	all, more, err := g.Costs.Coverage(ctx, q)
	out := &listed[Coverage]{}
	out.Body.Items = []Coverage{}
	for _, c := range all {
		out.Body.Items = append(out.Body.Items, coverageOf(c))
	}
	if err == nil && more {
		last := all[len(all)-1]
		out.Body.Next, err = g.seal.close("cursor "+list, adtally.CoveragePosition{Account: last.Account, Table: last.Table, From: last.Window.From})
	}
	return out, err
}

func coverageOf(c adtally.Checkpoint) Coverage {
	out := Coverage{Table: c.Table, Account: c.Account, Asked: c.Asked.UTC(), Partial: c.Partial}
	if !c.Window.IsZero() {
		out.From, out.To = c.Window.From.String(), c.Window.Last().String()
	}
	return out
}
