package mcp

import (
	"context"
	"fmt"
	"slices"

	"adtally"
	"adtally/internal/analytics"
)

// question is what query_metrics takes. It is also how a dashboard says what a tile asks.
type question struct {
	Metrics    []string    `json:"metrics"`
	Dimensions []string    `json:"dimensions,omitempty"`
	Filters    []filter    `json:"filters,omitempty"`
	From       adtally.Day `json:"from"`
	To         adtally.Day `json:"to"`
	Grain      string      `json:"grain,omitempty"`
	Compare    string      `json:"compare,omitempty"`
	Currency   string      `json:"currency,omitempty"`
	Top        *top        `json:"top,omitempty"`
	Totals     bool        `json:"totals,omitempty"`
	OrderBy    *order      `json:"order_by,omitempty"`
	Names      *bool       `json:"names,omitempty"` // nil = true
	Limit      *int        `json:"limit,omitempty"`
}

type filter struct {
	Dimension string   `json:"dimension"`
	Op        string   `json:"op"`
	Values    []string `json:"values"`
}

type top struct {
	N  int    `json:"n"`
	By string `json:"by"`
}

type order struct {
	Metric    string `json:"metric"`
	Direction string `json:"direction,omitempty"` // desc if empty
}

// Words of this tool for those of the semantic layer.
var (
	grains = map[string]analytics.Grain{"": analytics.Whole, "none": analytics.Whole, "day": analytics.ByDay, "week": analytics.ByISOWeek, "month": analytics.ByMonth,
		"quarter": analytics.ByQuarter, "fiscal_month": analytics.ByFiscalMonth, "fiscal_quarter": analytics.ByFiscalQtr}
	comparisons = map[string]analytics.Compare{"": analytics.NoCompare, "none": analytics.NoCompare, "previous": analytics.PreviousPeriod,
		"previous_month": analytics.PreviousMonth, "last_year": analytics.PreviousYear}
)

// mostMatches is how many values may contain a text of a filter.
const mostMatches = 1000

// usualRows is how many rows an answer has if nobody says otherwise.
const usualRows = 200

func queryMetrics(ctx context.Context, c *call, in question) (any, error) {
	q, err := c.query(ctx, in)
	if err != nil {
		return nil, err
	}
	if in.OrderBy != nil && !slices.Contains(in.Metrics, in.OrderBy.Metric) {
		return nil, configure("invalid_arguments", "order_by names a metric that is not in metrics", "Order by one of the metrics of the question.")
	}
	a, err := c.Analytics.Ask(ctx, q)
	if err != nil {
		return nil, err
	}
	return c.answered(ctx, in, q, a)
}

// query is the question for the semantic layer.
func (c *call) query(ctx context.Context, in question) (q analytics.Query, err error) {
	q = analytics.Query{Metrics: in.Metrics, By: in.Dimensions, From: in.From, To: in.To, Grain: grains[in.Grain], Compare: comparisons[in.Compare], Currency: in.Currency, Totals: in.Totals}
	if in.To < in.From {
		return q, configure("invalid_arguments", "The last day is before the first day", "Exchange from and to.")
	}
	if in.Top != nil {
		q.Top = &analytics.Top{N: in.Top.N, By: in.Top.By}
	}
	for _, f := range in.Filters {
		one := analytics.Filter{Dimension: f.Dimension}
		switch f.Op {
		case "in":
			one.In = f.Values
		case "not_in":
			one.NotIn = f.Values
		case "contains":
			if one.In, err = c.containing(ctx, f); err != nil {
				return q, err
			}
		}
		q.Filters = append(q.Filters, one)
	}
	return q, nil
}

// containing returns the values of a dimension that contain one of some texts in their ID or
// name. Without any, the filter matches nothing.
func (c *call) containing(ctx context.Context, f filter) ([]string, error) {
	found := []string{}
	for _, text := range f.Values {
		members, err := c.Analytics.Members(ctx, f.Dimension, text, mostMatches+1)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			found = append(found, m.ID)
		}
	}
	if len(found) > mostMatches {
		return nil, configure("too_many_values", fmt.Sprintf("More than %d values of %s contain the text", mostMatches, f.Dimension), "Give a longer text.")
	}
	return found, nil
}
