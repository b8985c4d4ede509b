package adtally

import (
	"errors"
	"time"
)

// Stage is how far a source has come.
type Stage string

// The stages, in their order.
const (
	Authentication Stage = "authentication" // no good credential yet, or no account
	InitialLoad    Stage = "initial_load"   // its history comes in
	Steady         Stage = "running"        // changes come in
)

// SourceRecord is a source as an installation knows it: what was set, and how it goes.
type SourceRecord struct {
	Source
	Stage     Stage
	Revision  int64 // counts edits
	Created   time.Time
	CreatedBy string
	Deleted   time.Time // zero = it is not; it can be restored for Grace
	Drop      bool      // its tables go with it then
	Next      time.Time // when it is due; zero = it is not scheduled
	Failures  int       // runs in a row that did not bring it up to date
	Why       string    // why it is slower than was set; empty = it is not
	LastGood  time.Time // when it was last up to date; zero = never
	Fault     *Fault    // what held it up in its last run, or could not be loaded; nil = nothing
	Failing   time.Time // since when runs fail or are incomplete; zero = they do not
	Renewed   time.Time // when it last got another secret; zero = it never did
	Unpurged  *Fault    // why its tables could not be dropped when its time was over; nil = nothing hindered it
	Purging   time.Time // since when it is tried in vain; zero = it is not
}

// Grace is for how long a deleted source can be restored (R12).
const Grace = 30 * 24 * time.Hour

// SeenAccount is an ad account that a source's credential sees, or saw.
type SeenAccount struct {
	Account
	First time.Time // when it was first seen
	Last  time.Time // when it was last seen; older than the source's last look = it is lost
}

// Trigger says what a run was begun by.
type Trigger string

// The triggers.
const (
	BySchedule Trigger = "schedule"
	ByHand     Trigger = "manual"
	ByBackfill Trigger = "backfill"
)

// RunScope is what a run is to read, where that is less than all that is due.
type RunScope struct {
	Accounts []string `json:"accounts,omitempty"` // none = all of the source
	Tables   []string `json:"tables,omitempty"`   // none = all of the source
	Since    Day      `json:"since,omitempty"`
	Until    Day      `json:"until,omitempty"`
	Reread   bool     `json:"reread,omitempty"` // days that are final too
}

// RunRequest is a run that is wanted: of a source, by whom, and how much.
type RunRequest struct {
	ID       string
	Source   string
	Trigger  Trigger
	By       string // who wanted it; empty = the schedule
	RunScope RunScope
	Key      string // repeats with the same key are the same order; empty = none
	At       time.Time
	// Next is when the source of a scheduled order is due again, unless its end says
	// otherwise: with the order it leaves the list of what is due.
	Next time.Time
}

// Lane keeps runs of a source apart: in each there is one at a time. What a person
// wants read again goes on beside the schedule.
func (o RunRequest) Lane() string {
	if o.Trigger == ByBackfill {
		return "backfill"
	}
	return "sync"
}

// JobArgs is a step that a worker may claim. Its generation grows whenever it is
// handed out anew, so that an earlier holder is known as such.
type JobArgs struct {
	Run        string `json:"run"`
	Account    string `json:"account"` // empty = the look at which accounts there are
	Generation int64  `json:"generation"`
}

// StepResult is how a worker's share of a step ended.
type StepResult struct {
	State     RunState  // Waiting: it is to go on, not before NotBefore
	NotBefore time.Time // zero = at once
	Tries     int       // in vain, in a row
	Rows      int64
	Slices    int
	Left      int // slices that were due and were not begun
	Fault     *Fault
	Note      string // why another worker has to go on; empty = nothing ended this one
}

// LogLine is a line of a run's log. Nothing in it is secret.
type LogLine struct {
	Seq     int64
	Run     string
	At      time.Time
	Level   string // info, warn, error
	Account string
	Stream  string
	Code    string // of a fault, or of what happened; stable
	Message string // one sentence
	Detail  string // what lies beneath; may be empty
}

// LogQuery picks lines of a log.
type LogQuery struct {
	Text  string // stands in the line, in whatever case; empty = any
	Level string // empty = any
}

// Usage is what tries of slices cost, summed up by what they have in common.
type Usage struct {
	Day     Day    // in UTC, on which the tries began; 0 = all
	Stream  string // empty = all
	Table   string // empty = the one with the stream's name; of others only the rows are told
	Account string // empty = all
	Tries   int64
	Failed  int64 // tries
	Rows    int64
	Calls   int64 // as the platform counts them
	Bytes   int64 // that the platform sent, unpacked
	Took    time.Duration
}

// UsageFilter picks tries, and says by what they are summed up.
type UsageFilter struct {
	Source                     string
	Run                        string // empty = all
	Since, Until               time.Time
	ByDay, ByStream, ByAccount bool
}

// TableInfo is what is said of a table that a source may have.
type TableInfo struct {
	Name        string
	Description string
	Key         []string
	Usual       bool // read where no table is named
	Daily       bool
}

// Foreign is an object of a warehouse that we did not make, and that concerns a
// dataset of ours.
type Foreign struct {
	Name  string // with its schema
	Kind  string // table, view, macro
	Reads bool   // it reads what is ours; otherwise it only stands in the same schema
}

// Worker is a program that carries out steps.
type Worker struct {
	ID, Host, Version string
	Started, Seen     time.Time
}

// RunRecord is a run as the database knows it.
type RunRecord struct {
	Run
	Trigger   Trigger
	By        string
	RunScope  RunScope
	Key       string // of its order
	Active    bool
	Cancelled bool // somebody wants it to end
	// Moment is what the platform's clock said when the run began; zero = the platform
	// was not asked yet.
	Moment time.Time
}

// RunFigures are what a run has taken and brought, so far.
type RunFigures struct {
	Rows  int64
	Calls int64  // as the platform counts them
	Code  string // of the worst fault of its steps; empty = none
}

// StepRecord is a step as the database knows it.
type StepRecord struct {
	Step      Step
	State     RunState
	Started   time.Time
	Ended     time.Time // zero while it goes on, or was cut off
	Worker    string    // who holds it; empty = nobody
	NotBefore time.Time
	Tries     int
	Rows      int64
	Gaps      int64 // what the platform did not give
	// Quarantined are values that could not be loaded.
	Quarantined int64
	Slices      int // done
	Left        int // due, and not begun
	Fault       *Fault
}

// Lease is a step that a worker holds for a while.
type Lease struct {
	JobArgs
	Step   Step
	Worker string
	Tries  int
}

// Judge says what the end of a run means for its source, and for people. It may
// be asked again, where the database has to write once more.
type Judge func(r RunRecord, steps []StepRecord, s SourceRecord) (SourceRecord, LogLine)

// Why a worker must stop.
var (
	ErrNotHeld   = errors.New("the step is held by somebody else, or has ended")
	ErrCancelled = errors.New("the run was cancelled")
)
