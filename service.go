package adtally

import (
	"errors"
	"time"
)

// Stage is a phase in the life of a source.
type Stage string

// The stages, in order.
const (
	Authentication Stage = "authentication" // no valid credential yet, or no account
	InitialLoad    Stage = "initial_load"   // loading its history
	Steady         Stage = "running"        // loading changes
)

// SourceRecord is a source with its status: when it is due and how its runs ended.
type SourceRecord struct {
	Source
	Stage     Stage
	Revision  int64 // counts edits
	Created   time.Time
	CreatedBy string
	Deleted   time.Time // zero: not deleted; it can be restored for RestorePeriod
	Drop      bool      // drop its tables when RestorePeriod is over
	Next      time.Time // when it is due; zero: not scheduled
	Failures  int       // consecutive runs that did not bring it up to date
	Why       string    // why it is synced less often than configured; empty if it is not
	LastGood  time.Time // when it was last up to date; zero: never
	Fault     *Fault    // the last run's fault, or that values could not be loaded; nil if there was none
	Failing   time.Time // when runs began to fail or to be incomplete; zero: they do not
	Renewed   time.Time // when its credential was last replaced; zero: never
	Unpurged  *Fault    // why its tables could not be dropped after RestorePeriod; nil if nothing failed
	Purging   time.Time // when dropping them first failed; zero: it did not
}

// RestorePeriod is how long a deleted source can be restored.
const RestorePeriod = 30 * 24 * time.Hour

// SeenAccount is an ad account that a source's credential sees or saw.
type SeenAccount struct {
	Account
	First time.Time // when it was first seen
	Last  time.Time // when it was last seen; if older than the source's last discovery, access is lost
}

// Trigger says what started a run.
type Trigger string

// The triggers.
const (
	BySchedule Trigger = "schedule"
	ByHand     Trigger = "manual"
	ByBackfill Trigger = "backfill"
)

// RunScope limits what a run reads. The zero RunScope is everything that is due.
type RunScope struct {
	Accounts []string `json:"accounts,omitempty"` // empty for all
	Tables   []string `json:"tables,omitempty"`   // empty for all
	Since    Day      `json:"since,omitempty"`
	Until    Day      `json:"until,omitempty"`
	Reread   bool     `json:"reread,omitempty"` // also days that are final
}

// RunRequest asks for a run of a source.
type RunRequest struct {
	ID       string
	Source   string
	Trigger  Trigger
	By       string // who asked; empty for the schedule
	RunScope RunScope
	Key      string // idempotency key: requests with the same key are the same request; empty if none
	At       time.Time
	// Next is when a scheduled source is due again, unless the end of the run changes it. It
	// is written with the request, so that the source is no longer due.
	Next time.Time
}

// Lane separates runs of one source: each lane runs one at a time. Re-reading that a
// person asked for does not block the schedule.
func (o RunRequest) Lane() string {
	if o.Trigger == ByBackfill {
		return "backfill"
	}
	return "sync"
}

// JobArgs identifies a step that a worker may claim. Its generation grows with each claim,
// so that an earlier worker cannot write results any more.
type JobArgs struct {
	Run        string `json:"run"`
	Account    string `json:"account"` // empty for the discovery of accounts
	Generation int64  `json:"generation"`
}

// StepResult is how a worker's part of a step ended.
type StepResult struct {
	State     RunState  // Waiting: continue, not before NotBefore
	NotBefore time.Time // zero: immediately
	Tries     int       // consecutive failures
	Rows      int64
	Slices    int
	Left      int // slices that are due and were not started
	Fault     *Fault
	Note      string // why another worker must continue; empty if the worker was not stopped
}

// LogLine is a line of a run's log. Nothing in it is secret.
type LogLine struct {
	Seq     int64
	Run     string
	At      time.Time
	Level   string // info, warn, error
	Account string
	Stream  string
	Code    string // a fault's or an event's code; stable
	Message string // one sentence
	Detail  string // technical detail; may be empty
}

// LogQuery selects lines of a log.
type LogQuery struct {
	Text    string // text in the line, case-insensitive; empty for any
	Level   string // empty for any
	Account string // empty for any
}

// Usage is the sum of what slices took, by their common fields.
type Usage struct {
	Day     Day    // the UTC day on which the tries began; 0 for all
	Stream  string // empty for all
	Table   string // empty for the table with the stream's name; other tables only have rows
	Account string // empty for all
	Tries   int64
	Failed  int64 // failed tries
	Rows    int64
	Calls   int64 // as the platform counts them
	Bytes   int64 // uncompressed size of the responses
	Took    time.Duration
}

