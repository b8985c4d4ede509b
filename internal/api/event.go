package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

type logStreamInput struct {
	ByID
	LogSearch
	After int64  `query:"after" minimum:"0" doc:"Only lines after this seq; Last-Event-ID takes precedence"`
	Last  string `header:"Last-Event-ID" maxLength:"100" doc:"Seq of the last line that was received; an invalid value counts as absent"`
}

func (g runs) watch(ctx context.Context, _ Caller, in *logStreamInput) (*huma.StreamResponse, error) {
	if _, err := g.Runs.Run(ctx, in.ID); err != nil {
		return nil, err
	}
	s := &logStream{runs: g, run: in.ID, search: in.LogSearch, after: lastEvent(in.Last, in.After)}
	return streamed(func(w http.ResponseWriter, r *http.Request) { g.serveEvents(w, r, forViewers, s.step) }), nil
}

// lastEvent returns the number of the last event that a browser has received. A browser
// that lost the connection sends it in a header; the query is still that of the first
// request then.
func lastEvent(header string, query int64) int64 {
	if n, err := strconv.ParseInt(header, 10, 64); err == nil && n >= 0 {
		return n
	}
	return query
}

// logStream is a watcher of a run's log.
type logStream struct {
	runs
	run    string
	search LogSearch
	after  int64 // last line that was sent
}

// step sends new lines and reports whether more may come.
func (s *logStream) step(ctx context.Context, to *eventStream) (_ <-chan struct{}, more bool, _ error) {
	run, err := s.Runs.Run(ctx, s.run)
	if err == nil {
		err = s.lines(ctx, to)
	}
	if err == nil && !run.Active {
		err = to.send("", "end", fmt.Sprintf("%q", run.State))
	}
	return nil, run.Active, err
}

func (s *logStream) lines(ctx context.Context, to *eventStream) error {
	for {
		lines, err := s.Log.SearchLog(ctx, s.run, s.search.query(), s.after, logPage)
		if err != nil {
			return err
		}
		for _, l := range lines {
			text, err := json.Marshal(lineOf(l))
			if err != nil {
				return err
			}
			if err := to.send(strconv.FormatInt(l.Seq, 10), "line", string(text)); err != nil {
				return err
			}
			s.after = l.Seq
		}
		if len(lines) < logPage {
			return nil
		}
	}
}
