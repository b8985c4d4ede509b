package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// changes tells open pages that something changed.
type changes struct {
	*shell
	Service
}

func (g changes) register() {
	handle(g.shell, operation{ID: "stream-events", Method: http.MethodGet, Path: "/api/v1/events", Tag: tagRuns, Access: forViewers, Summary: "Stream what changes", Stream: "text/event-stream",
		Text: "Server-sent events. Each change event names an object that changed, so that a page can read it again: its data is a Change, such as {\"kind\":\"run\",\"id\":\"…\",\"source\":\"…\"}. Events arrive within two seconds. Last-Event-ID resumes after an event. If the server no longer has the events in between, it sends a reset event: read everything again. The stream ends when the caller logs out."}, g.stream)
}

// Change names an object that changed.
type Change struct {
	Kind   string `json:"kind" enum:"source,run,incident" doc:"Kind of the object"`
	ID     string `json:"id" doc:"ID of the object"`
	Source string `json:"source,omitempty" doc:"ID of the source that the object belongs to; absent = the installation itself"`
}

func (g changes) stream(_ context.Context, _ Caller, _ *struct {
	After int64  `query:"after" minimum:"0" doc:"Resume after the event with this ID; Last-Event-ID takes precedence"`
	Last  string `header:"Last-Event-ID" maxLength:"100" doc:"ID of the last event that was received; an invalid value counts as absent"`
},
) (*huma.StreamResponse, error) {
	return streamed(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/event-stream") }), nil
}
