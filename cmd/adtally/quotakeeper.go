package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"adtally"
	"adtally/internal/connector"
)

// quotaKeeper stores what the platforms say about their rate limits, so that it is known
// after a restart and by other workers.
type quotaKeeper struct {
	store interface {
		NoteQuota(ctx context.Context, q adtally.Quota) error
		NoteQuotaWait(ctx context.Context, source, account string, now, until time.Time) error
	}
	now func() time.Time
	log *slog.Logger

	mu    sync.Mutex
	short map[quotaOf]time.Duration // short waits that are not stored yet
}

// quotaOf names a rate limit.
type quotaOf struct{ source, account string }

// minStoredWait is the shortest wait that is stored by itself. Shorter ones, which happen
// before every call, are stored together.
const minStoredWait = 5 * time.Second

// waiting stores a wait that a connector reports.
func (k *quotaKeeper) waiting(source string, w adtally.RateLimitWait) {
	if source == "" {
		return // a token is being checked that belongs to no source yet
	}
	left, now := time.Until(w.Until), k.now()
	if w.Spaced == 0 {
		k.keep(source, w.Account, now, now.Add(left))
		return
	}
	if sum := k.added(quotaOf{source, w.Account}, left); sum > 0 {
		k.keep(source, w.Account, now.Add(-sum), now)
	}
}

// added adds a short wait and returns the sum of them if it is to be stored.
func (k *quotaKeeper) added(q quotaOf, wait time.Duration) time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.short == nil {
		k.short = map[quotaOf]time.Duration{}
	}
	sum := k.short[q] + wait
	if k.short[q] = sum; sum < minStoredWait {
		return 0
	}
	delete(k.short, q)
	return sum
}

// ended stores what a connector knows about an account after a step. f is the fault of the
// step, which may say until when it waits; nil = none.
func (k *quotaKeeper) ended(source, account string, c connector.Connector, f *adtally.Fault) {
	now := k.now()
	if f != nil && f.Act == adtally.Wait && !f.Until.IsZero() {
		k.keep(source, account, now, now.Add(left(f.Until, now)))
	}
	reporter, reports := c.(connector.UsageReporter)
	if !reports {
		return
	}
	used, at, known := reporter.Used(account)
	if !known {
		return
	}
	q := adtally.Quota{Source: source, Account: account, Used: used, At: now.Add(-time.Since(at))}
	if err := k.store.NoteQuota(context.Background(), q); err != nil {
		k.log.Error("what the platform says about a rate limit was not kept", "source", source, "account", account, "error", err)
	}
}

// left returns how long a wait takes. The platform states its end by its own clock, and the
// pacing of requests by the machine's; where these differ, the wrong one is over or far away.
func left(until, now time.Time) time.Duration {
	own, theirs := time.Until(until), until.Sub(now)
	if own > 0 && theirs > 0 {
		return min(own, theirs)
	}
	return max(own, theirs)
}

func (k *quotaKeeper) keep(source, account string, now, until time.Time) {
	if err := k.store.NoteQuotaWait(context.Background(), source, account, now, until); err != nil {
		k.log.Error("a wait for a rate limit was not kept", "source", source, "account", account, "error", err)
	}
}

// waitIn returns the fault of a step that waits longest for a rate limit; nil = none.
func waitIn(done adtally.Done, err error) (longest *adtally.Fault) {
	consider := func(f *adtally.Fault) {
		if f != nil && f.Act == adtally.Wait && (longest == nil || f.Until.After(longest.Until)) {
			longest = f
		}
	}
	if err != nil {
		consider(adtally.FaultOf(err))
	}
	for _, o := range done.Outcomes {
		consider(o.Fault)
	}
	return longest
}
