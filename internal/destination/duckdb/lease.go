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

// lease counts the users of the attached file. The first attaches it and the last detaches
// it. Writers join an existing lease because detaching takes as long as writing a month of
// a small account, but only until longestLease, so that other programs get their turn.
type lease struct {
	sync.Mutex
	holders, readers int
	now              access
	since            time.Time
	lent             int // other processes that read the file
	insisting        int // those for which a load has gone first already, so that it is their turn
	loads            int // writers that wait
	granted          int // leases of writers
}

// maxLease is the oldest lease that a writer may join. Without joining, detaching took
// half the time of a sync of 500 small accounts.
const maxLease = time.Second

// errLeaseExpired means that the file is about to be detached.
var errLeaseExpired = errors.New("the file is being released, so that other programs get their turn")

// expired reports that nobody else should join. While it is being read, the file stays
// attached anyway.
func (l *lease) expired() bool {
	return l.holders > 0 && l.readers == 0 && time.Since(l.since) > maxLease
}

// errBusy means that the file must be written and is attached for reading only.
var errBusy = errors.New("another program is reading the file, so it can only be read")

// attachOptions sets small row groups. DETACH rewrites the last row group of a table, so a
// quarter of the default size makes small loads into a large table 1.5 times as fast
// (BenchmarkLoad).
const attachOptions = "(TYPE duckdb, ROW_GROUP_SIZE 30720"

// How long to wait between tries to get the file.
const (
	firstWait = 10 * time.Millisecond
	maxWait   = 250 * time.Millisecond
)

// tellAfter is when the caller is told that it waits for the file. It is longer than
// another worker's turn.
const tellAfter = 2 * maxLease

// hold attaches the file, and waits for it up to LockTimeout. For reading, it may be
// shared with other programs that read.
func (f *file) hold(ctx context.Context, want access) (release func(), err error) {
	if want == readWrite {
		defer f.lease.await()()
	}
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
		if !isLocked(err) && !errors.Is(err, errLeaseExpired) || time.Now().Add(wait).After(deadline) {
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
	if f.lease.expired() {
		return errLeaseExpired
	}
	if err := f.lease.refusesFor(want); err != nil {
		return err
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
	} else {
		f.lease.granted++
	}
	return nil
}

// attach attaches for writing, even for a reader if possible, so that loads can continue
// at the same time.
func (f *file) attach(ctx context.Context, want access) error {
	if f.lease.lent > 0 || f.lease.insisting > 0 {
		return f.attachReadOnly(ctx)
	}
	if err := f.prepareUndo(); err != nil {
		f.removeUndo(false)
		return err
	}
	err := f.with(ctx, func(s *session) error {
		to := "ATTACH " + literal(f.path) + " AS " + catalog
		err := s.exec(ctx, to+" "+attachOptions+")")
		if err == nil {
			f.lease.now = readWrite
			return f.saveUndo(ctx, s)
		}
		if want == readOnly && isLocked(err) && s.exec(ctx, to+" "+attachOptions+", READ_ONLY)") == nil {
			f.lease.now = readOnly
			return nil
		}
		return err
	})
	if f.lease.now == detached {
		f.removeUndo(false)
	}
	return err
}

// attachReadOnly attaches beside a child process.
func (f *file) attachReadOnly(ctx context.Context) error {
	return f.with(ctx, func(s *session) error {
		err := s.exec(ctx, "ATTACH "+literal(f.path)+" AS "+catalog+" "+attachOptions+", READ_ONLY)")
		if err == nil {
			f.lease.now = readOnly
		}
		return err
	})
}

// saveUndo writes the undo file. If it cannot, it detaches the file again.
func (f *file) saveUndo(ctx context.Context, s *session) error {
	err := f.saveBlocks(ctx, s)
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

// detach detaches the file. If DuckDB cannot write its checkpoint, for example because the
// disk is full, it detaches anyway and returns an error; committed changes are then in its
// log, and the next user finds them. detach checks whether it worked: if not, the next
// user detaches the file.
func (f *file) detach(ctx context.Context, s *session) error {
	failed := s.exec(ctx, "DETACH "+catalog)
	var there bool
	if err := s.row(ctx, "SELECT count(*) > 0 FROM duckdb_databases() WHERE database_name = ?", catalog).Scan(&there); err != nil {
		return errors.Join(failed, err)
	}
	if !there {
		f.removeUndo(failed == nil && f.lease.now == readWrite)
		f.lease.now = detached
		f.returnMemory(ctx, s)
	}
	return failed
}

// returnMemory returns memory that DuckDB has freed to the system. Detaching a file does not do
// that (DuckDB 1.5.6), but setting the limit does, even to the same value. Without it, a sync of
// 500 accounts peaked at 288 MB instead of 265 MB, and after 80,000 rows the
// process held 75 MB too many. If it fails, the next detach makes up for it.
func (f *file) returnMemory(ctx context.Context, s *session) {
	_ = s.exec(ctx, "SET GLOBAL memory_limit = "+literal(f.options.limit()))
}

// write runs do while the file is attached for writing. Only one runs at a time; the
// others wait with the file attached.
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
