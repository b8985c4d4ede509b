package api

import (
	"context"
	"net/http"

	"adtally"
)

// guides lead people to tokens that last.
type guides struct{ sources }

const guidePath = "/api/v1/catalog/{connector}/guide"

func (g guides) register() {
	handle(g.shell, operation{ID: "get-guide", Method: http.MethodGet, Path: guidePath, Tag: tagSources, Access: forViewers, Summary: "Show the way to long-term access"}, g.get)
	handle(g.shell, operation{ID: "check-guide", Method: http.MethodPost, Path: guidePath + "/check", Tag: tagSources, Access: withSecrets,
		Summary: "Say which of its steps a token shows to be done", Text: "Which asset, permission or role is missing. The token is not kept.", Refuses: []int{http.StatusServiceUnavailable}}, g.check)
}

// Guide is the way to a token that lasts.
type Guide struct {
	Title   string      `json:"title"`
	Minutes int         `json:"minutes" doc:"About how long it takes"`
	Before  string      `json:"before" doc:"What one must have before one begins"`
	Parts   []GuidePart `json:"parts" nullable:"false"`
}

// GuidePart is some steps that lead to one thing.
type GuidePart struct {
	Title string      `json:"title"`
	Steps []GuideStep `json:"steps" nullable:"false"`
}

// GuideStep is one thing to do.
type GuideStep struct {
	ID      string       `json:"id" doc:"Stable"`
	Title   string       `json:"title"`
	Text    string       `json:"text"`
	Link    string       `json:"link,omitempty" doc:"The platform's page for it"`
	Copy    []GuideValue `json:"copy" nullable:"false" doc:"What to copy there"`
	Drawing string       `json:"drawing" doc:"Names the drawing that shows it"`
	Checked string       `json:"checked_on" doc:"When somebody last saw that it is so" example:"2026-11-24"`
	Shown   bool         `json:"shown_by_token" doc:"Whether a token shows that it was done"`
}

// GuideValue is something to copy.
type GuideValue struct {
	Label string `json:"label"`
	Value string `json:"value"`
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

// StepFinding is what a token shows of a step.
type StepFinding struct {
	Step    string            `json:"step"`
	State   adtally.StepState `json:"state" enum:"done,missing,unknown"`
	Message string            `json:"message,omitempty"`
	Hint    string            `json:"hint,omitempty" doc:"What to do about it"`
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
		return nil, invalid("body.token", "There is no token")
	}
	i, _, err := g.OAuth.Inspect(ctx, in.Connector, secret, adtally.Before{})
	if err != nil {
		return nil, foreign(err)
	}
	out := &listed[StepFinding]{}
	out.Body.Items = []StepFinding{}
	for _, f := range spec.Guide.Follow(i) {
		out.Body.Items = append(out.Body.Items, StepFinding(f))
	}
	return out, nil
}
