package api

import (
	"context"
	"net/http"

	"adtally"
)

// guides serves the steps to a token that does not expire.
type guides struct{ sources }

const guidePath = "/api/v1/catalog/{connector}/guide"

func (g guides) register() {
	handle(g.shell, operation{ID: "get-guide", Method: http.MethodGet, Path: guidePath, Tag: tagSources, Access: forViewers, Summary: "Get the guide to long-term access"}, g.get)
	handle(g.shell, operation{ID: "check-guide", Method: http.MethodPost, Path: guidePath + "/check", Tag: tagSources, Access: withSecrets,
		Summary: "Check which steps of the guide a token completes", Text: "Names the missing asset, permission or role. The token is not stored.", Refuses: []int{http.StatusServiceUnavailable}}, g.check)
	g.registerProgress()
}

// Guide leads to a token that does not expire.
type Guide struct {
	Title   string      `json:"title" doc:"Title of the guide"`
	Minutes int         `json:"minutes" doc:"Approximate duration in minutes"`
	Before  string      `json:"before" doc:"What you need before you start"`
	Parts   []GuidePart `json:"parts" nullable:"false" doc:"Parts in order"`
}

// GuidePart is a group of steps.
type GuidePart struct {
	Title string      `json:"title" doc:"Title of the part"`
	Steps []GuideStep `json:"steps" nullable:"false" doc:"Steps in order"`
}

// GuideStep is one step.
type GuideStep struct {
	ID      string       `json:"id" doc:"Stable ID of the step"`
	Title   string       `json:"title" doc:"Title of the step"`
	Text    string       `json:"text" doc:"What to do"`
	Link    string       `json:"link,omitempty" doc:"Page of the platform for this step" format:"uri"`
	Copy    []GuideValue `json:"copy" nullable:"false" doc:"Values to copy there"`
	Drawing string       `json:"drawing" doc:"Name of the illustration"`
	Checked string       `json:"checked_on" doc:"Day on which a person last verified the step" example:"2026-11-24" format:"date"`
	Shown   bool         `json:"shown_by_token" doc:"Whether a token shows that the step is done"`
}

// GuideValue is a value to copy.
type GuideValue struct {
	Label string `json:"label" doc:"Name of the value"`
	Value string `json:"value" doc:"The value"`
}

func (g guides) get(_ context.Context, _ Caller, in *struct{ ByConnector }) (*struct{ Body Guide }, error) {
	spec, err := g.spec(in.Connector)
	if err != nil {
		return nil, err
	}
	out := Guide{spec.Guide.Title, spec.Guide.Minutes, spec.Guide.Before, []GuidePart{}}
	for _, p := range spec.Guide.Parts {
		part := GuidePart{p.Title, []GuideStep{}}
		for _, s := range p.Steps {
			part.Steps = append(part.Steps, guideStep(s))
		}
		out.Parts = append(out.Parts, part)
	}
	return &struct{ Body Guide }{out}, nil
}

func guideStep(s adtally.GuideStep) GuideStep {
	step := GuideStep{s.ID, s.Title, s.Text, s.Link, []GuideValue{}, s.Drawing, s.Checked, s.Shown != ""}
	for _, c := range s.Copy {
		step.Copy = append(step.Copy, GuideValue(c))
	}
	return step
}

// StepFinding says whether a token shows a step to be done.
type StepFinding struct {
	Step    string            `json:"step" doc:"ID of the step"`
	State   adtally.StepState `json:"state" enum:"done,missing,unknown" doc:"unknown = the token does not show it"`
	Message string            `json:"message,omitempty" doc:"What is missing"`
	Hint    string            `json:"hint,omitempty" doc:"How to fix it"`
}

func (g guides) check(ctx context.Context, _ Caller, in *struct {
	ByConnector
	tokenForm
},
) (*listed[StepFinding], error) {
	spec, err := g.spec(in.Connector)
	if err != nil {
		return nil, err
	}
	secret := cleaned(in.Body.Token)
	if secret.IsZero() {
		return nil, invalid("body.token", "The token is empty")
	}
	i, _, err := g.OAuth.Inspect(ctx, in.Connector, secret, adtally.Before{})
	if err != nil {
		return nil, platformProblem(err)
	}
	out := &listed[StepFinding]{}
	out.Body.Items = []StepFinding{}
	for _, f := range spec.Guide.Follow(i) {
		out.Body.Items = append(out.Body.Items, StepFinding(f))
	}
	return out, nil
}