// UsageFilter selects tries and says how to group them.
type UsageFilter struct {
	Source                     string
	Run                        string // empty for all
	Since, Until               time.Time
	ByDay, ByStream, ByAccount bool
}

// TableInfo describes a table that a source can have.
type TableInfo struct {
	Name        string
	Description string
	Key         []string
	Usual       bool // read if no tables are named
	Daily       bool
	Stream      string // the stream that fills it
	Picked      bool   // the source reads it
	Report      bool   // it is a custom report, or belongs to one
	Group       TableGroup
	HowRead     string // which rows a sync reads, in a short sentence
	Columns     []ColumnInfo
}

// TableGroup says what a table is for.
type TableGroup string

// The groups.
const (
	FigureTables TableGroup = "figures" // figures by day
	ObjectTables TableGroup = "objects" // objects as they are now
	ReportTables TableGroup = "reports" // custom reports
	OtherTables  TableGroup = "other"
)

// ColumnInfo describes a column of a table.
type ColumnInfo struct {
	Name        string
	Type        string // the SQL type
	Unit        string
	Description string
	Key         bool
	Additive    string // sum, over-time or none: over what its values may be summed
}

// Foreign is a warehouse object that Adtally did not create and that uses one of its datasets.
type Foreign struct {
	Name  string // with its schema
	Kind  string // table, view or macro
	Reads bool   // it reads our tables; otherwise it is only in the same schema
}

// Worker is a process that runs steps.
type Worker struct {
	ID, Host, Version string
	Started, Seen     time.Time
}

// RunRecord is a run as stored in the database.
type RunRecord struct {
	Run
	Trigger   Trigger
	By        string
	RunScope  RunScope
	Key       string // its request's idempotency key
	Active    bool
	Cancelled bool // somebody asked to cancel it
	// Moment is the time by the platform's clock when the run began; zero if the platform was
	// not asked yet.
	Moment time.Time
}

// RunFilter selects runs. The zero RunFilter selects all.
type RunFilter struct {
	Source  string
	State   RunState
	Trigger Trigger
	Since   time.Time // the run began then or later; zero for any time
	Before  string    // ID of a run: only older runs; empty for all
	Limit   int
}

// RunFigures are a run's totals so far.
type RunFigures struct {
	Rows     int64
	Calls    int64  // as the platform counts them
	Code     string // the code of its worst fault; empty if there is none
	Accounts int    // accounts of the run
	Done     int    // accounts that were read, completely or as far as possible
	Blocked  int    // accounts that wait for the platform's rate limit
	// Gaps are things that the platform did not return, and Quarantined the values that could
	// not be loaded. Account is the name of the account that has them, if only one has; Days
	// are the days of their slices.
	Gaps, Quarantined int64
	Account           string
	Days              Window
}

// SourceActivity is what the latest sync of a source has done so far. A cancelled sync does
// not count.
type SourceActivity struct {
	Run      string    // the active sync; empty if none is
	Judged   time.Time // when the latest sync that has ended began; zero if none has
	Accounts int       // of the latest sync; 0 if they are not known yet
	Done     int       // accounts that it has read, completely or as far as possible
	Blocked  int       // accounts that wait for the platform's rate limit
	Until    time.Time // when the last of them continues
	Seen     int       // accounts that the credential sees or saw
	Partial  int       // accounts with data that the platform did not return
}

// RunDay says that runs of a source began on a UTC day and are in a state.
type RunDay struct {
	Source string
	Day    Day
	State  RunState
}

// LogSummary counts the lines of a log.
type LogSummary struct {
	Lines, Warnings, Errors int64
	FirstError              int64 // Seq of the first error; 0 if there is none
}

// StepRecord is a step as stored in the database.
type StepRecord struct {
	Step      Step
	State     RunState
	Started   time.Time
	Ended     time.Time // zero while it runs, or if it was cut off
	Worker    string    // the worker that holds it; empty if none does
	NotBefore time.Time
	Tries     int
	Rows      int64
	Gaps      int64 // things that the platform did not return
	// Quarantined is the number of values that could not be loaded.
	Quarantined int64
	Slices      int   // finished slices
	Calls       int64 // as the platform counts them
	Left        int   // slices that are due and were not started
	Fault       *Fault
}

// Lease is a step that a worker holds for a limited time.
type Lease struct {
	JobArgs
	Step   Step
	Worker string
	Tries  int
}

// Judge decides what the end of a run means for its source, and writes the log line for
// people. It may be called again if the database has to repeat its write.
type Judge func(r RunRecord, steps []StepRecord, s SourceRecord) (SourceRecord, LogLine)

// Reasons why a worker must stop.
var (
	ErrNotHeld   = errors.New("another worker holds the step, or the step has ended")
	ErrCancelled = errors.New("the run was cancelled")
)
