package mcp

import (
	"context"
	"slices"
	"strings"

	"adtally/internal/analytics"
)

// definition is the definition of a metric, as it is executed.
type definition struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Definition string   `json:"definition"`
	Formula    string   `json:"formula,omitempty"`
	Unit       string   `json:"unit"`
	Dimensions []string `json:"dimensions,omitempty"`
	Caveats    []string `json:"caveats"`
}

// overlapCaveat is about figures that ad platforms claim.
const overlapCaveat = "Channels claim the same purchases, so their claims overlap and must not be added up."

func definitionOf(m analytics.MetricInfo) definition {
	d := definition{Name: m.Name, Title: m.Title, Definition: m.Description, Formula: m.Formula, Unit: m.Unit, Dimensions: m.Dimensions, Caveats: []string{}}
	if m.Caveat != "" {
		d.Caveats = append(d.Caveats, m.Caveat)
	}
	if m.Claimed && !strings.Contains(m.Caveat, "overlap") {
		d.Caveats = append(d.Caveats, overlapCaveat)
	}
	return d
}

func listMetrics(ctx context.Context, c *call, in struct{ Search string }) (any, error) {
	all, err := c.Analytics.Metrics(ctx)
	if err != nil {
		return nil, err
	}
	dimensions, err := c.Analytics.Dimensions(ctx)
	if err != nil {
		return nil, err
	}
	out := struct {
		Metrics    []definition        `json:"metrics"`
		Dimensions []map[string]string `json:"dimensions"`
	}{[]definition{}, []map[string]string{}}
	for _, m := range all {
		if has(in.Search, m.Name, m.Title, m.Description) {
			out.Metrics = append(out.Metrics, definitionOf(m))
		}
	}
	for _, d := range dimensions {
		out.Dimensions = append(out.Dimensions, map[string]string{"name": d.Name, "title": d.Title})
	}
	c.rows = len(out.Metrics)
	return out, nil
}

// has reports whether one of some texts contains what is searched for.
func has(search string, texts ...string) bool {
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(strings.ToLower(t), strings.ToLower(search)) })
}

// value is a value of a dimension.
type value struct {
	Value     string `json:"value"`
	Name      string `json:"name"`
	Untrusted bool   `json:"untrusted"`
}

func listValues(ctx context.Context, c *call, in struct {
	Dimension, Search string
	Limit             *int
},
) (any, error) {
	most := orUsual(in.Limit, 100)
	members, err := c.Analytics.Members(ctx, in.Dimension, in.Search, most+1)
	if err != nil {
		return nil, err
	}
	out := struct {
		Values    []value `json:"values"`
		Truncated bool    `json:"truncated"`
	}{[]value{}, len(members) > most}
	for _, m := range members[:min(most, len(members))] {
		out.Values = append(out.Values, value{clean(m.ID), clean(m.Name), true})
	}
	c.rows = len(out.Values)
	return out, nil
}

func orUsual(given *int, usual int) int {
	if given == nil {
		return usual
	}
	return *given
}
