package store

import (
	"context"
	"errors"
)

// errTaken says that another holder, in this process or another one, has the lock.
var errTaken = errors.New("the claim is taken")

// Lock locks the database for one sync; a Fault says that another process has it. The
// lock ends with the process, in any way.
//
// The lock outlives ctx: after Ctrl-C the run must still be ended.
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
