package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/pacing"
)

// spending checks whether ads spend as planned. It reads the warehouse only if something was
// loaded or a day has begun since, because the watch asks every few seconds.
type spending struct {
	answers *answers
	log     *slog.Logger

	mu     sync.Mutex
	key    string    // what the alerts were computed from
	again  time.Time // after a failure: when the warehouse is read again
	alerts []adtally.Alert
	late   map[string]bool // sources with an account whose data is late
}

// afterFailure is the pause after the warehouse could not be read. Another program that reads
// it may be the reason.
const afterFailure = 5 * time.Minute

// Alerts returns what is wrong now. If the warehouse cannot be read, nothing is sure.
func (s *spending) Alerts(ctx context.Context, sources []adtally.SourceRecord, now time.Time) ([]adtally.Alert, func(string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := func(string) bool { return true }
	if now.Before(s.again) {
		return nil, all
	}
	if err := s.read(ctx, sources, now); err != nil {
		s.again = now.Add(afterFailure)
		if _, refused := errors.AsType[*analytics.Refusal](err); !refused {
			s.log.Error("what ads spend was not checked", "error", err)
		}
		return nil, all
	}
	return s.alerts, func(source string) bool { return s.late[source] }
}

func (s *spending) read(ctx context.Context, sources []adtally.SourceRecord, now time.Time) error {
	chosen, err := s.answers.chosen(ctx)
	if err != nil {
		return err
	}
	key := now.UTC().Format(time.DateOnly) + chosen
	begun := strings.Contains(chosen, ";")
	for _, r := range sources {
		key += fmt.Sprint(r.ID, r.LastGood.UnixMicro(), ";")
		begun = begun || !r.LastGood.IsZero()
	}
	if key == s.key || !begun {
		return nil
	}
	var accounts []pacing.Account
	err = s.answers.reading(ctx, func(_ *analytics.Engine, db analytics.Queryer) (err error) {
		accounts, err = readAccounts(ctx, db, adtally.DayOf(now, time.UTC))
		return err
	})
	if err != nil {
		return err
	}
	s.key, s.alerts, s.late = key, nil, map[string]bool{}
	for _, a := range accounts {
		i := slices.IndexFunc(sources, func(r adtally.SourceRecord) bool { return r.Dataset == a.Source })
		a.Source = ""
		if i >= 0 {
			a.Source = sources[i].ID
		}
		found, sure := pacing.Alerts(a, now)
		s.alerts = append(s.alerts, found...)
		s.late[a.Source] = s.late[a.Source] || !sure
	}
	return nil
}
