package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// usages are what sources cost, and what they cover.
type usages struct {
	*shell
	Service
}

func (g usages) register() {
	handle(g.shell, operation{ID: "get-usage", Method: http.MethodGet, Path: "/api/v1/sources/{id}/usage", Tag: tagSources, Access: forViewers,
		Summary: "Show what a source costs", Text: "Calls, rows, seconds and bytes, summed up by day (in UTC), table or account. Calls are counted as the platform counts them. Of a table that is read with another one, such as basic_ad_actions with basic_ad, only the rows are told: the rest stands with the other."}, g.source)
	handle(g.shell, operation{ID: "get-run-usage", Method: http.MethodGet, Path: "/api/v1/runs/{id}/usage", Tag: tagRuns, Access: forViewers, Summary: "Show what a run cost, by table and account"}, g.run)
	handle(g.shell, operation{ID: "get-coverage", Method: http.MethodGet, Path: "/api/v1/sources/{id}/coverage", Tag: tagSources, Access: forViewers,
		Summary: "Show which days are in the warehouse", Text: "By account and table, as ranges of days in the account's zone. A page may be shorter than its limit although others follow: next says so. A range is partial where the platform withheld some of it."}, g.coverage)
	handle(g.shell, operation{ID: "download-log", Method: http.MethodGet, Path: "/api/v1/runs/{id}/log.jsonl", Tag: tagRuns, Access: forViewers, Summary: "Download the log of a run", Stream: "application/jsonl",
		Text: "All of it, a line of JSON for each of its lines."}, g.wholeLog)
}

// Usage is what tries cost.
type Usage struct {
	Day     *adtally.Day `json:"day,omitempty" doc:"In UTC"`
	Table   string       `json:"table,omitempty"`
	Account string       `json:"account,omitempty"`
	Tries   int64        `json:"tries"`
	Failed  int64        `json:"failed"`
	Rows    int64        `json:"rows"`
	Calls   int64        `json:"calls"`
	Bytes   int64        `json:"bytes" doc:"That the platform sent, unpacked"`
	Seconds float64      `json:"seconds" doc:"Of all tries together; some went on at the same time"`
}

func usageOf(u adtally.Usage) Usage {
	out := Usage{Table: cmp.Or(u.Table, u.Stream), Account: u.Account, Tries: u.Tries, Failed: u.Failed, Rows: u.Rows, Calls: u.Calls, Bytes: u.Bytes, Seconds: u.Took.Seconds()}
	if u.Day != 0 {
		out.Day = &u.Day
	}
	return out
}

// usualSpan is for how many days usage is shown where none are named.
const usualSpan = 30

func (g usages) source(ctx context.Context, _ Caller, in *struct {
	ByID
	By    []string `query:"by" enum:"day,table,account" maxItems:"3" doc:"What is summed up apart; none = by table"`
	Since dayParam `query:"since" doc:"The first day, in UTC; absent = 30 days before the last"`
	Until dayParam `query:"until" doc:"The last day, in UTC; absent = today"`
},
) (*listed[Usage], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	today := adtally.DayOf(g.Now(), time.UTC)
	until := cmp.Or(in.Until.day, today)
	since := cmp.Or(in.Since.day, until-usualSpan)
	if until < since {
		return nil, invalid("query.until", "The last day is before the first")
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

// Coverage is what of a table is in the warehouse.
type Coverage struct {
	Table   string    `json:"table"`
	Account string    `json:"account"`
	From    string    `json:"from,omitempty" format:"date" doc:"The first day; absent = the table has no days"`
	To      string    `json:"to,omitempty" format:"date" doc:"The last day"`
	Asked   time.Time `json:"asked" doc:"When the platform was asked, the oldest of the range"`
	Partial bool      `json:"partial"`
}

func (g usages) coverage(ctx context.Context, _ Caller, in *struct {
	ByID
	Pages
	Account string `query:"account" maxLength:"100" doc:"Only of this account"`
	Table   string `query:"table" maxLength:"200" doc:"Only of this table"`
},
) (*listed[Coverage], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	q := adtally.CoverageFilter{Source: in.ID, Account: strings.TrimPrefix(in.Account, "act_"), Table: in.Table, Limit: in.Limit}
	list := strings.Join([]string{"coverage", q.Source, q.Account, q.Table}, " ")
	if err := g.resume(list, in.Pages, &q.After); err != nil {
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

// linesAtOnce bounds what of a log is in memory.
const linesAtOnce = 1000

func (g usages) wholeLog(ctx context.Context, _ Caller, in *struct{ ByID }) (*huma.StreamResponse, error) {
	if _, err := g.Runs.Run(ctx, in.ID); err != nil {
		return nil, err
	}
	return streamed(g.download), nil
}

// download gives the whole log of a run, a line of JSON for each of its lines.
func (g usages) download(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	w.Header().Set("Content-Type", "application/jsonl")
	w.Header().Set("Content-Disposition", `attachment; filename="run.jsonl"`)
	if err := g.pour(r.Context(), json.NewEncoder(w), id); err != nil && !errors.Is(err, context.Canceled) {
		g.Config.Log.Error("a log was not sent whole", "run", id, "error", err)
	}
}

func (g usages) pour(ctx context.Context, into *json.Encoder, id string) error {
	for after := int64(0); ; {
		lines, err := g.Service.Log.Log(ctx, id, after, linesAtOnce)
		if err != nil {
			return err
		}
		for _, l := range lines {
			after = l.Seq
			if err := into.Encode(lineOf(l)); err != nil {
				return err
			}
		}
		if len(lines) < linesAtOnce {
			return nil
		}
	}
}
