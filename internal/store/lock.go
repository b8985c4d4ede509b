package store

import (
	"context"
	"net/url"

	sqlite3 "modernc.org/sqlite/lib"
)

// Lock claims the ledger for one sync; a Fault says that another has it. The
// operating system ends the claim with the process, however that dies: it is
// SQLite's lock on an empty file beside the ledger, which stays there.
//
// The claim outlasts ctx: after Ctrl-C there is still a run to be ended.
func (db *DB) Lock(ctx context.Context) (unlock func(), err error) {
	handle, err := open(db.path+".lock", url.Values{"_txlock": {"exclusive"}, "_busy_timeout": {"0"}})
	if err != nil {
		return nil, unreadable(db.path+".lock", err)
	}
	tx, err := handle.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		_ = handle.Close() // nothing was written by it
		if codeOf(err) == sqlite3.SQLITE_BUSY {
			return nil, running(db.path, err)
		}
		return nil, unreadable(db.path+".lock", err)
	}
	return func() {
		_ = tx.Rollback()  // nothing was written: what counts is that the lock ends,
		_ = handle.Close() // and closing ends it too
	}, nil
}
