package fetch

import (
	"context"
	"sync"
	"time"
)

// Load is how full one bucket is, according to a response.
type Load struct {
	Bucket string
	Used   float64       // 1 = full
	For    time.Duration // how long the platform refuses requests; zero: not stated
	// Recovers is the time until the bucket is empty again; zero: not stated.
	Recovers time.Duration
}

// Wait says that requests of a bucket are delayed. It can be shown to a person.
type Wait struct {
	Bucket string
	Until  time.Time
	Used   float64       // share of the bucket in use, as last stated; 1 = full
	Space  time.Duration // delay between requests; zero: no requests before Until
}

// From slowAt, requests of a bucket are delayed, up to slowest at stopAt. From stopAt,
// they pause, and then one request at a time finds out whether the bucket has recovered.
// Meta counts buckets over five minutes to an hour (docs/meta-api.md#rate-limits).
const (
	slowAt  = 0.75
	stopAt  = 0.95
	slowest = 5 * time.Second
	pause   = time.Minute
)

// minReportedWait is the shortest pause to report. Delays between requests are always
// reported: a thousand short ones are a long wait.
const minReportedWait = 5 * time.Second

// pacer knows when each bucket may be used next.
type pacer struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

// bucket is one rate limit.
type bucket struct {
	used  float64       // as last stated
	at    time.Time     // when it was stated
	until time.Time     // no request before this time
	space time.Duration // delay between two requests
	next  time.Time     // the earliest time of the next request, because of space
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

// learn takes note of what a response said.
func (p *pacer) learn(loads []Load, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range loads {
		b := p.bucket(l.Bucket)
		b.used, b.at = l.Used, now
		if b.until.Before(now) { // a request sent before a block says nothing about the time after it
			b.space = spacing(l.Used)
		}
		if l.For == 0 && l.Used >= stopAt {
			l.For = untilWhole(l.Recovers)
		}
		if until := now.Add(l.For); l.For > 0 && until.After(b.until) {
			b.until, b.space = until, min(slowest, l.For) // after a block, one request tests the bucket for all
		}
	}
}

// untilWhole returns how long to pause for an almost full bucket: as long as the platform
// says, but at most the default pause, because requests are not refused yet.
func untilWhole(recovers time.Duration) time.Duration {
	if recovers > 0 {
		return min(recovers, pause)
	}
	return pause
}

// used returns the share of the fullest of some buckets, as far as it is known, and when
// the platform last said something about them.
func (p *pacer) used(names []string) (share float64, at time.Time, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range names {
		if b := p.buckets[name]; b != nil {
			share, known = max(share, b.used), true
			if b.at.After(at) {
				at = b.at
			}
		}
	}
	return share, at, known
}

// spacing grows linearly from zero at slowAt to slowest at stopAt.
func spacing(used float64) time.Duration {
	part := (used - slowAt) / (stopAt - slowAt)
	return time.Duration(min(max(part, 0), 1) * float64(slowest))
}

// turn waits until all of the buckets may be used. It fails immediately if that takes
// longer than maxWait.
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
		if (left > minReportedWait || w.Space > 0) && tell != nil {
			tell(w)
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}

// tooLong means that a bucket is closed for longer than maxWait.
type tooLong struct{ Wait }

func (e *tooLong) Error() string {
	return "no more requests before " + e.Until.UTC().Format("15:04 MST")
}

// reserve takes a turn in every bucket, or returns the longest wait.
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
