package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// jsonLines is the media type of a streamed answer: one JSON object per line.
const jsonLines = "application/jsonl"

// LineFault says why a streamed answer ends early.
type LineFault struct {
	Code    string      `json:"code" doc:"Stable code for programs" example:"throttled"`
	Act     adtally.Act `json:"act" enum:"retry,wait,reconnect,configure,bug" doc:"Who must act"`
	Message string      `json:"message" doc:"What is wrong, in one sentence"`
	Hint    string      `json:"hint,omitempty" doc:"How to fix it"`
	Until   *time.Time  `json:"until,omitempty" doc:"Earliest time to try again"`
}

// faultLine is the last line of a streamed answer that failed.
type faultLine struct {
	Fault LineFault `json:"fault"`
}

// lines streams what produce sends, one line each. If produce fails, the last line is
// the fault.
func (s *shell) lines(ctx context.Context, produce func(send func(any) error) error) *huma.StreamResponse {
	return streamed(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", jsonLines)
		w.Header().Set("X-Accel-Buffering", "no") // nginx would buffer the lines otherwise
		into, flusher := json.NewEncoder(w), http.NewResponseController(w)
		send := func(line any) error {
			if err := into.Encode(line); err != nil {
				return errors.Join(errClientGone, err)
			}
			if err := flusher.Flush(); err != nil {
				return errors.Join(errClientGone, err)
			}
			return nil
		}
		err := produce(send)
		if err == nil || errors.Is(err, errClientGone) || ctx.Err() != nil {
			return
		}
		if err := send(faultLine{s.lineFault(ctx, err)}); err != nil {
			s.Log.DebugContext(ctx, "the client closed the connection before the answer was sent", "error", err)
		}
	})
}

// errClientGone is returned if a line cannot be sent.
var errClientGone = errors.New("the client closed the connection")

// lineFault returns the fault for the caller. Details of internal errors are only
// logged.
func (s *shell) lineFault(ctx context.Context, err error) LineFault {
	p := s.problem(ctx, err)
	return LineFault{p.Code, p.Act, p.Detail, p.Hint, p.Until}
}
