// Package throttle slows down password guessing.
//
// It never locks an account. Its one rule: the wait counts from the last attempt of
// the same address, so that a stranger elsewhere cannot keep a user from their first
// attempt.
//
// The counters live in memory for an hour; a restart resets them.
package throttle

import (
	"sync"
	"time"
)

// Free attempts, and the longest wait. At one attempt per minute a password of twelve
// characters cannot be guessed.
const (
	freePair    = 4   // one address at one account: typing errors
	freeAddress = 20  // one address at any account: an office behind one address
	freeAccount = 100 // all addresses at one account: a distributed attack
	longest     = time.Minute
	memory      = time.Hour
	most        = 50_000 // maximum number of entries
)

// Throttle counts failed attempts.
type Throttle struct {
	mu      sync.Mutex
	entries map[key]entry
	swept   time.Time
}

// key is an address at an account, or one of the two alone.
type key struct{ account, address string }

type entry struct {
	tries int
	last  time.Time
}

// New returns an empty throttle.
func New() *Throttle { return &Throttle{entries: map[key]entry{}} }

// Try counts an attempt as failed until Good takes it back, so that concurrent
// attempts cannot slip through together. If the attempt comes too early, Try returns
// how long to wait and counts nothing.
func (l *Throttle) Try(account, address string, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	pair, from, at := key{account, address}, key{address: address}, key{account: account}
	wait = max(
		left(l.entries[pair], freePair, now),
		left(l.entries[from], freeAddress, now),
		left(entry{tries: l.entries[at].tries, last: l.entries[pair].last}, freeAccount, now))
	if wait > 0 {
		return wait
	}
	for _, k := range []key{pair, from, at} {
		l.entries[k] = entry{tries: l.entries[k].tries + 1, last: now}
	}
	return 0
}

// Good takes back a successful attempt and the earlier failures of this address at the
// account.
func (l *Throttle) Good(account, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	pair := key{account, address}
	forgiven := l.entries[pair].tries
	delete(l.entries, pair)
	for _, k := range []key{{address: address}, {account: account}} {
		e := l.entries[k]
		e.tries = max(e.tries-forgiven, 0)
		l.entries[k] = e
	}
}

// left is the remaining wait after so many attempts, some of them free.
func left(e entry, free int, now time.Time) time.Duration {
	over := e.tries - free
	if over <= 0 || e.last.IsZero() {
		return 0
	}
	wait := min(time.Second<<min(over-1, 10), longest)
	return max(wait-now.Sub(e.last), 0)
}

// forget drops old entries once per minute, and arbitrary ones if the map is full: an
// attacker who fills the map is slowed down by their own address long before.
func (l *Throttle) forget(now time.Time) {
	full := len(l.entries) >= most
	if !full && now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for k, e := range l.entries {
		if now.Sub(e.last) > memory || full && len(l.entries) >= most/2 {
			delete(l.entries, k)
		}
	}
}
