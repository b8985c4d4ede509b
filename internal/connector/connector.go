// Package connector is the contract for reading: what the code for an ad
// platform must do to be one of ours.
//
// It may know rows and the words of the house, never a warehouse. The one rule
// it keeps: what to read is decided by Plan, purely; Read only carries it out.
package connector

import (
	"context"
	"errors"
	"iter"
	"math/big"
	"net/url"
	"time"

	"adtally"
	"adtally/internal/table"
)

// Connector is the code that can read one ad platform.
type Connector interface {
	Authority
	OAuth
	Spec() adtally.Spec
	// Open makes a reader. It does not touch the network.
	Open(adtally.Source, adtally.Secret) (Reader, error)
}

// Authority is what a platform's secrets allow, and how they live on.
type Authority interface {
	// Verify asks the platform what a secret allows: who, scopes, accounts,
	// until when. Only a platform that says so makes a secret a dead one. An
	// account that is named and not listed is asked for by itself.
	Verify(ctx context.Context, secret adtally.Secret, named ...string) (adtally.Grant, error)
	// Accounts asks only which accounts a secret sees that was verified before, and
	// gives the platform's own clock when it answered.
	Accounts(ctx context.Context, secret adtally.Secret, named ...string) ([]adtally.Account, time.Time, error)
	// Probe reads a little of an account, as a sync will.
	Probe(context.Context, adtally.Secret, adtally.Account) error
	// Refresh gives another secret in place of one that ends, without its owner. One
	// that cannot be renewed is a fault, and lives as long as it lives.
	Refresh(context.Context, adtally.Secret, adtally.Grant) (adtally.Secret, error)
}

// OAuth is how people come to a secret by logging in to the platform, where the
// installation has an app there.
type OAuth interface {
	// VerifyApp asks the platform whether our app is what we say it is.
	VerifyApp(context.Context) error
	// AuthCodeURL is the platform's page on which a person lets our app in. They come
	// back to an address of ours, with state.
	AuthCodeURL(state, back string) (string, error)
	// Exchange makes a secret, as long-lived as there is, of what they come back with.
	Exchange(ctx context.Context, back string, answer url.Values) (adtally.Secret, error)
}

// Gauged is a connector that knows how full the budgets are that the platform
// keeps for an account: 1 = all of it is used.
type UsageReporter interface {
	Used(account string) (share float64, known bool)
}

// Reader reads one source.
type Reader interface {
	// Streams are what the source is set to give, in the order to read them.
	Streams() []Stream
	// Views are what can be read of the streams' tables without another call.
	Views() []*table.View
	// Plan says what is to be read of a stream, newest first, given what is
	// known of it and the moment the run began. It is pure.
	Plan(stream string, a adtally.Account, done []adtally.Checkpoint, now time.Time) []adtally.Slice
	// Read carries out one slice. It reads the cursor that an earlier try left
	// in note and leaves its own there.
	Read(context.Context, adtally.Account, adtally.Slice, Note) iter.Seq2[table.Batch, error]
}

// Stream is one named thing that a source can give. It owns its tables: one
// read fills them all.
type Stream struct {
	Name   string
	Tables []*table.Schema
	// Daily streams are facts by day; the others are entities as they are now.
	Daily bool
	// Months is how far back the platform serves days; 0 = no limit is known.
	Months int
	// Definition is a fingerprint of what a row of the tables holds. Days that were
	// loaded under another one are read again. Empty = that never changes.
	Definition string
	// Total is what the figures of the stream must add up to; nil = nothing is.
	Total *Total
	// Pictures is what the rows of the first table show; nil = no pictures.
	Pictures *Pictures
	// Price is what reading it takes of the platform, however little there is.
	Price Price
}

// Price is what questions cost. A question whose answer has more rows than one call
// brings costs a call for each such page.
type Price struct {
	Days  int // that one question spans; 0 = it is about what is there now
	Calls int // that one question takes at least
	Rows  int // that one call brings
}

// Of is how many calls reading so many days of an account takes at least.
func (p Price) Of(days int) int {
	if p.Days == 0 {
		return p.Calls
	}
	return (days + p.Days - 1) / p.Days * p.Calls
}

// Pictures says how rows lead to pictures. A row shows the first one in By that
// can be had.
type Pictures struct {
	Kind string // what the rows are, such as creative
	By   []Picture
}

// Picture is a way from a row to a picture. What has the same kind and name is
// the same picture, by whatever way it was found.
type Picture struct {
	Kind string // what the name is of, such as image
	Name string // the column that names it
	Link string // the column with a link, which may have expired; "" = it is known by name only
}

// Total is a table of the platform's own totals by day, and the columns that
// must be the sums of the columns of the same name. A stream of its name fills
// it.
type Total struct {
	Table   string
	Columns []string
	// Tolerance is how far the sum of a column over a day may lie from the total
	// of an account and still agree; nil = not at all.
	Tolerance func(a adtally.Account, column string) *big.Rat
}

// Note is where a read keeps what it wants to know again.
type Note interface {
	// Began is when the run began, by the platform's clock: the moment that Plan
	// was given. Whatever depends on how long ago a day is goes by it.
	Began() time.Time
	// Cursor is what an earlier try of the same slice left.
	Cursor() adtally.Cursor
	// Save keeps c; when it returns, c survives a crash.
	Save(ctx context.Context, c adtally.Cursor) error
	// Tuning is what earlier reads of the same stream and account learned, such
	// as how much may be asked for at once. Only the connector reads it.
	Tuning() []byte
	// SaveTuning keeps a lesson in place of the one before.
	SaveTuning(ctx context.Context, tuning []byte) error
}

// ErrAgain ends a read that cannot go on after rows were handed over, but is
// worth beginning anew at once: it has learned how, or the platform dropped it.
var ErrAgain = errors.New("the slice has to be read from its beginning")
