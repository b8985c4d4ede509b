package adtally

import (
	"fmt"
	"time"
)

// Account is an ad account. Rate limits and days are per account.
type Account struct {
	ID       string `json:"id"` // the platform's own, such as act_123
	Name     string `json:"name"`
	Currency string `json:"currency"` // ISO 4217
	Zone     string `json:"zone"`     // IANA name; UTC+05:30 if only the offset is known; empty if unknown
	Status   string `json:"status"`
}

// Location returns the time zone of the account's days.
func (a Account) Location() (*time.Location, error) {
	if at, err := time.Parse(fixedZone, a.Zone); err == nil {
		_, offset := at.Zone()
		return time.FixedZone(a.Zone, offset), nil
	}
	return time.LoadLocation(a.Zone)
}

// fixedZone is the format of a zone with a known offset and no name.
const fixedZone = "UTC-07:00"

// FixedZone returns the name of a zone with a fixed offset from UTC in minutes.
func FixedZone(minutes int) string {
	return time.Time{}.In(time.FixedZone("", minutes*int(time.Minute/time.Second))).Format(fixedZone)
}

// Source is a user's configured connector.
type Source struct {
	ID        string
	Name      string // display name; renaming changes nothing else
	Connector string
	Dataset   string              // the schema of its tables
	Tables    []string            // tables to sync; empty for the defaults and all reports
	Reports   []Report            // tables that the user defined
	Metrics   []Metric            // conversions that the user defined
	Fields    map[string][]string // by table: the fields to read, or changes to the defaults, marked + and -
	Pictures  bool                // also sync the tables that link to pictures
	Since     Day                 // zero: as far back as the platform serves
	Until     Day                 // the last day; zero: today
	Settings  map[string]string   // the connector's own fields; see its Spec

	Credential string        // its token; empty if none yet
	Accounts   []string      // the selected accounts
	All        bool          // all accounts that the credential sees, now and later
	Every      time.Duration // how often it is synced
	LookBack   int           // for how many days a past day is read again; 0: as long as the platform restates it
}

// Destination is a warehouse that the user owns.
type Destination struct {
	Kind     string // "duckdb"
	Location string // a file or an address
}

// Slice is the unit of work: stream × account × window. One slice is one read, one commit
// and one checkpoint.
type Slice struct {
	Stream  string
	Account string
	Window  Window
}

// String identifies the slice: equal slices have equal strings.
func (s Slice) String() string { return s.Stream + "/" + s.Account + "/" + s.Window.String() }

// Checkpoint records that a table's rows for an account and window are in the warehouse,
// as the platform returned them at Asked.
type Checkpoint struct {
	Table   string
	Account string
	Window  Window
	Asked   time.Time
	Load    string // the load that wrote them, see _loads
	// Partial means that the platform did not return everything. What is missing is in _gaps
	// and is requested again.
	Partial bool
	// Definition is the fingerprint of the table's definition when it was loaded, see
	// connector.Stream; empty if unknown.
	Definition string
}

// Cursor stores a connector's progress within a slice. Only the connector reads the note;
// others pass it on. The zero Cursor is the start.
type Cursor struct {
	Asked time.Time // when the platform was asked; zero: not yet
	Note  []byte
}

// Run is one run of a sync.
type Run struct {
	ID      string
	Source  string
	Wanted  string // a description of the request, by which the same command finds its run again
	Started time.Time
	Ended   time.Time // zero while it runs, or if it was cut off
	State   RunState
	Error   string
}

// RunState is the state of a run.
type RunState string

// The states. The same command on the same day continues an interrupted or failed run. A
// finished run is never continued.
const (
	Waiting     RunState = "waiting"
	Running     RunState = "running"
	Finished    RunState = "finished"
	Failed      RunState = "failed"
	Interrupted RunState = "interrupted"
	// Incomplete means that everything available was read, but some values could not be
	// loaded, or the platform returns the rest later.
	Incomplete RunState = "incomplete"
)

// Step is one account's part of a run. Workers claim steps.
type Step struct {
	Run     string
	Account Account
}

// Outcome is how one slice ended.
type Outcome struct {
	Slice Slice
	Rows  int64
	// Tables is the number of rows by table, if the stream fills several; nil if all rows are
	// in the table with the stream's name.
	Tables  map[string]int64
	Started time.Time
	Ended   time.Time
	Gaps    int64 // things that the platform did not return; see _gaps
	// Quarantined is the number of values that could not be loaded; see _quarantine.
	Quarantined int64
	Calls       int64  // as the platform counts them
	Bytes       int64  // uncompressed size of the responses
	Load        string // the load that committed it; empty if nothing was committed
	Fault       *Fault // nil: its rows are in the warehouse
}

// Drift is a day whose figures differ from the platform's own total even after the day was
// read again.
type Drift struct {
	Account string `json:"account"`
	Table   string `json:"table"`
	Day     Day    `json:"day"`
	Metric  string `json:"metric"`
	Ours    string `json:"ours,omitempty"`   // empty: the table has no such figure
	Theirs  string `json:"theirs,omitempty"` // empty: the platform returns no total
	// Difference is ours minus theirs; an absent figure counts as zero.
	Difference string `json:"difference"`
}

// Sentence describes the difference.
func (d Drift) Sentence(platform string) string {
	ours, theirs := "the warehouse has no "+d.Metric, platform+" gives no total"
	if d.Ours != "" {
		ours = "the sum of " + d.Metric + " is " + d.Ours
	}
	if d.Theirs != "" {
		theirs = platform + " says " + d.Theirs
	}
	return fmt.Sprintf("%s on %s: %s, and %s (difference %s)", d.Table, d.Day, ours, theirs, d.Difference)
}

// Done is the result of a step.
type Done struct {
	Outcomes []Outcome
	Drifts   []Drift
	Agreed   []Drift // days that were compared and agree, or still grow
	Left     int     // slices that are due and were not started; another step continues with them
}
