package api_test

import (
	"context"
	"strings"
	"sync"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// asking guards the questions that fakes were asked.
var asking sync.Mutex

// fakeAnalytics answers every question with the same figures.
type fakeAnalytics struct {
	asked *[]analytics.Query
	names []adtally.NamedSpend
}

func (f fakeAnalytics) Ask(_ context.Context, q analytics.Query) (*analytics.Answer, error) {
	if f.asked != nil {
		asking.Lock()
		*f.asked = append(*f.asked, q)
		asking.Unlock()
	}
	if q.Metrics[0] == "reach" {
		return nil, &analytics.Refusal{Code: "grain_not_held", Message: "The reach of a week was not fetched", Hint: "Ask for days."}
	}
	if q.Metrics[0] == "locked" {
		return nil, &adtally.Fault{Act: adtally.Retry, Code: "warehouse_busy", Message: "Another process is using the warehouse", Hint: "Try again."}
	}
	if q.Shared && len(q.Lock) == 1 && len(q.Lock[0].In) == 1 { // a link with one member shows its ID
		return &analytics.Answer{Columns: []analytics.Column{{Metric: "cac", Title: "CAC", Unit: "money"}}, Rows: []analytics.Row{{Figures: []analytics.Figure{{Value: q.Lock[0].In[0]}}}}}, nil
	}
	fig := func(value string) analytics.Figure { return analytics.Figure{Value: value, Currency: "EUR"} }
	return &analytics.Answer{
		Columns: []analytics.Column{{Metric: "spend", Title: "Spend", Unit: "money", Decimals: 2}},
		Rows: []analytics.Row{
			{Members: []string{"7"}, Names: []string{`=HYPERLINK("x")`}, Figures: []analytics.Figure{fig("-1.50")}, Previous: []analytics.Figure{fig("1.00")}, Change: []analytics.Figure{{Value: "-2.500000"}}},
			{Members: []string{"8"}, Names: []string{"-5"}, Figures: []analytics.Figure{{Refused: &analytics.Refusal{Code: "mixed_currency", Message: "EUR and USD", Hint: "Give a currency."}}}, Previous: []analytics.Figure{{}}, Change: []analytics.Figure{{}}},
		},
		Total: []analytics.Figure{fig("2.00")}, Compared: &analytics.Compared{From: 1, To: 2, Total: []analytics.Figure{fig("1.00")}, Change: []analytics.Figure{{Value: "1.000000"}}},
		SQL:   []analytics.Statement{{SQL: "SELECT $1", Values: []any{"2026-01-01"}}},
		Notes: []analytics.Note{{Code: "still_counting", Message: "Conversions still come in.", Days: []adtally.Day{20000}}}, AsOf: time.Unix(1700000000, 0), Took: 12 * time.Millisecond}, nil
}

func (fakeAnalytics) Metrics(context.Context) (all []analytics.MetricInfo, _ error) {
	for _, name := range []string{"spend", "cac", "new_customers", "reach", "locked"} {
		all = append(all, analytics.MetricInfo{Name: name, Title: name, Unit: "money", Dimensions: []string{"campaign"}})
	}
	return all, nil
}

func (fakeAnalytics) Dimensions(context.Context) ([]analytics.DimensionInfo, error) {
	return []analytics.DimensionInfo{{Name: "channel", Title: "Channel"}, {Name: "campaign", Title: "Campaign"}}, nil
}

func (fakeAnalytics) Members(_ context.Context, _, search string, limit int) (all []analytics.Member, _ error) {
	for _, m := range []analytics.Member{{ID: "1", Name: "Spring"}, {ID: "2", Name: "Summer"}, {ID: "3", Name: "Sun"}} {
		if strings.Contains(m.Name, search) && len(all) < limit {
			all = append(all, m)
		}
	}
	return all, nil
}

func (f fakeAnalytics) SharedMembers(ctx context.Context, _ analytics.Query, dimension, search string, limit int) ([]analytics.Member, error) {
	return f.Members(ctx, dimension, search, limit)
}

func (fakeAnalytics) Possible(_ context.Context, q analytics.Query) error {
	if q.Metrics[0] == "reach" {
		return &analytics.Refusal{Code: "grain_not_held", Message: "The reach of a week was not fetched", Hint: "Ask for days."}
	}
	return nil
}

func (f fakeAnalytics) AskByTouch(_ context.Context, q analytics.Query) (*analytics.Answer, error) {
	if f.asked != nil {
		asking.Lock()
		*f.asked = append(*f.asked, q)
		asking.Unlock()
	}
	count := func(orders, revenue string) []analytics.Figure {
		return []analytics.Figure{{Value: orders}, {Value: revenue, Currency: "EUR"}, {Value: "1"}}
	}
	return &analytics.Answer{Rows: []analytics.Row{{Members: []string{"7"}, Figures: count("9", "90.00")}, {Members: []string{"(none)"}, Figures: count("12", "5.00")}}}, nil
}

func (fakeAnalytics) Touches(_ context.Context, ids []string) (map[string]analytics.Touch, error) {
	all := map[string]analytics.Touch{}
	for _, id := range ids {
		if id == "7" {
			all[id] = analytics.Touch{Source: "facebook", Campaign: "Spring"}
		}
	}
	return all, nil
}

func (fakeAnalytics) CampaignNames(_ context.Context, ids []string) (map[string]string, error) {
	all := map[string]string{}
	for _, id := range ids {
		if id == "1" {
			all[id] = "Spring"
		}
	}
	return all, nil
}

func (fakeAnalytics) Settings(context.Context) (analytics.Settings, error) {
	return analytics.DefaultSettings(), nil
}

func (fakeAnalytics) BuiltIn() map[string]string { return map[string]string{"base": "metrics: []\n"} }

func (fakeAnalytics) CheckDefinition(_ context.Context, _, text string) (c analytics.CheckedDefinition, _ error) {
	if strings.Contains(text, "wrong") {
		c.Problems = []analytics.DefinitionProblem{{Line: 3, Message: "There is no metric wrong", Hint: "Did you mean spend?"}}
	}
	c.SQL = strings.Contains(text, "sql:")
	c.Changes = []analytics.MetricChange{{Metric: "mine", Change: "added"}}
	return c, nil
}

func (fakeAnalytics) Export(context.Context) (string, error) { return "metrics: []\n", nil }

func (f fakeAnalytics) NamesInUse(context.Context, analytics.NamedLevel, adtally.Window) ([]adtally.NamedSpend, error) {
	return f.names, nil
}

func (fakeWarehouse) Restatement(context.Context, string, adtally.RestatementFilter) ([]adtally.Restated, error) {
	return []adtally.Restated{
		{Account: seven.ID, Table: "basic_ad", Metric: "spend", Age: 0, Days: 2, Value: "50", Final: "100"},
		{Account: seven.ID, Table: "basic_ad", Metric: "spend", Age: 28, Days: 2, Value: "100", Final: "100"},
	}, nil
}
