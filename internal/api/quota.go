package api

import (
	"context"
	"net/http"
	"time"

	"adtally"
)

// quotas serves how much of the platform's rate limits is in use.
type quotas struct{ forecasts }

func (g quotas) register() {
	const one = "/api/v1/sources/{id}"
	handle(g.shell, operation{ID: "list-quotas", Method: http.MethodGet, Path: one + "/quota", Tag: tagSources, Access: forViewers, Summary: "List how much of its rate limit each ad account uses",
		Text: "What the platform last said; it is not asked. An account for which the platform never said anything is missing."}, g.list)
	handle(g.shell, operation{ID: "estimate-report", Method: http.MethodPost, Path: one + "/report-estimate", Tag: tagSources, Access: forBuilders, Summary: "Estimate what a custom report costs",
		Text: "Based on what similar tables of the source took; the platform is not called.", Refuses: []int{http.StatusConflict, http.StatusServiceUnavailable}}, g.estimateReport)
}

// AccountQuota is how much of its rate limit an ad account uses.
type AccountQuota struct {
	Account string        `json:"account" doc:"Number of the ad account"`
	Name    string        `json:"account_name" doc:"Name of the ad account at the platform"`
	Used    float64       `json:"used" minimum:"0" maximum:"1" doc:"Share of the rate limit in use, 1 = all of it"`
	AsOf    time.Time     `json:"as_of" doc:"When the platform said so" format:"date-time"`
	Until   *time.Time    `json:"waits_until,omitempty" doc:"Until when requests for the account wait; absent = they do not wait"`
	Waited  float64       `json:"waited_seconds" doc:"How long requests for the account waited in the last 30 days, in seconds"`
	Shared  []NamedSource `json:"shared_with,omitempty" nullable:"false" doc:"Other sources that read the account and so use the same rate limit"`
}

// NamedSource is a source with its name.
type NamedSource struct {
	ID   string `json:"id" doc:"ID of the source"`
	Name string `json:"name" doc:"Name of the source"`
}

