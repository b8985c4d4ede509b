package api

import (
	"context"
	"net/http"
	"time"
)

// Check says whether one thing that the server needs is there.
type Check struct {
	Name string
	Do   func(context.Context) error
}

const tagHealth = "health"

// Where health is told.
const (
	pathAlive = "/healthz"
	pathReady = "/readyz"
)

// checkTimeout is how long a check may take: whoever asks will ask again.
const checkTimeout = 2 * time.Second

// health is for whatever watches over the server.
type health struct{ *shell }

func (g health) register() {
	handle(g.shell, operation{ID: "get-health", Method: http.MethodGet, Path: pathAlive, Tag: tagHealth, Access: public, Summary: "Say that the server lives"}, g.alive)
	handle(g.shell, operation{ID: "get-readiness", Method: http.MethodGet, Path: pathReady, Tag: tagHealth, Access: public, Summary: "Say whether the server can work",
		Refuses: []int{http.StatusServiceUnavailable}}, g.ready)
}

type healthReport struct {
	Body struct {
		Status string `json:"status" enum:"ok"`
	}
}

func well() *healthReport {
	v := &healthReport{}
	v.Body.Status = "ok"
	return v
}

func (g health) alive(context.Context, Caller, *struct{}) (*healthReport, error) { return well(), nil }

// ready names the checks that fail; why they do stands in the log.
func (g health) ready(ctx context.Context, _ Caller, _ *struct{}) (*healthReport, error) {
	var bad []FieldError
	for _, c := range g.Checks {
		if err := g.check(ctx, c); err != nil {
			g.Log.WarnContext(ctx, "not ready", "check", c.Name, "error", err)
			bad = append(bad, FieldError{Field: c.Name, Message: "It does not answer as it should"})
		}
	}
	if len(bad) == 0 {
		return well(), nil
	}
	p := g.problem(ctx, refusal("not_ready", "Something that the server needs is not there", "The server's log says what is wrong."))
	p.Errors = bad
	return nil, p
}

func (g health) check(ctx context.Context, c Check) error {
	ctx, stop := context.WithTimeout(ctx, checkTimeout)
	defer stop()
	return c.Do(ctx)
}
