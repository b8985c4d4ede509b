// Package connector defines the contract that the code for an ad platform
// implements.
//
// It may import table and adtally, never a warehouse. Plan decides what to read
// and is a pure function; Read only carries out the plan.
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

// Connector reads one ad platform.
type Connector interface {
	Authority
	OAuth
	Spec() adtally.Spec
	// Open returns a reader. It makes no network calls.
	Open(adtally.Source, adtally.Secret) (Reader, error)
}

// Authority checks and renews the platform's secrets.
type Authority interface {
	// Identify is Verify without the accounts, which can take long to list.
	Identify(context.Context, adtally.Secret) (adtally.Grant, error)
	// Verify asks the platform what a secret allows: its owner, scopes, accounts
	// and expiry. A fault with Act Reconnect is returned only if the platform
	// itself says that the secret is invalid. Accounts in named that the platform
	// does not list are requested one by one.
	Verify(ctx context.Context, secret adtally.Secret, named ...string) (adtally.Grant, error)
	// Accounts returns the accounts that a verified secret sees, and the time of
	// the answer by the platform's clock.
	Accounts(ctx context.Context, secret adtally.Secret, named ...string) ([]adtally.Account, time.Time, error)
	// Probe reads a few rows of an account in the way that a sync does.
	Probe(context.Context, adtally.Secret, adtally.Account) error
	// Refresh returns a secret that is valid longer, without asking its owner. It
	// returns a fault if the platform cannot renew the secret; the old secret stays
	// valid until it expires.
	Refresh(context.Context, adtally.Secret, adtally.Grant) (adtally.Secret, error)
}

// OAuth lets people connect by logging in to the platform, with the
// installation's own app there.
type OAuth interface {
	// VerifyApp asks the platform whether the app's ID and secret belong together.
	VerifyApp(context.Context) error
	// AuthCodeURL returns the platform's page on which a person authorizes the app.
	// The platform then redirects to back, with state and a code in the query.
	AuthCodeURL(state, back string) (string, error)
	// Exchange exchanges the query of that redirect for a secret with the longest
	// lifetime that the platform offers.
	Exchange(ctx context.Context, back string, answer url.Values) (adtally.Secret, error)
}

// UsageReporter is implemented by connectors that know how much of an account's
// rate limit is used: 0 = nothing, 1 = all of it, and when the platform last said so.
type UsageReporter interface {
	Used(account string) (share float64, at time.Time, known bool)
}

// AccountLister is implemented by connectors that list the accounts of a secret in
// parts, with what a person needs to choose among them.
type AccountLister interface {
	// VisibleAccounts returns the accounts as the platform names them, and again when
	// more is known about them.
	VisibleAccounts(context.Context, adtally.Secret) iter.Seq2[adtally.VisibleAccounts, error]
}

// ReportBuilder is implemented by connectors with custom reports.
type ReportBuilder interface {
	// ReportOptions returns what a report can consist of, given what is picked already.
	// It makes no network calls.
	ReportOptions(draft adtally.Report) adtally.ReportOptions
	// ReportWarnings says what a person should know about a report before it is read, one
	// sentence each.
	ReportWarnings(adtally.Report) []string
}

// Reader reads one source.
type Reader interface {
	// Streams lists the source's streams in the order to read them.
	Streams() []Stream
	// Views lists the views over the streams' tables. They need no further calls.
	Views() []*table.View
	// Plan returns the slices of a stream to read, newest first, given its
	// checkpoints and the time at which the run began. It is a pure function.
	Plan(stream string, a adtally.Account, done []adtally.Checkpoint, now time.Time) []adtally.Slice
	// Read reads one slice. It continues from the cursor that an earlier attempt
	// saved in the note and saves its own there.
	Read(context.Context, adtally.Account, adtally.Slice, Note) iter.Seq2[table.Batch, error]
}

// Stream is a named set of data that a source provides. It owns its tables: one
// read fills them all.
type Stream struct {
	Name   string
	Tables []*table.Schema
	// Daily streams hold facts by day; the others hold objects as they are now.
	Daily bool
	// Months is how many months of days the platform serves; 0 = no known limit.
	Months int
	// Definition is a fingerprint of the tables' contents. Days that were loaded
	// under another definition are read again. Empty = the contents never change.
	Definition string
	// Total is what the stream's figures must add up to; nil = not checked.
	Total *Total
	// Pictures describes the pictures that the rows of the first table show; nil = none.
	Pictures *Pictures
	// Price is the minimum cost of a read.
	Price Price
	// Like names the stream with one row per day and object of the same level; "" = none.
	Like string
	// Group says what the tables are for.
	Group adtally.TableGroup
	// Again is how many days before today every sync reads again, if that is not the
	// source's own setting; 0 = it is.
	Again int
}

// Price is the cost of requests to the platform. An answer with more rows than
// one call returns costs a call for each page.
type Price struct {
	Days  int // days that one request covers; 0 = it covers the current state
	Calls int // minimum number of calls per request
	Rows  int // rows that one call returns
	// Values is how many rows an object is expected to have, compared with the stream Like,
	// and Span is how many days a row covers.
	Values, Span int
}

// Of returns the minimum number of calls for reading the given number of days of
// an account.
func (p Price) Of(days int) int {
	if p.Days == 0 {
		return p.Calls
	}
	return (days + p.Days - 1) / p.Days * p.Calls
}

// Pictures tells how to get from a row to its picture: the first entry of By
// whose picture can be downloaded.
type Pictures struct {
	Kind string // what the rows are, such as creative
	By   []Picture
}

// Picture is a way from a row to a picture. Pictures with the same kind and name
// are the same, no matter which row led to them.
type Picture struct {
	Kind string // what Name identifies, such as image
	Name string // the column with the picture's name
	Link string // the column with a link, which may have expired; "" = known by name only
}

// Total is a table with the platform's own daily totals, and the columns that must
// equal the sums of the stream's columns of the same name. A stream with the
// table's name fills it.
type Total struct {
	Table   string
	Columns []string
	// Tolerance is the largest accepted difference between an account's total for a
	// day and the sum of a column; nil = none.
	Tolerance func(a adtally.Account, column string) *big.Rat
}

// Note stores what a read needs later.
type Note interface {
	// Began is when the run began, by the platform's clock: the time that Plan was
	// given. Whatever depends on the age of a day uses it.
	Began() time.Time
	// Cursor returns the cursor of an earlier attempt at the same slice.
	Cursor() adtally.Cursor
	// Save saves c durably: after it returns, c survives a crash.
	Save(ctx context.Context, c adtally.Cursor) error
	// Tuning returns what earlier reads of the same stream and account learned, such
	// as how many days a request may cover. Its format is private to the connector.
	Tuning() []byte
	// SaveTuning replaces the tuning.
	SaveTuning(ctx context.Context, tuning []byte) error
}

// ErrAgain ends a read that cannot continue after rows were passed on but may
// succeed if it starts again immediately: it has learned a limit, or the platform has
// dropped the report or the cursor.
var ErrAgain = errors.New("the slice must be read again from its beginning")
