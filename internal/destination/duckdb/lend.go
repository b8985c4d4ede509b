package duckdb

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errLent means that a child process reads the file, so it cannot be written.
var errLent = errors.New("a statement is reading the file, so it cannot be written")

// errNotYet means that the file cannot be lent now.
var errNotYet = errors.New("the file is being written, or a load waits for it")

// await counts a writer until the returned function is called.
func (l *lease) await() func() {
	l.Lock()
	defer l.Unlock()
	l.loads++
	return sync.OnceFunc(func() {
		l.Lock()
		defer l.Unlock()
		l.loads--
	})
}

// refusesFor returns why the file cannot be attached now, because another process reads it or
// has its turn.
func (l *lease) refusesFor(want access) error {
	switch {
	case want == readWrite && l.lent+l.insisting > 0:
		return errLent
	case want == readOnly && l.insisting > 0 && l.now == readWrite:
		return errLeaseExpired
	}
	return nil
}

// Lend waits until nobody in this process has the file attached for writing, and returns its
// path. Until release is called, another process can attach it for reading; readers of this
// process continue, and loads wait. A load that waits goes first, but only one: a sync has
// always a next one.
func (w *writer) Lend(ctx context.Context) (path string, release func(), err error) {
	f := w.file
	b := borrower{lease: &f.lease, since: f.lease.loadsUntilNow()}
	defer b.leave()
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		if b.try() {
			return f.path, sync.OnceFunc(f.lease.takeBack), nil
		}
		select {
		case <-ctx.Done():
			return "", nil, errors.Join(errNotYet, context.Cause(ctx))
		case <-time.After(wait):
		}
	}
}

func (l *lease) loadsUntilNow() int {
	l.Lock()
	defer l.Unlock()
	return l.granted
}

func (l *lease) takeBack() {
	l.Lock()
	defer l.Unlock()
	l.lent--
}

// borrower waits for the file.
type borrower struct {
	*lease
	since   int // leases of writers when it came
	insists bool
}

// try lends the file if it can be lent.
func (b *borrower) try() bool {
	b.Lock()
	defer b.Unlock()
	if !b.insists && b.granted > b.since {
		b.insists = true
		b.insisting++
	}
	if b.now == readWrite || b.loads > 0 && !b.insists {
		return false
	}
	b.lent++
	return true
}

func (b *borrower) leave() {
	b.Lock()
	defer b.Unlock()
	if b.insists {
		b.insisting--
	}
}
