package api

import (
	"context"
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

// bySource is the part of an input that says for which source the guide is followed.
type bySource struct {
	Source string `query:"source" maxLength:"100" doc:"ID of the source for which the guide is followed; absent = a new source"`
}

func (g guides) progress(ctx context.Context, who Caller, in *struct {
	ByConnector
	bySource
},
) (*struct{ Body GuideProgress }, error) {
	_, err := g.spec(in.Connector)
	return &struct{ Body GuideProgress }{GuideProgress{Done: []string{}}}, err
}

func (g guides) setProgress(ctx context.Context, who Caller, in *struct {
	ByConnector
	bySource
	Body GuideProgress
},
) (*struct{ Body GuideProgress }, error) {
	_, err := g.spec(in.Connector)
	return &struct{ Body GuideProgress }{in.Body}, err
}
