// Package destination is the contract for writing: what a warehouse must do to
// be one of ours.
//
// It may know rows, never where they come from. The one rule it keeps: a load
// is all or nothing, and its rows of _loads stand in the same transaction.
package destination

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"adtally"
	"adtally/internal/table"
)

// Kind is one sort of warehouse.
type Kind interface {
	Spec() adtally.Spec
	// Open reaches the warehouse and finds out that it can be written. A Fault
	// with Act Configure says what a person must change.
	Open(context.Context, adtally.Destination, adtally.Secret) (Writer, error)
}

// Writer is an open warehouse. It may be used by many goroutines.
type Writer interface {
	// Prepare makes sure that the tables exist with at least these columns. It
	// adds and never drops; a column whose type changed gets a new column
	// named name_TYPE, and loads go there. Rows that the tables refer to and
	// that are not there get a stub. Views are made of those of their tables
	// that are there; one that is as it should be is not made again.
	Prepare(ctx context.Context, dataset string, tables []*table.Schema, views ...*table.View) error
	// Commit brings in one slice, all of it or nothing, and releases the
	// batches it takes. Rows of different tables may come mixed, those of
	// table.Remarks among them: they replace what was remarked on the slice's
	// tables, account and days. Days whose rows are those of the load already
	// are not written again; that they were asked for stands in _loads.
	Commit(context.Context, Load, iter.Seq2[table.Batch, error]) (Written, error)
	// Loads says, from the warehouse itself, what is in it for an account. Days
	// with a gap are partial, and stand apart from those without.
	Loads(ctx context.Context, dataset, account string) ([]adtally.Checkpoint, error)
	// LoadsOfRun says what a run has committed for an account, each load once.
	LoadsOfRun(ctx context.Context, dataset, account, run string) ([]adtally.Outcome, error)
	// Query lends a handle for reading; done gives it back.
	Query(context.Context) (db *sql.DB, done func(), err error)
	Close() error
}

// DatasetManager is a warehouse that tells what we made in it from what others made.
type DatasetManager interface {
	// Vacant refuses, with a Fault that a person can act on, a dataset that the
	// warehouse keeps for itself, or that is there and was not made by us.
	Vacant(ctx context.Context, dataset string) error
	// Foreign are other people's objects that stand in a dataset, or read what
	// is ours in it.
	Foreign(ctx context.Context, dataset string) ([]adtally.Foreign, error)
	// Drop takes out of a dataset what we made, and the dataset itself where
	// nothing else is left in it. That is done on a person's word only; one that is
	// not there is gone.
	Drop(ctx context.Context, dataset string) error
}

// Copier is a warehouse that can be copied while it is in use.
type Copier interface {
	// Copy writes the warehouse, as it is between two loads, into a folder, and
	// says which files it made there. Loads wait meanwhile.
	Copy(ctx context.Context, folder string) ([]string, error)
}

// Load is one slice on its way in.
type Load struct {
	ID      string
	Dataset string
	Slice   adtally.Slice
	// Tables are all that the slice owns, those without a row this time too.
	Tables []*table.Schema
	// Run is the run that the load belongs to; empty = none.
	Run string
	// Definition is the fingerprint of what the tables hold; empty = they never
	// change what they hold.
	Definition string
	// Started is when reading for the load began; zero = it is not known.
	Started time.Time
	// Cost is what reading the slice took of the platform. It is called after the
	// last batch was taken; nil = it is not known.
	Cost func() (calls, bytes int64)
	// Asked tells when the platform was asked. It is called after the last
	// batch was taken.
	Asked func() time.Time
	// Zone is the account's, in which its days grow old. Only a load of tables
	// with Restated columns needs it.
	Zone *time.Location
	// Now dates the commit itself.
	Now func() time.Time
	// LaterWins says what becomes of rows that have the same key and differ: the
	// one that came last is written, and what the others said instead is remarked
	// in table.Quarantine. Without it they end the load with ErrTwice. Rows that
	// differ in nothing, or in volatile columns only, are one row in any case.
	LaterWins bool
	// Still is asked last, when nothing is left but to commit; an error undoes
	// the load and comes back as ErrLost. nil = nobody can take the work away.
	Still func(context.Context) error
}

// ErrLost ends a load whose worker has lost the claim to it: another one may
// have brought newer rows.
var ErrLost = errors.New("the work was taken over by another worker")

// ErrTwice ends a load that brings two different rows with the same key. A list
// that moved while it was read does so; reading it again may not.
var ErrTwice = errors.New("two different rows have the same key")

// Written says what a load brought in.
type Written struct {
	Load        string           // its id
	Rows        map[string]int64 // by table
	Quarantined int64            // values of which nothing was loaded
	Gaps        int64
	// Checkpoints are the facts that the load made true: one per table, and more
	// where a table has gaps on some of the days.
	Checkpoints []adtally.Checkpoint
}

// Columns that every destination adds to every table by itself.
const (
	AskedColumn  = "_asked_at"  // when the platform was asked, by the load that wrote the row
	SyncedColumn = "_synced_at" // when the row was written
	LoadColumn   = "_load_id"   // the load that wrote it
	StubColumn   = "_stub"      // tables with History only: the platform was never seen to tell of the row, see table.Reference
)
