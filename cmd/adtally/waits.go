package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"adtally"
)

// slowed logs rate limit waits to the runs' logs, once and again when they get longer.
type slowed struct {
	datasets interface {
		AppendLog(ctx context.Context, lines ...adtally.LogLine) error
	}
	now func() time.Time
	log *slog.Logger

	mu   sync.Mutex
	runs map[string]string                // the current run by source
	said map[string]adtally.RateLimitWait // by run, account and budget
}

// begins stores the current run of a source.
func (s *slowed) begins(source, run string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs == nil {
		s.runs = map[string]string{}
	}
	s.runs[source] = run
}

// waiting logs a wait that the source's connector reports.
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
	if len(s.said) > 1000 || s.said == nil { // forget finished runs
		s.said = map[string]adtally.RateLimitWait{}
	}
	s.said[key] = wait
	return run, true
}
