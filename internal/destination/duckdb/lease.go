package duckdb

import (
	"context"
	"errors"
	"sync"
	"time"
)

// access says how the file is attached.
type access int

const (
	detached access = iota
	readOnly
	readWrite
)

// lease counts who needs the file. It is attached with the first and detached
// with the last.
type lease struct {
	sync.Mutex
	holders int
	now     access
}

// errBusy: the file is attached for reading only and is to be written.
var errBusy = errors.New("the file is lent for reading only, since another program reads it")

// How long to wait before another try to get the file.
const (
	firstWait = 10 * time.Millisecond
	maxWait   = 250 * time.Millisecond
)

// hold gets the file, and waits for it as long as the options say. A reader is
// content with a file that another program is reading too.
func (f *file) hold(ctx context.Context, want access) (release func(), err error) {
	deadline := time.Now().Add(f.options.Patience)
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		err := f.tryHold(ctx, want)
		if err == nil {
			return sync.OnceFunc(f.letGo), nil
		}
		if !isLocked(err) || time.Now().Add(wait).After(deadline) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

func (f *file) tryHold(ctx context.Context, want access) error {
	f.lease.Lock()
	defer f.lease.Unlock()
	if f.lease.now == detached {
		if err := f.attach(ctx, want); err != nil {
			return err
		}
	}
	if f.lease.now < want {
		return errBusy
	}
	f.lease.holders++
	return nil
}

// attach prefers writing also for a reader, so that loads go on beside it.
func (f *file) attach(ctx context.Context, want access) error {
	return f.with(ctx, func(s *session) error {
		to := "ATTACH " + literal(f.path) + " AS " + catalog
		err := s.exec(ctx, to+" (TYPE duckdb)")
		if err == nil {
			f.lease.now = readWrite
			return nil
		}
		if want == readOnly && isLocked(err) && s.exec(ctx, to+" (TYPE duckdb, READ_ONLY)") == nil {
			f.lease.now = readOnly
			return nil
		}
		return err
	})
}

func (f *file) letGo() {
	f.lease.Lock()
	defer f.lease.Unlock()
	if f.lease.holders--; f.lease.holders > 0 {
		return
	}
	// Where this fails the file stays attached, and the next holder tries again.
	if f.with(context.Background(), func(s *session) error {
		return s.exec(context.Background(), "DETACH "+catalog)
	}) == nil {
		f.lease.now = detached
	}
}

// write runs do while the file is held for writing, to one at a time.
func (f *file) write(ctx context.Context, do func() error) error {
	select {
	case f.writing <- struct{}{}:
		defer func() { <-f.writing }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	release, err := f.hold(ctx, readWrite)
	if err != nil {
		return err
	}
	defer release()
	return do()
}
