package store

import (
	"context"
	"errors"
)

// errTaken: another holds the claim, in this process or in another one.
var errTaken = errors.New("the claim is taken")

// Lock claims the ledger for one sync; a Fault says that another has it. The
// operating system ends the claim with the process, however that dies: it is a
// lock on an empty file beside the ledger, which stays there.
//
// The claim outlasts ctx: after Ctrl-C there is still a run to be ended.
func (db *DB) Lock(ctx context.Context) (unlock func(), err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	unlock, err = take(db.path + ".lock")
	if errors.Is(err, errTaken) {
		return nil, running(db.path)
	}
	if err != nil {
		return nil, unreadable(db.path+".lock", err)
	}
	return unlock, nil
}
