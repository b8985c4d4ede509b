package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// changes tells open pages that something changed.
type changes struct {
	*shell
	watcher *watcher
}

func newChanges(s *shell) changes {
	return changes{s, newWatcher(s.Service.Versions, s.Log, s.Now())}
}

func (g changes) register() {
	handle(g.shell, operation{ID: "stream-events", Method: http.MethodGet, Path: "/api/v1/events", Tag: tagRuns, Access: forViewers, Summary: "Stream what changes", Stream: "text/event-stream",
		Text: "Server-sent events. Each change event names an object that changed, so that a page can read it again. Its data is a JSON object with the kind (source, run or incident), the id and, unless the installation itself is meant, the source; its ID is a number. What a source says about its current run changes with the run. Events arrive within two seconds. Last-Event-ID resumes after an event. If the server no longer knows the events in between, it sends a reset event: read everything again. The stream ends when the caller logs out."}, g.stream)
}

// change is the data of a change event.
type change struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Source string `json:"source,omitempty"`
}

func (g changes) stream(_ context.Context, _ Caller, in *struct {
	After int64  `query:"after" minimum:"0" doc:"Resume after the event with this ID; Last-Event-ID takes precedence"`
	Last  string `header:"Last-Event-ID" maxLength:"100" doc:"ID of the last event that was received; an invalid value counts as absent"`
},
) (*huma.StreamResponse, error) {
	return streamed(func(w http.ResponseWriter, r *http.Request) {
		last, leave := g.watcher.join()
		defer leave()
		s := &changeStream{watcher: g.watcher, after: lastEvent(in.Last, in.After)}
		if s.after == 0 {
			s.after, s.begins = last, true
		}
		g.serveEvents(w, r, forViewers, s.step)
	}), nil
}

// changeStream is a browser that watches for changes.
type changeStream struct {
	watcher *watcher
	after   int64 // number of the last change that was sent
	begins  bool  // nothing was sent yet, and the browser has no number
}

func (s *changeStream) step(_ context.Context, to *eventStream) (<-chan struct{}, bool, error) {
	all, last, news, known := s.watcher.since(s.after)
	if s.begins { // an ID without an event: a browser that loses the connection now can resume
		s.begins = false
		if err := to.send(strconv.FormatInt(s.after, 10), "", ""); err != nil {
			return nil, false, err
		}
	}
	if !known {
		s.after = last
		return news, true, to.send(strconv.FormatInt(last, 10), "reset", "{}")
	}
	for _, v := range all {
		text, err := json.Marshal(change{v.Kind, v.ID, v.Source})
		if err != nil {
			return nil, false, err
		}
		s.after++
		if err := to.send(strconv.FormatInt(s.after, 10), "change", string(text)); err != nil {
			return nil, false, err
		}
	}
	return news, true, nil
}
