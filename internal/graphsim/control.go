package graphsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// control answers the simulator's own paths, below /__sim/.
func (s *Server) control(r *http.Request, name string) answer {
	out, err := s.controlled(r, name)
	status := http.StatusOK
	if err != nil {
		out, status = map[string]string{"error": err.Error()}, http.StatusBadRequest
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // for human readers
	if err := e.Encode(out); err != nil {
		panic(err) // cannot fail: all values are ours
	}
	return answer{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body.Bytes()}
}

func (s *Server) controlled(r *http.Request, name string) (any, error) {
	switch r.Method + " " + name {
	case "GET calls":
		return s.Calls(), nil
	case "GET jobs":
		return s.Jobs(), nil
	case "GET clock":
		return s.moment(), nil
	case "GET faults":
		return s.Faults(), nil
	case "GET repeats":
		return s.Repeats(), nil
	case "POST reset":
		s.counts.reset()
		s.jobs.forget()
		s.clearFaults()
		return map[string]bool{"reset": true}, nil
	case "POST clock":
		return s.moveClock(r)
	case "POST faults":
		var list []Fault
		if err := read(r, &list); err != nil {
			return nil, fmt.Errorf("expected a list of faults: %w", err)
		}
		s.Inject(list...)
		return s.Faults(), nil
	case "POST script":
		return s.script(r)
	case "POST app", "POST business", "POST person", "POST event", "POST token":
		return s.world(r, name)
	}
	return nil, fmt.Errorf("unknown path %s /__sim/%s; the paths are GET calls, repeats, jobs, clock, faults and POST reset, clock, faults, script, app, business, person, event, token", r.Method, name)
}

func (s *Server) script(r *http.Request) (any, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyLimit))
	if err != nil {
		return nil, err
	}
	list, err := ParseScript(string(text))
	if err != nil {
		return nil, err
	}
	s.Inject(list...)
	return s.Faults(), nil
}

// Faults returns the remaining faults as lines of a script.
func (s *Server) Faults() []string {
	passed := s.clock.passed()
	lines := []string{}
	for _, f := range s.faults.all() {
		if f.until == 0 || passed < f.until {
			lines = append(lines, s.faults.line(f))
		}
	}
	return lines
}

func (s *Server) moment() map[string]time.Time { return map[string]time.Time{"now": s.clock.Now()} }

func (s *Server) moveClock(r *http.Request) (any, error) {
	var to struct {
		Now     time.Time `json:"now"`
		Advance string    `json:"advance"`
	}
	if err := read(r, &to); err != nil {
		return nil, err
	}
	switch {
	case !to.Now.IsZero() && to.Advance == "":
		s.clock.set(to.Now)
	case to.Advance != "" && to.Now.IsZero():
		d, err := time.ParseDuration(to.Advance)
		if err != nil {
			return nil, err
		}
		s.clock.advance(d)
	default:
		return nil, fmt.Errorf(`{"now": RFC3339} or {"advance": "24h"} was expected`)
	}
	return s.moment(), nil
}

func read(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, bodyLimit))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