func (g quotas) list(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[AccountQuota], error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	quotas, err := g.Costs.Quotas(ctx, s.ID, adtally.DayOf(g.Now(), time.UTC)-usualSpan)
	if err != nil {
		return nil, err
	}
	names, err := g.accountNames(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	shared, err := g.sharing(ctx, s)
	if err != nil {
		return nil, err
	}
	out := &listed[AccountQuota]{}
	out.Body.Items = []AccountQuota{}
	var every adtally.Quota // what concerns all accounts
	for _, q := range quotas {
		if q.Account == "" {
			every = q
			continue
		}
		if q.Known {
			out.Body.Items = append(out.Body.Items, g.quotaOf(q, every, names[q.Account], shared[q.Account]))
		}
	}
	return out, nil
}

// quotaOf returns the quota of an account. Waits of all accounts are waits of this one.
func (g quotas) quotaOf(q, every adtally.Quota, name string, shared []NamedSource) AccountQuota {
	out := AccountQuota{Account: q.Account, Name: name, Used: min(max(q.Used, 0), 1), AsOf: q.At.UTC(), Waited: (q.Waited + every.Waited).Seconds(), Shared: shared}
	if every.WaitsUntil.After(q.WaitsUntil) {
		q.WaitsUntil = every.WaitsUntil
	}
	if q.WaitsUntil.After(g.Now()) {
		out.Until = timeOrNil(q.WaitsUntil)
	}
	return out
}

// accountNames returns the names of a source's ad accounts by number.
func (g quotas) accountNames(ctx context.Context, source string) (map[string]string, error) {
	names := map[string]string{}
	seen, err := g.Service.Accounts.SeenAccounts(ctx, source)
	for _, a := range seen {
		names[a.ID] = a.Name
	}
	return names, err
}

// sharing returns the other sources that read each ad account. The platform counts their
// requests together if their tokens were made for the same app.
func (g quotas) sharing(ctx context.Context, s adtally.SourceRecord) (map[string][]NamedSource, error) {
	shared := map[string][]NamedSource{}
	all, err := g.Sources.Sources(ctx, false)
	if err != nil {
		return nil, err
	}
	grants, err := g.Grants.Grants(ctx)
	if err != nil {
		return nil, err
	}
	for _, other := range all {
		if other.ID == s.ID || other.Connector != s.Connector || otherApp(grants[s.Credential], grants[other.Credential]) {
			continue
		}
		read, err := g.readBy(ctx, other)
		if err != nil {
			return nil, err
		}
		for _, account := range read {
			shared[account] = append(shared[account], NamedSource{other.ID, other.Name})
		}
	}
	return shared, nil
}

// otherApp reports whether two tokens are known to belong to different apps.
func otherApp(a, b adtally.Grant) bool { return a.AppID != "" && b.AppID != "" && a.AppID != b.AppID }

// readBy returns the numbers of the ad accounts that a source reads.
func (g quotas) readBy(ctx context.Context, s adtally.SourceRecord) ([]string, error) {
	if !s.All {
		return s.Accounts, nil
	}
	seen, err := g.Service.Accounts.SeenAccounts(ctx, s.ID)
	var ids []string
	for _, a := range seen {
		ids = append(ids, a.ID)
	}
	return ids, err
}

// ReportEstimate is what a custom report would cost.
type ReportEstimate struct {
	CallsPerDay float64           `json:"calls_per_day" doc:"Expected API calls per day"`
	RowsPerDay  *float64          `json:"rows_per_day,omitempty" doc:"Expected rows per day; absent = unknown"`
	First       FirstLoad         `json:"first_load" doc:"What reading its past takes"`
	Accounts    []AccountForecast `json:"accounts" nullable:"false" doc:"The rate limits of the ad accounts"`
	Seen        bool              `json:"seen" doc:"Whether the figures come from tables that the source has read; false = a lower bound from the plan alone"`
	Warnings    []string          `json:"warnings" nullable:"false" doc:"What to consider before the report is added, one sentence each"`
}

// FirstLoad is what reading the past of a report takes.
type FirstLoad struct {
	Calls   int64    `json:"calls" doc:"Expected API calls"`
	Seconds *float64 `json:"seconds,omitempty" doc:"Sum over all slices; some run at the same time. Absent = unknown"`
	Months  int      `json:"months" doc:"How many months the report goes back"`
}

// AccountForecast is how a report changes the use of an ad account's rate limit.
type AccountForecast struct {
	Account string   `json:"account" doc:"Number of the ad account"`
	Name    string   `json:"name" doc:"Name of the ad account at the platform"`
	Now     *float64 `json:"used_now,omitempty" doc:"Share of the rate limit in use, 1 = all of it; absent = unknown"`
	After   *float64 `json:"used_after,omitempty" doc:"Share in use while the report is read at a sync; absent = unknown"`
}

func (g quotas) estimateReport(ctx context.Context, _ Caller, in *struct {
	ByID
	Body adtally.Report
},
) (*struct{ Body ReportEstimate }, error) {
	s, err := g.ready(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	e, err := g.Forecasts.EstimateReport(ctx, s, in.Body)
	if err != nil {
		return nil, platformProblem(err)
	}
	return &struct{ Body ReportEstimate }{reportEstimateOf(e)}, nil
}

func reportEstimateOf(e adtally.ReportEstimate) ReportEstimate {
	out := ReportEstimate{CallsPerDay: e.CallsPerDay, First: FirstLoad{Calls: e.First.Calls, Months: e.First.Months}, Accounts: []AccountForecast{}, Seen: e.Seen, Warnings: orEmpty(e.Warnings)}
	if e.Seen {
		out.RowsPerDay = &e.RowsPerDay
	}
	if e.First.Took > 0 {
		seconds := e.First.Took.Seconds()
		out.First.Seconds = &seconds
	}
	for _, a := range e.Accounts {
		f := AccountForecast{Account: a.Account.ID, Name: a.Account.Name}
		if a.NowKnown {
			f.Now = &a.Now
		}
		if a.AfterKnown {
			f.After = &a.After
		}
		out.Accounts = append(out.Accounts, f)
	}
	return out
}
