package api

import (
	"context"
	"net/http"

	"adtally"
	"adtally/internal/difference"
)

// Differences find out why a figure differs from the one on a platform's own page. Their
// faults are shown to the caller unchanged.
type Differences interface {
	ExplainDifference(ctx context.Context, q difference.Question) (*difference.Answer, error)
	// ShownFigures returns what can be compared, for each platform that has a source.
	ShownFigures(ctx context.Context) ([]adtally.ShownFigures, error)
}

type explained struct{ sources }

func (g explained) register() {
	const path = "/api/v1/explain-difference"
	handle(g.shell, operation{ID: "explain-difference", Method: http.MethodPost, Path: path, Tag: tagAnalytics, Access: forViewers, Summary: "Find out why a figure differs",
		Text:    "Takes a figure that somebody saw on the ad platform's own page, counts the same thing in all the ways that usually explain a difference, alone and in pairs, and says which one gives the figure: attribution window, action type, level, status, edges of the dates, time zone, currency, tax or fees, a single campaign.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.explain)
	handle(g.shell, operation{ID: "list-shown-figures", Method: http.MethodGet, Path: path, Tag: tagAnalytics, Access: forViewers, Summary: "List the figures that can be compared with a platform's own page"}, g.choices)
}

// DifferenceQuestion is a figure that somebody saw.
type DifferenceQuestion struct {
	Metric   string      `json:"metric" maxLength:"100" example:"spend" doc:"Name of the figure: see list-shown-figures"`
	Figure   string      `json:"figure" maxLength:"60" example:"1,234.56" doc:"Figure as it was copied"`
	From     adtally.Day `json:"from" doc:"First day"`
	To       adtally.Day `json:"to" doc:"Last day; it is included"`
	Account  string      `json:"account" maxLength:"100" doc:"ID of the ad account"`
	Campaign string      `json:"campaign,omitempty" maxLength:"100" doc:"ID of the campaign that the figure is about; absent = the whole account"`
	Level    string      `json:"level,omitempty" maxLength:"40" example:"ad_set" doc:"Level at which it was seen: see list-shown-figures; absent = unknown"`
}

// ExplainedDifference says why a figure differs.
type ExplainedDifference struct {
	Outcome  difference.Outcome `json:"outcome" enum:"equal,explained,possible,unexplained,unknown" doc:"equal = Adtally has the same figure; explained = the first of tried gives it; possible = that may be chance; unexplained = nothing gives it; unknown = there are no figures"`
	Sentence string             `json:"sentence" doc:"What was found, with both figures"`
	Hint     string             `json:"hint,omitempty" doc:"What to do next"`
	Figure   string             `json:"figure" doc:"Figure as it was read, as a decimal number"`
	Ours     string             `json:"ours,omitempty" doc:"Figure of Adtally; absent = there is none"`
	Currency string             `json:"currency,omitempty" doc:"Currency of the account, for money (ISO 4217)"`
	Count    int                `json:"count" doc:"Number of ways to count that were tried"`
	Tried    []TriedDifference  `json:"tried" nullable:"false" doc:"Ways to count: those that give the figure, then the nearest"`
	Untried  []UntriedChange    `json:"untried" nullable:"false" doc:"What could not be tried"`
	Notes    []string           `json:"notes" nullable:"false" doc:"What a reader of the figures must know"`
}

// TriedDifference is a way to count that was tried.
type TriedDifference struct {
	Text       string            `json:"text" doc:"What is done otherwise"`
	Kinds      []difference.Kind `json:"kinds" nullable:"false" doc:"What the changes are about: dates, window, action_type, level, sum, zone, currency, status, campaign, tax"`
	Value      string            `json:"value" doc:"Figure if it is counted like this"`
	Currency   string            `json:"currency,omitempty" doc:"Currency of the value"`
	Difference string            `json:"difference" doc:"The figure that was seen minus the value"`
	Fits       bool              `json:"fits" doc:"Whether it gives the figure, rounded to its decimals"`
}

// UntriedChange is what could not be tried.
type UntriedChange struct {
	Text   string `json:"text" doc:"What could not be tried"`
	Reason string `json:"reason" doc:"Why, and how to change that"`
}

func (g explained) explain(ctx context.Context, _ Caller, in *struct{ Body DifferenceQuestion }) (*struct{ Body ExplainedDifference }, error) {
	q := in.Body
	if q.To < q.From {
		return nil, invalid("body.to", "The last day is before the first day")
	}
	a, err := g.Differences.ExplainDifference(ctx, difference.Question(q))
	if err != nil {
		return nil, analyticsProblem(err)
	}
	out := ExplainedDifference{Outcome: a.Outcome, Sentence: a.Sentence, Hint: a.Hint, Figure: a.Figure, Ours: a.Ours, Currency: a.Currency, Count: a.Count,
		Tried: []TriedDifference{}, Untried: []UntriedChange{}, Notes: orEmpty(a.Notes)}
	for _, t := range a.Tried {
		out.Tried = append(out.Tried, TriedDifference(t))
	}
	for _, u := range a.Untried {
		out.Untried = append(out.Untried, UntriedChange(u))
	}
	return &struct{ Body ExplainedDifference }{out}, nil
}

// ComparedPage is a platform's own page with the figures that can be compared.
type ComparedPage struct {
	Page    string          `json:"page" example:"Ads Manager" doc:"Name of the page"`
	Metrics []ShownFigure   `json:"metrics" nullable:"false" doc:"Figures that can be compared"`
	Levels  []ComparedLevel `json:"levels" nullable:"false" doc:"Levels at which they are shown"`
}

// ShownFigure is a figure of a platform's page.
type ShownFigure struct {
	Name   string `json:"name" example:"spend" doc:"Name for explain-difference"`
	Title  string `json:"title" example:"Amount spent" doc:"Name on the page"`
	Metric string `json:"metric,omitempty" doc:"Metric of Adtally that it belongs to"`
	Money  bool   `json:"money" doc:"Whether it is money"`
}

// ComparedLevel is a level of a platform's page.
type ComparedLevel struct {
	Name  string `json:"name" example:"ad_set" doc:"Name for explain-difference"`
	Title string `json:"title" example:"ad sets" doc:"Name for people"`
}

func (g explained) choices(ctx context.Context, _ Caller, _ *struct{}) (*listed[ComparedPage], error) {
	all, err := g.Differences.ShownFigures(ctx)
	if err != nil {
		return nil, err
	}
	out := &listed[ComparedPage]{}
	out.Body.Items = []ComparedPage{}
	for _, s := range all {
		p := ComparedPage{Page: s.Page, Metrics: []ShownFigure{}, Levels: []ComparedLevel{}}
		for _, m := range s.Metrics {
			p.Metrics = append(p.Metrics, ShownFigure{m.Name, m.Title, m.Metric, m.Money})
		}
		for _, l := range s.Levels {
			p.Levels = append(p.Levels, ComparedLevel{l.Name, l.Title})
		}
		out.Body.Items = append(out.Body.Items, p)
	}
	return out, nil
}
