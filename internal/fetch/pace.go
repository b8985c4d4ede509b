package fetch

import (
	"context"
	"sync"
	"time"
)

// Load is how full one budget is, as an answer said it.
type Load struct {
	Bucket string
	Used   float64       // 1 = all of it
	For    time.Duration // the platform refuses for so long; zero = it said nothing
	// Recovers is after how long the budget is whole again; zero = it said nothing.
	Recovers time.Duration
}

// Wait is what a person may be told: the bucket's requests go on at Until.
type Wait struct {
	Bucket string
	Until  time.Time
	Used   float64       // of the budget, as was said last; 1 = all of it
	Space  time.Duration // requests go out so far apart; zero = none goes out before Until
}

// From slowAt a bucket's requests are spaced, up to slowest at stopAt; from there
// on they stop for a pause, and one by one find out whether the budget has
// recovered. Budgets are counted over five minutes to an hour (META_API.md §5).
const (
	slowAt  = 0.75
	stopAt  = 0.95
	slowest = 5 * time.Second
	pause   = time.Minute
)

// worthSaying is how long a wait must be to be told of. That requests are spaced
// is told however short the space is: a thousand short ones are a long wait.
const worthSaying = 5 * time.Second

// pacer knows when each bucket may be used next.
type pacer struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

// bucket is one budget.
type bucket struct {
	used  float64       // as was said last
	until time.Time     // nothing is sent before it
	space time.Duration // between two requests
	next  time.Time     // when the next may be sent, because of space
}

func (p *pacer) bucket(name string) *bucket {
	if p.buckets == nil {
		p.buckets = map[string]*bucket{}
	}
	b := p.buckets[name]
	if b == nil {
		b = &bucket{}
		p.buckets[name] = b
	}
	return b
}

// learn takes in what an answer said.
func (p *pacer) learn(loads []Load, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range loads {
		b := p.bucket(l.Bucket)
		b.used = l.Used
		if b.until.Before(now) { // what was asked before a block says nothing of the time after it
			b.space = spacing(l.Used)
		}
		if l.For == 0 && l.Used >= stopAt {
			l.For = untilWhole(l.Recovers)
		}
		if until := now.Add(l.For); l.For > 0 && until.After(b.until) {
			b.until, b.space = until, min(slowest, l.For) // after a block one finds out for all
		}
	}
}

// untilWhole is how long a budget that is nearly full is left alone: as long as the
// platform says, and a pause at most, since it refuses nothing yet.
func untilWhole(recovers time.Duration) time.Duration {
	if recovers > 0 {
		return min(recovers, pause)
	}
	return pause
}

// used is how full the fullest of some buckets is, as far as was said.
func (p *pacer) used(names []string) (share float64, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range names {
		if b := p.buckets[name]; b != nil {
			share, known = max(share, b.used), true
		}
	}
	return share, known
}

// spacing grows evenly from none at slowAt to slowest at stopAt.
func spacing(used float64) time.Duration {
	part := (used - slowAt) / (stopAt - slowAt)
	return time.Duration(min(max(part, 0), 1) * float64(slowest))
}

// turn waits until all of the buckets may be used. It gives up at once where
// that is further off than patience.
func (p *pacer) turn(ctx context.Context, names []string, maxWait time.Duration, tell func(Wait)) error {
	for {
		w, free := p.reserve(names, time.Now())
		if free {
			return nil
		}
		left := time.Until(w.Until)
		if left > maxWait {
			return &tooLong{w}
		}
		if (left > worthSaying || w.Space > 0) && tell != nil {
			tell(w)
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

// tooLong says that a bucket is closed for longer than one waits.
type tooLong struct{ Wait }

func (e *tooLong) Error() string {
	return "no more requests before " + e.Until.UTC().Format("15:04 MST")
}

// reserve takes a turn in every bucket, or says which is closed the longest.
func (p *pacer) reserve(names []string, now time.Time) (longest Wait, free bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range names {
		if b := p.buckets[name]; b != nil && b.opens().After(longest.Until) {
			longest = Wait{Bucket: name, Until: b.opens(), Used: b.used}
			if !b.until.After(now) {
				longest.Space = b.space
			}
		}
	}
	if longest.Until.After(now) {
		return longest, false
	}
	for _, name := range names {
		if b := p.buckets[name]; b != nil && b.space > 0 {
			b.next = now.Add(b.space)
		}
	}
	return Wait{}, true
}

func (b *bucket) opens() time.Time {
	if b.next.After(b.until) {
		return b.next
	}
	return b.until
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
