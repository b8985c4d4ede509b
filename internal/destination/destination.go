// Package destination is the contract that every warehouse must meet.
//
// A warehouse gets typed rows and does not know where they come from. A load is all or
// nothing, and its rows in _loads are written in the same transaction.
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

// Kind is a kind of warehouse, such as DuckDB.
type Kind interface {
	Spec() adtally.Spec
	// Open opens the warehouse and checks that it can be written. If a person must change
	// something, the error is a Fault with Act Configure.
	Open(context.Context, adtally.Destination, adtally.Secret) (Writer, error)
}

// Writer is an open warehouse. It is safe for concurrent use.
type Writer interface {
	// Prepare creates missing tables and adds missing columns. It never drops anything. If the
	// type of a column changed, Prepare adds a column named name_TYPE, and later loads write
	// there. Rows that are referred to and missing get a stub, see table.Reference. A view is
	// created if its tables exist, and replaced if its definition changed.
	Prepare(ctx context.Context, dataset string, tables []*table.Schema, views ...*table.View) error
	// Commit writes one slice, all or nothing, and releases the batches that it takes. Batches
	// of different tables may come in any order. Rows of table.Remarks replace all earlier
	// remarks on the slice's tables, account and days. If the warehouse already holds exactly
	// these rows, only _loads is written.
	Commit(context.Context, Load, iter.Seq2[table.Batch, error]) (Written, error)
	// Loads returns what the warehouse itself says it holds for an account. Days with a gap
	// are partial and have checkpoints of their own.
	Loads(ctx context.Context, dataset, account string) ([]adtally.Checkpoint, error)
	// LoadsOfRun returns what a run has committed for an account, each load once.
	LoadsOfRun(ctx context.Context, dataset, account, run string) ([]adtally.Outcome, error)
	// Query returns a read-only handle. The caller must call done.
	Query(context.Context) (db *sql.DB, done func(), err error)
	Close() error
}

// DatasetManager is a warehouse that can tell Adtally's objects from other people's.
type DatasetManager interface {
	// Vacant returns a Fault if the dataset's name is reserved, or if the dataset exists and
	// Adtally did not create it.
	Vacant(ctx context.Context, dataset string) error
	// Foreign returns other people's objects that are in the dataset or read its tables.
	Foreign(ctx context.Context, dataset string) ([]adtally.Foreign, error)
	// Drop drops Adtally's tables and views in the dataset, and the dataset itself if it is
	// empty then. It is called only when a person has asked for it. A missing dataset is not
	// an error.
	Drop(ctx context.Context, dataset string) error
}

// Lender is a warehouse that other processes on this machine can read while it is open.
type Lender interface {
	// Lend returns the warehouse's file for another process to read. It waits until no load
	// writes or waits for it; until release is called, loads wait.
	Lend(ctx context.Context) (path string, release func(), err error)
	// Modelled returns Adtally's tables and views in some datasets, with their comments. Tables
	// and columns of bookkeeping are left out.
	Modelled(ctx context.Context, datasets []string) ([]adtally.ModelledTable, error)
}

// Copier is a warehouse that can be copied while it is in use.
type Copier interface {
	// Copy writes a consistent copy of the warehouse to a folder and returns the names of the
	// files. Loads wait until it is finished.
	Copy(ctx context.Context, folder string) ([]string, error)
}

// Load describes a slice that is being written.
type Load struct {
	ID      string
	Dataset string
	Slice   adtally.Slice
	// Tables are all tables that the slice owns, including those without rows this time.
	Tables []*table.Schema
	// Run is the ID of the load's run; empty if there is none.
	Run string
	// Definition is the fingerprint of the tables' definitions; empty if they never change.
	Definition string
	// Started is when reading for the load began; zero if unknown.
	Started time.Time
	// Cost returns what reading the slice took. It is called after the last batch; nil if unknown.
	Cost func() (calls, bytes int64)
	// Asked returns when the data was requested from the platform. It is called after the last
	// batch.
	Asked func() time.Time
	// Zone is the account's time zone. It is needed only for tables with Restated columns, to
	// know how old a day is.
	Zone *time.Location
	// Now returns the time of the commit.
	Now func() time.Time
	// LaterWins says what to do with rows that have the same key and differ. If it is true,
	// the last row is written, and table.Quarantine lists the values of the others. If it is
	// false, the load fails with ErrDuplicateKey. Rows that differ only in volatile columns are
	// always one row.
	LaterWins bool
	// Still is called immediately before the commit. An error undoes the load, and Commit
	// returns ErrLost. nil means that no other worker can take over.
	Still func(context.Context) error
}

// ErrLost means that the worker has lost its claim. Another worker may have loaded newer rows.
var ErrLost = errors.New("another worker has taken over this work")

// ErrDuplicateKey means that a load has two different rows with the same key. This happens when a
// list changes while it is read; reading it again may help.
var ErrDuplicateKey = errors.New("two different rows have the same key")

// Written is the result of a load.
type Written struct {
	Load        string           // its ID
	Rows        map[string]int64 // by table
	Quarantined int64            // values that were not loaded
	Gaps        int64
	// Checkpoints are one per table, or more if a table has gaps on some of the days.
	Checkpoints []adtally.Checkpoint
}

// Columns that every destination adds to every table.
const (
	AskedColumn  = "_asked_at"  // when the load that wrote the row requested it from the platform
	SyncedColumn = "_synced_at" // when the row was written
	LoadColumn   = "_load_id"   // the ID of the load that wrote the row
	StubColumn   = "_stub"      // true for stubs; only in tables with History, see table.Reference
)
