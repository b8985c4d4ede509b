package store

import (
	"context"
	"errors"
)

// errTaken means that this or another process has the lock.
var errTaken = errors.New("the lock is taken")

// Lock locks the database for one sync, or returns a Fault if another has it. The lock ends
// with the process. It outlasts ctx, because after Ctrl-C the run must still be ended.
func (db *DB) Lock(ctx context.Context) (unlock func(), err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	unlock, err = db.backend.claim(ctx)
	if errors.Is(err, errTaken) {
		return nil, running(db.backend)
	}
	if err != nil {
		return nil, db.failed(ctx, "claim what is", err)
	}
	return unlock, nil
}
