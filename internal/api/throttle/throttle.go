// Package throttle is for slowing down whoever guesses.
//
// It may not lock anybody out. The one rule it keeps: how long one must wait is
// counted from the last try of the same address, so that a stranger elsewhere
// can never keep somebody from a first try.
//
// It remembers in memory, for an hour: a restart forgives.
package throttle

import (
	"sync"
	"time"
)

// What is free, and how long the wait becomes. Twelve characters are not guessed
// at one try a minute.
const (
	freePair    = 4   // an address at one account: typing errors
	freeAddress = 20  // an address at any account: an office behind one address
	freeAccount = 100 // all addresses at one account: somebody is guessing from many
	longest     = time.Minute
	memory      = time.Hour
	most        = 50_000 // entries that are remembered
)

// Throttle counts tries that were not good.
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

// New gives an empty database.
func New() *Throttle { return &Throttle{entries: map[key]entry{}} }

// Try asks for a try at an account from an address and counts it as a bad one
// until Good takes it back, so that tries at the same time cannot slip through
// together. Where it is too early, it says how long to wait and counts nothing.
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

// Good takes back a try that was a good one, and what this address tried at the
// account before it.
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

// left is how long is still to be waited after so many tries, some of them free.
func left(e entry, free int, now time.Time) time.Duration {
	over := e.tries - free
	if over <= 0 || e.last.IsZero() {
		return 0
	}
	wait := min(time.Second<<min(over-1, 10), longest)
	return max(wait-now.Sub(e.last), 0)
}

// forget drops what is old, once in a while, and, where that is not enough,
// whatever comes first: one who fills the database is slowed by their own address
// long before.
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
