package api

import (
	"context"
	"slices"

	"adtally"
)

// MetricDefinition is a metric with its definition. (adtally.Metric is a custom conversion
// of a source.)
type MetricDefinition struct {
	Name        string   `json:"name" example:"cac" doc:"Name of the metric"`
	Title       string   `json:"title" doc:"Title for people"`
	Description string   `json:"description" doc:"What is counted and what is not"`
	Formula     string   `json:"formula" example:"spend / new_customers" doc:"Formula, of other metrics or columns"`
	Caveat      string   `json:"caveat,omitempty" doc:"What is easily misread"`
	Unit        string   `json:"unit" enum:"money,count,ratio,percent,text" doc:"Unit of the figures; percent = a share, 0.25 is 25 %"`
	Decimals    int      `json:"decimals" doc:"Number of decimal places"`
	Better      string   `json:"better,omitempty" enum:"up,down" doc:"Which change is good; absent = neither"`
	Dimensions  []string `json:"dimensions" nullable:"false" doc:"Names of the dimensions that it can be grouped and filtered by"`
	Models      []string `json:"models" nullable:"false" doc:"Models whose rows it is computed from"`
	Claimed     bool     `json:"claimed" doc:"Whether it uses what ad platforms claim; claims of several channels overlap"`
	BuiltIn     bool     `json:"built_in" doc:"Whether it comes with Adtally; false = this installation defined it"`
}

// Dimension is a dimension.
type Dimension struct {
	Name   string   `json:"name" example:"campaign" doc:"Name of the dimension"`
	Title  string   `json:"title" doc:"Title for people"`
	Models []string `json:"models" nullable:"false" doc:"Models that have it"`
}

// Member is a value of a dimension.
type Member struct {
	ID   string `json:"id" doc:"ID, as in filters"`
	Name string `json:"name" doc:"Name for people; the ID if it has none"`
}

func (g queries) metrics(ctx context.Context, _ Caller, _ *struct{}) (*listed[MetricDefinition], error) {
	all, err := g.Analytics.Metrics(ctx)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	out := &listed[MetricDefinition]{}
	out.Body.Items = []MetricDefinition{}
	for _, m := range all {
		out.Body.Items = append(out.Body.Items, MetricDefinition{m.Name, m.Title, m.Description, m.Formula, m.Caveat, m.Unit, m.Decimals, m.Better, orEmpty(m.Dimensions), orEmpty(m.Models), m.Claimed, !m.Own})
	}
	return out, nil
}

func (g queries) dimensions(ctx context.Context, _ Caller, _ *struct{}) (*listed[Dimension], error) {
	all, err := g.Analytics.Dimensions(ctx)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	out := &listed[Dimension]{}
	out.Body.Items = []Dimension{}
	for _, d := range all {
		out.Body.Items = append(out.Body.Items, Dimension{d.Name, d.Title, orEmpty(d.Models)})
	}
	return out, nil
}

type memberQuery struct {
	Dimension string `path:"dimension" maxLength:"100" doc:"Name of the dimension"`
	Search    string `query:"search" maxLength:"200" doc:"Only members whose ID or name contains this text"`
	Limit     int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Maximum number of members"`
}

func (g queries) members(ctx context.Context, _ Caller, in *memberQuery) (*listed[Member], error) {
	known, err := g.dimensionNames(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(known, in.Dimension) {
		return nil, refusal("not_found", "There is no dimension "+in.Dimension, didYouMean(in.Dimension, known))
	}
	all, err := g.Analytics.Members(ctx, in.Dimension, in.Search, in.Limit)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	out := &listed[Member]{}
	out.Body.Items = []Member{}
	for _, m := range all {
		out.Body.Items = append(out.Body.Items, Member(m))
	}
	return out, nil
}

// metricNames returns the names of all metrics.
func (s sources) metricNames(ctx context.Context) (names []string, err error) {
	all, err := s.Analytics.Metrics(ctx)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	for _, m := range all {
		names = append(names, m.Name)
	}
	return names, nil
}

// dimensionNames returns the names of all dimensions.
func (s sources) dimensionNames(ctx context.Context) (names []string, err error) {
	all, err := s.Analytics.Dimensions(ctx)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	for _, d := range all {
		names = append(names, d.Name)
	}
	return names, nil
}

func didYouMean(word string, names []string) string {
	if text := adtally.DidYouMean(word, names); text != "" {
		return text
	}
	return "See list-dimensions."
}
