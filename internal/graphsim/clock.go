package graphsim

import (
	"sync"
	"time"
)

// clock is the platform's time. It is fixed until it is moved, so that two reads at the
// same time are equal; or it runs from a start time; or it is the real time.
type clock struct {
	mu      sync.Mutex
	still   bool
	now     time.Time     // the time, if the clock is fixed
	ahead   time.Duration // offset to the real time, if the clock runs
	started time.Time
	moved   time.Duration // the sum of all advances; report jobs progress during them
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

// advance moves the clock, and report jobs progress accordingly.
func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.ahead, c.moved = c.now.Add(d), c.ahead+d, c.moved+max(d, 0)
}

func (c *clock) set(to time.Time) { c.advance(to.Sub(c.Now())) }

// passed returns how long the simulator has existed: real time, which latency and report
// jobs take, plus all advances.
func (c *clock) passed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.started) + c.moved
}
