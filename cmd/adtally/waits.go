package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"adtally"
)

// slowed writes into the logs of runs what holds the platform's calls back, once,
// and again where it becomes worse.
type slowed struct {
	datasets interface {
		AppendLog(ctx context.Context, lines ...adtally.LogLine) error
	}
	now func() time.Time
	log *slog.Logger

	mu   sync.Mutex
	runs map[string]string                // the run that a source is in
	said map[string]adtally.RateLimitWait // by run, account and budget
}

// begins says which run a source is in.
func (s *slowed) begins(source, run string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs == nil {
		s.runs = map[string]string{}
	}
	s.runs[source] = run
}

// waiting is told by the connector of a source.
func (s *slowed) waiting(source string, wait adtally.RateLimitWait) {
	run, news := s.worse(source, wait)
	if !news {
		return
	}
	line := adtally.LogLine{Run: run, At: s.now(), Level: "info", Account: wait.Account, Code: "rate_limit", Message: wait.Sentence("the platform")}
	if err := s.datasets.AppendLog(context.Background(), line); err != nil {
		s.log.Error("the run's log was not kept", "run", run, "error", err)
	}
}

func (s *slowed) worse(source string, wait adtally.RateLimitWait) (run string, news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if run = s.runs[source]; run == "" {
		return "", false
	}
	key := run + " " + wait.Account + " " + wait.Budget
	if said, known := s.said[key]; known && !wait.WorseThan(said) {
		return run, false
	}
	if len(s.said) > 1000 || s.said == nil { // runs that are over need no memory
		s.said = map[string]adtally.RateLimitWait{}
	}
	s.said[key] = wait
	return run, true
}
