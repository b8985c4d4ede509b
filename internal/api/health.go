package api

import (
	"context"
	"net/http"
	"time"
)

// Check tests one thing that the server needs.
type Check struct {
	Name string
	Do   func(context.Context) error
}

const tagHealth = "health"

// Paths of the health checks.
const (
	pathAlive = "/healthz"
	pathReady = "/readyz"
)

// checkTimeout bounds one check; monitoring asks again anyway.
const checkTimeout = 2 * time.Second

// health serves the health checks.
type health struct{ *shell }

func (g health) register() {
	handle(g.shell, operation{ID: "get-health", Method: http.MethodGet, Path: pathAlive, Tag: tagHealth, Access: public, Summary: "Check that the server is alive"}, g.alive)
	handle(g.shell, operation{ID: "get-readiness", Method: http.MethodGet, Path: pathReady, Tag: tagHealth, Access: public, Summary: "Check that the server is ready to work",
		Refuses: []int{http.StatusServiceUnavailable}}, g.ready)
}

type healthReport struct {
	Body struct {
		Status string `json:"status" enum:"ok" doc:"Always ok; other states are problems"`
	}
}

func healthy() *healthReport {
	v := &healthReport{}
	v.Body.Status = "ok"
	return v
}

func (g health) alive(context.Context, Caller, *struct{}) (*healthReport, error) {
	return healthy(), nil
}

// ready names the checks that fail; the log says why.
func (g health) ready(ctx context.Context, _ Caller, _ *struct{}) (*healthReport, error) {
	var bad []FieldError
	for _, c := range g.Checks {
		if err := g.check(ctx, c); err != nil {
			g.Log.WarnContext(ctx, "not ready", "check", c.Name, "error", err)
			bad = append(bad, FieldError{Field: c.Name, Message: "This check failed"})
		}
	}
	if len(bad) == 0 {
		return healthy(), nil
	}
	p := g.problem(ctx, refusal("not_ready", "The server is not ready", "See errors for the checks that failed, and the server's log for the reasons."))
	p.Errors = bad
	return nil, p
}

func (g health) check(ctx context.Context, c Check) error {
	ctx, stop := context.WithTimeout(ctx, checkTimeout)
	defer stop()
	return c.Do(ctx)
}
