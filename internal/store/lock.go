package store

import (
	"context"
	"errors"
)

// errTaken: another holds the claim, in this process or in another one.
var errTaken = errors.New("the claim is taken")

// Lock claims the database for one sync; a Fault says that another has it. The
// claim ends with the process, however that dies.
//
// The claim outlasts ctx: after Ctrl-C there is still a run to be ended.
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
