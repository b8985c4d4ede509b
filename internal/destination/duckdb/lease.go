package duckdb

import (
	"context"
	"errors"
	"sync"
	"time"

	"adtally"
	"adtally/internal/destination"
)

// access says how the file is attached.
type access int

const (
	detached access = iota
	readOnly
	readWrite
)

// lease counts who needs the file. It is attached with the first and detached
// with the last. Writers join those that have it, since to detach it costs as much
// as to write a month of a small account; but not for longer than longestLease, so
// that other programs get their turn.
type lease struct {
	sync.Mutex
	holders, readers int
	now              access
	since            time.Time
}

// longestLease is how old a lease may be when a writer joins it. Of a sync of 500
// small accounts, letting the file go after every load took half the time.
const longestLease = time.Second

// errSpent: the file is about to be let go.
var errSpent = errors.New("the file is being let go, so that others get their turn")

// spent says that nobody else should join. Beside somebody who reads the file
// stays attached anyway.
func (l *lease) spent() bool {
	return l.holders > 0 && l.readers == 0 && time.Since(l.since) > longestLease
}

// errBusy: the file is attached for reading only and is to be written.
var errBusy = errors.New("the file is lent for reading only, since another program reads it")

// attachOptions say how the file is attached. Every DETACH writes the last group
// of rows of a table anew, so that groups of a quarter of the usual size make
// small loads into a large table 1.5 times as fast (BenchmarkLoad).
const attachOptions = "(TYPE duckdb, ROW_GROUP_SIZE 30720"

// How long to wait before another try to get the file.
const (
	firstWait = 10 * time.Millisecond
	maxWait   = 250 * time.Millisecond
)

// tellAfter is when the caller hears that a file is waited for: later than another
// worker of ours takes for its turn.
const tellAfter = 2 * longestLease

// hold gets the file, and waits for it as long as the options say. A reader is
// content with a file that another program is reading too.
func (f *file) hold(ctx context.Context, want access) (release func(), err error) {
	began := time.Now()
	deadline, tell := began.Add(f.options.LockTimeout), began.Add(min(tellAfter, f.options.LockTimeout/2))
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		err := f.tryHold(ctx, want)
		if err == nil {
			return sync.OnceFunc(func() { f.letGo(want) }), nil
		}
		if isLocked(err) && !tell.IsZero() && time.Now().After(tell) {
			destination.Waiting(ctx, adtally.FaultOf(explain(f.path, err)))
			tell = time.Time{}
		}
		if !isLocked(err) && !errors.Is(err, errSpent) || time.Now().Add(wait).After(deadline) {
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
	if f.lease.spent() {
		return errSpent
	}
	if f.lease.now == detached {
		if err := f.attach(ctx, want); err != nil {
			return err
		}
		f.lease.since = time.Now()
	}
	if f.lease.now < want {
		return errBusy
	}
	f.lease.holders++
	if want == readOnly {
		f.lease.readers++
	}
	return nil
}

// attach prefers writing also for a reader, so that loads go on beside it.
func (f *file) attach(ctx context.Context, want access) error {
	if err := f.prepareUndo(); err != nil {
		f.forgetUndo(false)
		return err
	}
	err := f.with(ctx, func(s *session) error {
		to := "ATTACH " + literal(f.path) + " AS " + catalog
		err := s.exec(ctx, to+" "+attachOptions+")")
		if err == nil {
			f.lease.now = readWrite
			return f.keptUndo(ctx, s)
		}
		if want == readOnly && isLocked(err) && s.exec(ctx, to+" "+attachOptions+", READ_ONLY)") == nil {
			f.lease.now = readOnly
			return nil
		}
		return err
	})
	if f.lease.now == detached {
		f.forgetUndo(false)
	}
	return err
}

// keptUndo keeps what a kill could spoil; a file of which that cannot be kept is
// let go again.
func (f *file) keptUndo(ctx context.Context, s *session) error {
	err := f.keepUndo(ctx, s)
	if err == nil {
		return nil
	}
	return errors.Join(err, f.detach(context.WithoutCancel(ctx), s))
}

func (f *file) letGo(had access) {
	f.lease.Lock()
	defer f.lease.Unlock()
	if had == readOnly {
		f.lease.readers--
	}
	if f.lease.holders--; f.lease.holders > 0 {
		return
	}
	_ = f.with(context.Background(), func(s *session) error {
		return f.detach(context.Background(), s)
	})
}

// detach lets the file go. Where DuckDB cannot tidy up first, say because the
// disk is full, it says so and has let go all the same: what was committed is
// in its log then, and the next holder finds it. Whether it has is asked, since
// a file that is still attached is detached by the next holder.
func (f *file) detach(ctx context.Context, s *session) error {
	failed := s.exec(ctx, "DETACH "+catalog)
	var there bool
	if err := s.row(ctx, "SELECT count(*) > 0 FROM duckdb_databases() WHERE database_name = ?", catalog).Scan(&there); err != nil {
		return errors.Join(failed, err)
	}
	if !there {
		f.forgetUndo(failed == nil && f.lease.now == readWrite)
		f.lease.now = detached
	}
	return failed
}

// write runs do while the file is held for writing, to one at a time. Those that
// wait for their turn hold the file already.
func (f *file) write(ctx context.Context, do func() error) error {
	release, err := f.hold(ctx, readWrite)
	if err != nil {
		return err
	}
	defer release()
	select {
	case f.writing <- struct{}{}:
		defer func() { <-f.writing }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return do()
}
