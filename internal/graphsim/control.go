package graphsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// control answers the simulator's own addresses, under /__sim/.
func (s *Server) control(w http.ResponseWriter, r *http.Request, name string) {
	out, err := s.controlled(r, name)
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		out = map[string]string{"error": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(out) // fails where the client has gone: nobody to tell
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
		return s.faults.remaining(), nil
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
			return nil, fmt.Errorf("a list of faults was expected: %w", err)
		}
		s.Inject(list...)
		return s.faults.remaining(), nil
	}
	return nil, fmt.Errorf("there is no %s /__sim/%s; there are GET calls, jobs, clock, faults and POST reset, clock, faults", r.Method, name)
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
