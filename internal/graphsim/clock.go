package graphsim

import (
	"sync"
	"time"
)

// clock is the platform's time. It stands still at a given moment until it is
// moved, so that two reads of one moment are alike; or it runs from one on; else
// it is now.
type clock struct {
	mu      sync.Mutex
	still   bool
	now     time.Time     // where it stands, if it stands still
	ahead   time.Duration // of the real time, if it runs
	started time.Time
	moved   time.Duration // by all advances; reports get ready in this time too
}

func newClock(still, start time.Time) *clock {
	c := &clock{still: !still.IsZero(), now: still, started: time.Now()}
	if !start.IsZero() {
		c.ahead = start.Sub(c.started)
	}
	return c
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.still {
		return c.now
	}
	return time.Now().Add(c.ahead)
}

// advance moves the clock on, and the reports with it.
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.ahead, c.moved = c.now.Add(d), c.ahead+d, c.moved+max(d, 0)
}

func (c *clock) set(to time.Time) { c.advance(to.Sub(c.Now())) }

// passed is how long the simulator has been there: real time, which latency and
// report jobs take, and what it was advanced by.
func (c *clock) passed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.started) + c.moved
}
