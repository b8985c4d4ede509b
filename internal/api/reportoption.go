package api

import (
	"context"
	"net/http"

	"adtally"
)

// reportOptions serves the parts from which custom reports are built.
type reportOptions struct{ sources }

func (g reportOptions) register() {
	handle(g.shell, operation{ID: "get-report-options", Method: http.MethodPost, Path: "/api/v1/catalog/{connector}/report-options", Tag: tagSources, Access: forViewers, Summary: "List what a custom report can consist of",
		Text: "The body is what is picked already; everything may be absent. Each option says whether it can be added to that, and if not, why. The platform is not called."}, g.get)
}

// reportDraft is a report that is not complete yet.
type reportDraft struct {
	Name             string   `json:"name,omitempty" maxLength:"200" doc:"Name of the table"`
	Level            string   `json:"level,omitempty" maxLength:"100" doc:"What a row is about; absent = not picked yet"`
	Breakdowns       []string `json:"breakdowns,omitempty" maxItems:"100" doc:"Breakdowns of the rows, by the platform's names"`
	ActionBreakdowns []string `json:"action_breakdowns,omitempty" maxItems:"100" doc:"Breakdowns of the actions, by the platform's names"`
	Fields           []string `json:"fields,omitempty" maxItems:"500" doc:"Fields, by the platform's names"`
	Windows          []string `json:"windows,omitempty" maxItems:"100" doc:"Attribution windows of the actions"`
	Increment        string   `json:"increment,omitempty" maxLength:"100" doc:"Days that a row covers, or monthly"`
}

// ReportOptions are the parts from which a custom report can be built.
type ReportOptions struct {
	Levels           []ReportOption  `json:"levels" nullable:"false" doc:"What a row may be about"`
	Breakdowns       []ReportOption  `json:"breakdowns" nullable:"false" doc:"Breakdowns of the rows"`
	ActionBreakdowns []ReportOption  `json:"action_breakdowns" nullable:"false" doc:"Breakdowns of the actions"`
	Fields           []ReportOption  `json:"fields" nullable:"false" doc:"Fields"`
	Windows          []ReportOption  `json:"windows" nullable:"false" doc:"Attribution windows of the actions"`
	Increments       []ReportOption  `json:"increments" nullable:"false" doc:"Periods that a row may cover"`
	Problems         []ReportProblem `json:"problems" nullable:"false" doc:"Why what is picked cannot be read; empty = it can"`
}

// ReportOption is a part of a report that can be picked.
type ReportOption struct {
	Name        string `json:"name" doc:"The platform's name, as used in a report"`
	Title       string `json:"title" doc:"Name for people"`
	Description string `json:"description,omitempty" doc:"What it is"`
	Type        string `json:"type,omitempty" example:"BIGINT" doc:"Type of a field in the warehouse"`
	Unit        string `json:"unit,omitempty" example:"money" doc:"Unit of a field"`
	Group       string `json:"group,omitempty" example:"People" doc:"Group in which to show a field"`
	Picked      bool   `json:"picked" doc:"Whether it is picked"`
	Allowed     bool   `json:"allowed" doc:"Whether it is legal together with what is picked"`
	Why         string `json:"why,omitempty" doc:"Why it is not allowed, in one sentence"`
}

// ReportProblem is something that is wrong with a report.
type ReportProblem struct {
	Field   string `json:"field" doc:"Name of the report's field"`
	Message string `json:"message" doc:"What is wrong, in one sentence"`
}

func (g reportOptions) get(_ context.Context, _ Caller, in *struct {
	ByConnector
	Body reportDraft
},
) (*struct{ Body ReportOptions }, error) {
	if _, err := g.spec(in.Connector); err != nil {
		return nil, err
	}
	all, err := g.Platforms.ReportOptions(in.Connector, adtally.Report(in.Body))
	if err != nil {
		return nil, platformProblem(err)
	}
	out := ReportOptions{Levels: optionsOf(all.Levels), Breakdowns: optionsOf(all.Breakdowns), ActionBreakdowns: optionsOf(all.ActionBreakdowns),
		Fields: optionsOf(all.Fields), Windows: optionsOf(all.Windows), Increments: optionsOf(all.Increments), Problems: []ReportProblem{}}
	for _, p := range all.Problems {
		out.Problems = append(out.Problems, ReportProblem(p))
	}
	return &struct{ Body ReportOptions }{out}, nil
}

func optionsOf(all []adtally.ReportOption) []ReportOption {
	out := []ReportOption{}
	for _, o := range all {
		out = append(out, ReportOption(o))
	}
	return out
}
