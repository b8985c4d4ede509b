package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// queries answers questions about metrics.
type queries struct{ sources }

func (g queries) register() {
	const one = "/api/v1/query"
	handle(g.shell, operation{ID: "run-query", Method: http.MethodPost, Path: one, Tag: tagAnalytics, Access: forViewers, Summary: "Ask for metrics",
		Text:    "Groups metrics by dimensions and time. Figures are decimal numbers as text, rounded to the decimals of their column. A question that has no exact answer is refused with 422: for example mixed_currency, fx_missing, grain_not_held or dimension_missing.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.run)
	handle(g.shell, operation{ID: "run-query-csv", Method: http.MethodPost, Path: one + ".csv", Tag: tagAnalytics, Access: forViewers, Stream: csvText, Summary: "Ask for metrics, as a CSV file",
		Text:    "The same figures as those of run-query. A text that a spreadsheet would take for a formula begins with an apostrophe.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.csv)
	handle(g.shell, operation{ID: "list-metrics", Method: http.MethodGet, Path: "/api/v1/metrics", Tag: tagAnalytics, Access: forViewers, Summary: "List the metrics with their definitions"}, g.metrics)
	handle(g.shell, operation{ID: "list-dimensions", Method: http.MethodGet, Path: "/api/v1/dimensions", Tag: tagAnalytics, Access: forViewers, Summary: "List the dimensions"}, g.dimensions)
	handle(g.shell, operation{ID: "list-members", Method: http.MethodGet, Path: "/api/v1/dimensions/{dimension}/members", Tag: tagAnalytics, Access: forViewers, Summary: "List the members of a dimension",
		Refuses: []int{http.StatusServiceUnavailable}}, g.members)
}

// QueryRequest is a question.
type QueryRequest struct {
	Metrics  []string           `json:"metrics" nullable:"false" minItems:"1" maxItems:"50" doc:"Names of metrics: see list-metrics"`
	From     adtally.Day        `json:"from" doc:"First day"`
	To       adtally.Day        `json:"to" doc:"Last day; it is included"`
	Grain    analytics.Grain    `json:"grain,omitempty" enum:",day,iso_week,month,quarter,fiscal_month,fiscal_quarter" doc:"Length of a bucket of time; absent = the whole range is one"`
	By       []string           `json:"by,omitempty" nullable:"false" maxItems:"5" doc:"Names of dimensions to group by: see list-dimensions"`
	Filters  []analytics.Filter `json:"filters,omitempty" nullable:"false" maxItems:"50" doc:"Filters; all of them must hold"`
	Currency string             `json:"currency,omitempty" pattern:"^([A-Z]{3})?$" example:"EUR" doc:"Target currency (ISO 4217); absent = money stays in its own currency"`
	Zone     string             `json:"zone,omitempty" maxLength:"60" example:"Europe/Berlin" doc:"IANA time zone in which moments become days; absent = the reporting zone"`
	Compare  analytics.Compare  `json:"compare,omitempty" enum:",previous_period,previous_month,previous_year" doc:"Compared period; absent = none"`
	Totals   bool               `json:"totals,omitempty" doc:"Also compute the total; it is a query of its own, never a sum of the rows"`
	Top      *analytics.Top     `json:"top,omitempty" doc:"Show only the members that rank highest, and the others together"`
	AsOf     adtally.Day        `json:"as_of,omitempty" doc:"Day on which budgets are judged; absent = the last day"`
}

func (q QueryRequest) question() analytics.Query {
	return analytics.Query{Metrics: q.Metrics, From: q.From, To: q.To, Grain: q.Grain, By: q.By, Filters: q.Filters,
		Currency: q.Currency, Zone: q.Zone, Compare: q.Compare, Totals: q.Totals, Top: q.Top, AsOf: q.AsOf}
}

// QueryColumn describes a metric of an answer.
type QueryColumn struct {
	Metric   string `json:"metric" doc:"Name of the metric"`
	Title    string `json:"title" doc:"Title for people"`
	Unit     string `json:"unit" enum:"money,count,ratio,percent,text" doc:"Unit of the figures; percent = a share, 0.25 is 25 %"`
	Decimals int    `json:"decimals" doc:"Number of decimal places"`
	Better   string `json:"better,omitempty" enum:"up,down" doc:"Which change is good; absent = neither"`
}

// QueryFigure is one figure of an answer.
type QueryFigure struct {
	Value    string        `json:"value,omitempty" doc:"Decimal number as text; absent = there is none, which is not 0"`
	Currency string        `json:"currency,omitempty" doc:"Currency of money (ISO 4217)"`
	Refused  *QueryRefusal `json:"refused,omitempty" doc:"Why this figure alone cannot be computed"`
}

// QueryRefusal says why there is no figure.
type QueryRefusal struct {
	Code    string `json:"code" example:"mixed_currency" doc:"Stable code for programs"`
	Message string `json:"message" doc:"What is wrong, in one sentence"`
	Hint    string `json:"hint" doc:"How to get the figure"`
}

// QueryRow is one bucket of time and member of an answer.
type QueryRow struct {
	Bucket   string        `json:"bucket,omitempty" example:"2026-W01" doc:"Bucket of time; absent without a grain"`
	Members  []string      `json:"members,omitempty" nullable:"false" doc:"IDs of the members, one for each dimension"`
	Names    []string      `json:"names,omitempty" nullable:"false" doc:"Names of the members for people"`
	Figures  []QueryFigure `json:"figures" nullable:"false" doc:"Figures, one for each column"`
	Previous []QueryFigure `json:"previous,omitempty" nullable:"false" doc:"Figures of the compared period"`
	Change   []QueryFigure `json:"change,omitempty" nullable:"false" doc:"Changes against the compared period, as shares of its absolute value"`
	Picture  string        `json:"picture,omitempty" example:"/pictures/120200121954450000" doc:"Path of the ad's picture on this server, of rows by ad; it may have none"`
}

// QueryCompared is the compared period of an answer.
type QueryCompared struct {
	From   adtally.Day   `json:"from" doc:"First day of the compared period"`
	To     adtally.Day   `json:"to" doc:"Last day of the compared period"`
	Total  []QueryFigure `json:"total,omitempty" nullable:"false" doc:"Total of the compared period"`
	Change []QueryFigure `json:"change,omitempty" nullable:"false" doc:"Change of the total"`
	Rows   []QueryRow    `json:"rows,omitempty" nullable:"false" doc:"Buckets of the compared period, in order, if the question has a grain"`
}

// QueryNote is a remark on an answer.
type QueryNote struct {
	Code    string        `json:"code" example:"still_counting" doc:"Stable code for programs: for example zones_differ, still_counting, regime, provisional_rate, claimed_overlap"`
	Message string        `json:"message" doc:"What a reader of the figures must know, in one sentence"`
	Days    []adtally.Day `json:"days,omitempty" nullable:"false" doc:"Concerned days"`
}

// QuerySQL is a statement that was executed.
type QuerySQL struct {
	SQL    string `json:"sql" doc:"Text of the statement"`
	Values []any  `json:"values" nullable:"false" doc:"Values of its parameters, in order"`
}

// QueryAnswer is the answer to a question.
type QueryAnswer struct {
	Columns  []QueryColumn  `json:"columns" nullable:"false" doc:"Metrics, in the order of the question"`
	Rows     []QueryRow     `json:"rows" nullable:"false" doc:"Buckets in order of time, members by ID, then (others), (not in ads) and (unmatched)"`
	Total    []QueryFigure  `json:"total,omitempty" nullable:"false" doc:"Total, if it was asked for"`
	Compared *QueryCompared `json:"compared,omitempty" doc:"Compared period, if it was asked for"`
	Notes    []QueryNote    `json:"notes" nullable:"false" doc:"Remarks"`
	AsOf     *time.Time     `json:"as_of,omitempty" doc:"When the oldest of the data was requested from the platform; absent = unknown"`
	SQL      []QuerySQL     `json:"sql" nullable:"false" doc:"Statements that were executed"`
	Took     int64          `json:"took_ms" doc:"Time that the warehouse took, in milliseconds"`
}

type answered struct{ Body QueryAnswer }

func (g queries) ask(ctx context.Context, q QueryRequest) (*analytics.Answer, error) {
	if q.To < q.From {
		return nil, invalid("body.to", "The last day is before the first day")
	}
	a, err := g.Analytics.Ask(ctx, q.question())
	if err != nil {
		return nil, analyticsProblem(err)
	}
	return a, nil
}

// analyticsProblem is the problem of a refused question.
func analyticsProblem(err error) error {
	if r, ok := errors.AsType[*analytics.Refusal](err); ok {
		p := &Problem{Status: http.StatusUnprocessableEntity, Detail: withStop(r.Message), Code: r.Code, Act: adtally.Configure, Hint: r.Hint}
		return p.named()
	}
	return platformProblem(err)
}

func (g queries) run(ctx context.Context, _ Caller, in *struct{ Body QueryRequest }) (*answered, error) {
	a, err := g.ask(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	out := answerOf(a)
	out.illustrate(in.Body.By)
	return &answered{out}, nil
}

// PicturePath is where the pictures of ads are served, by the number of the ad.
const PicturePath = "/pictures/"

// illustrate adds the paths of pictures to rows by ad.
func (a QueryAnswer) illustrate(by []string) {
	i := slices.Index(by, "ad")
	for j := range a.Rows {
		if i >= 0 && i < len(a.Rows[j].Members) && !strings.HasPrefix(a.Rows[j].Members[i], "(") {
			a.Rows[j].Picture = PicturePath + url.PathEscape(a.Rows[j].Members[i])
		}
	}
}

func answerOf(a *analytics.Answer) QueryAnswer {
	out := QueryAnswer{Columns: []QueryColumn{}, Rows: rowsOf(a.Rows), Total: figuresOf(a.Total), Notes: []QueryNote{}, AsOf: timeOrNil(a.AsOf), SQL: []QuerySQL{}, Took: a.Took.Milliseconds()}
	for _, c := range a.Columns {
		out.Columns = append(out.Columns, QueryColumn(c))
	}
	if c := a.Compared; c != nil {
		out.Compared = &QueryCompared{c.From, c.To, figuresOf(c.Total), figuresOf(c.Change), rowsOf(c.Rows)}
	}
	for _, n := range a.Notes {
		out.Notes = append(out.Notes, QueryNote{n.Code, n.Message, n.Days})
	}
	for _, s := range a.SQL {
		out.SQL = append(out.SQL, QuerySQL{s.SQL, orEmpty(s.Values)})
	}
	return out
}

func rowsOf(all []analytics.Row) []QueryRow {
	out := []QueryRow{}
	for _, r := range all {
		out = append(out, QueryRow{r.Bucket, r.Members, r.Names, orEmpty(figuresOf(r.Figures)), figuresOf(r.Previous), figuresOf(r.Change), ""})
	}
	return out
}

// figuresOf returns the figures; nil stays nil, because it means that nobody asked.
func figuresOf(all []analytics.Figure) (out []QueryFigure) {
	for _, f := range all {
		out = append(out, QueryFigure{f.Value, f.Currency, (*QueryRefusal)(f.Refused)})
	}
	return out
}
