package api

import (
	"context"
	"fmt"
	"net/http"

	"adtally"
)

// GuideProgresses stores how far people have come in the guides.
type GuideProgresses interface {
	// GuideProgress returns an empty progress if nothing is stored.
	GuideProgress(ctx context.Context, user, connector, source string) (adtally.GuideProgress, error)
	SetGuideProgress(ctx context.Context, p adtally.GuideProgress) error
}

func (g guides) registerProgress() {
	const path = guidePath + "/progress"
	mine := Access{Role: adtally.Viewer, Person: true}
	handle(g.shell, operation{ID: "get-guide-progress", Method: http.MethodGet, Path: path, Tag: tagSources, Access: mine, Summary: "Get how far the caller has come in the guide",
		Text: "Each person has their own progress for each source, and one for a source that does not exist yet."}, g.progress)
	handle(g.shell, operation{ID: "set-guide-progress", Method: http.MethodPut, Path: path, Tag: tagSources, Access: mine, Summary: "Set how far the caller has come in the guide",
		Text: "Replaces what was stored, so that the guide can be continued in another browser."}, g.setProgress)
}

// GuideProgress is how far a person has come in the guide.
type GuideProgress struct {
	Done []string `json:"done" nullable:"false" maxItems:"200" doc:"IDs of the finished steps"`
	Step string   `json:"step,omitempty" maxLength:"100" doc:"ID of the current step; absent = none"`
}

// BySource is the part of an input that says for which source the guide is followed.
type BySource struct {
	Source string `query:"source" maxLength:"100" doc:"ID of the source for which the guide is followed; absent = a new source"`
}

func (g guides) progress(ctx context.Context, who Caller, in *struct {
	ByConnector
	BySource
},
) (*struct{ Body GuideProgress }, error) {
	if _, err := g.spec(in.Connector); err != nil {
		return nil, err
	}
	p, err := g.Progress.GuideProgress(ctx, who.ID, in.Connector, in.Source)
	return &struct{ Body GuideProgress }{GuideProgress{orEmpty(p.Done), p.Step}}, err
}

func (g guides) setProgress(ctx context.Context, who Caller, in *struct {
	ByConnector
	BySource
	Body GuideProgress
},
) (*struct{ Body GuideProgress }, error) {
	spec, err := g.spec(in.Connector)
	if err != nil {
		return nil, err
	}
	if err := checkSteps(spec.Guide, in.Body); err != nil {
		return nil, err
	}
	if in.Source != "" {
		if s, err := g.Sources.Source(ctx, in.Source); missing(err) || err == nil && s.Connector != spec.Name {
			return nil, invalid("query.source", "No such source of this connector exists")
		} else if err != nil {
			return nil, err
		}
	}
	p := adtally.GuideProgress{User: who.ID, Connector: spec.Name, Source: in.Source, Done: in.Body.Done, Step: in.Body.Step, At: g.Now()}
	return &struct{ Body GuideProgress }{in.Body}, g.Progress.SetGuideProgress(ctx, p)
}

// checkSteps refuses steps that the guide does not have.
func checkSteps(guide adtally.Guide, p GuideProgress) error {
	known := map[string]bool{"": true}
	for _, part := range guide.Parts {
		for _, s := range part.Steps {
			known[s.ID] = true
		}
	}
	for i, id := range p.Done {
		if !known[id] || id == "" {
			return invalid(fmt.Sprintf("body.done[%d]", i), "The guide has no such step")
		}
	}
	if !known[p.Step] {
		return invalid("body.step", "The guide has no such step")
	}
	return nil
}
