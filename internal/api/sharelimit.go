package api

import (
	"context"
	"sync"
	"time"
)

// Limits of one link: what a dashboard of many tiles needs, and no more, so that a busy link
// does not slow down people who are logged in.
const (
	sharedPerMinute  = 60 // questions
	sharedPerHour    = 10 // downloads
	sharedAtOnce     = 4  // questions
	sharedMostBytes  = 20 << 20
	sharedMostRows   = 1000 // of a table, if the link allows no download
	sharedMostLinks  = 10_000
	sharedExportSpan = time.Hour
)

// shareLimits count how often links are used. The counters live in memory.
type shareLimits struct {
	mu    sync.Mutex
	links map[string]*linkUse
}

// linkUse is how a link was used lately.
type linkUse struct {
	turns           chan struct{}
	asked, exported spell
}

// spell counts uses since a time.
type spell struct {
	since time.Time
	uses  int
}

func newShareLimits() *shareLimits { return &shareLimits{links: map[string]*linkUse{}} }

// take counts a use. If there were too many, it returns until when to wait and counts
// nothing.
func (s *spell) take(most int, span time.Duration, now time.Time) (until time.Time) {
	if now.Sub(s.since) >= span {
		*s = spell{since: now}
	}
	if s.uses >= most {
		return s.since.Add(span)
	}
	s.uses++
	return time.Time{}
}

// count counts a question or a download of a link.
func (l *shareLimits) count(link string, export bool, now time.Time) (*linkUse, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.links[link]
	if u == nil {
		l.forget(now)
		u = &linkUse{turns: make(chan struct{}, sharedAtOnce)}
		l.links[link] = u
	}
	if export {
		if until := u.exported.take(sharedPerHour, sharedExportSpan, now); !until.IsZero() {
			return u, until
		}
	}
	return u, u.asked.take(sharedPerMinute, time.Minute, now)
}

// forget drops the counters of links that were not used for an hour.
func (l *shareLimits) forget(now time.Time) {
	if len(l.links) < sharedMostLinks {
		return
	}
	for id, u := range l.links {
		if len(u.turns) == 0 && now.Sub(u.asked.since) > time.Hour && now.Sub(u.exported.since) > time.Hour {
			delete(l.links, id)
		}
	}
}

// enter waits for one of the link's turns.
func (u *linkUse) enter(ctx context.Context) (leave func(), err error) {
	select {
	case u.turns <- struct{}{}:
		return func() { <-u.turns }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
