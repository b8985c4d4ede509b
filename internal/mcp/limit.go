package mcp

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"adtally"
)

// Limits of a key: a model reads an answer before it asks again, so that more is a loop.
const (
	callTimeout   = 15 * time.Second
	callsAtOnce   = 2
	callsAMinute  = 60
	sqlsAMinute   = 10
	meteredPeriod = time.Minute
)

// meter counts the calls of keys.
type meter struct {
	mu   *sync.Mutex
	keys map[string]*usage
}

// usage is what a key has called of late.
type usage struct {
	calls, sqls []time.Time // of the last minute
	turns       *semaphore.Weighted
}

func newMeter() meter { return meter{mu: &sync.Mutex{}, keys: map[string]*usage{}} }

// take counts a call and waits for its turn. The result ends the turn.
func (m meter) take(ctx context.Context, key string, sql bool, now time.Time) (func(), error) {
	u, err := m.count(key, sql, now)
	if err != nil {
		return nil, err
	}
	if err := u.turns.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return func() { u.turns.Release(1) }, nil
}

func (m meter) count(key string, sql bool, now time.Time) (*usage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.keys[key]
	if u == nil {
		u = &usage{turns: semaphore.NewWeighted(callsAtOnce)}
		m.keys[key] = u
	}
	u.calls, u.sqls = recent(u.calls, now), recent(u.sqls, now)
	if len(u.calls) >= callsAMinute || sql && len(u.sqls) >= sqlsAMinute {
		return nil, &adtally.Fault{Act: adtally.Wait, Code: "too_many_calls", Message: "This key has called too many tools in the last minute", Hint: "Wait a minute, and ask for more in one question."}
	}
	u.calls = append(u.calls, now)
	if sql {
		u.sqls = append(u.sqls, now)
	}
	return u, nil
}

// recent drops the times that are over.
func recent(all []time.Time, now time.Time) []time.Time {
	for len(all) > 0 && now.Sub(all[0]) >= meteredPeriod {
		all = all[1:]
	}
	return all
}
