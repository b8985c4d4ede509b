package adtally

import (
	"fmt"
	"time"
)

// Account is one ad account: the unit of pacing, and of days.
type Account struct {
	ID       string `json:"id"` // the platform's own, e.g. act_123
	Name     string `json:"name"`
	Currency string `json:"currency"` // ISO 4217
	Zone     string `json:"zone"`     // IANA name; UTC+05:30 where only the offset is known, "" = nothing is
	Status   string `json:"status"`
}

// Location is the zone in which the account counts its days.
func (a Account) Location() (*time.Location, error) {
	if at, err := time.Parse(fixedZone, a.Zone); err == nil {
		_, offset := at.Zone()
		return time.FixedZone(a.Zone, offset), nil
	}
	return time.LoadLocation(a.Zone)
}

// fixedZone is how a zone is written of which only the offset is known.
const fixedZone = "UTC-07:00"

// FixedZone names a zone by its offset from UTC in minutes.
func FixedZone(minutes int) string {
	return time.Time{}.In(time.FixedZone("", minutes*int(time.Minute/time.Second))).Format(fixedZone)
}

// Source is a user's configured connector.
type Source struct {
	ID        string
	Name      string // as people call it; a rename changes nothing else
	Connector string
	Dataset   string              // the schema its tables stand in
	Tables    []string            // which to sync; none named = the usual ones, and all reports
	Reports   []Report            // tables of the user's own
	Metrics   []Metric            // conversions of the user's own
	Fields    map[string][]string // by table: those to read, or with + and - those more and fewer than the usual ones
	Pictures  bool                // the tables that lead to pictures are wanted too
	Since     Day                 // zero = as far back as the platform serves
	Until     Day                 // the last day wanted; zero = today
	Settings  map[string]string   // the connector's own fields, see its Spec

	Credential string        // whose token it reads with; empty = none yet
	Accounts   []string      // those that were picked
	All        bool          // all that the credential sees instead, and those to come
	Every      time.Duration // how often it is synced
	LookBack   int           // for how many days after a day it is read again; 0 = as long as the platform restates it
}

// Destination is a warehouse that the user owns.
type Destination struct {
	Kind     string // "duckdb"
	Location string // a file or an address
}

// Slice is the unit of work: stream × account × window. One slice is one read,
// one commit and one checkpoint.
type Slice struct {
	Stream  string
	Account string
	Window  Window
}

// String names the slice; it is the same for the same work.
func (s Slice) String() string { return s.Stream + "/" + s.Account + "/" + s.Window.String() }

// Checkpoint is the fact that a table's rows for an account and a window are in
// the warehouse, as of the moment when the platform was asked.
type Checkpoint struct {
	Table   string
	Account string
	Window  Window
	Asked   time.Time
	Load    string // the load that brought them, as _loads names it
	// Partial: the platform did not give all of it; what is missing stands in
	// _gaps and is to be asked for again.
	Partial bool
	// Definition is the fingerprint of what the table held when it was loaded, see
	// connector.Stream; empty = it was not written down.
	Definition string
}

// Cursor is a connector's note to its future self inside a slice. Others carry
// it; only the connector reads the note. The zero Cursor says: nothing yet.
type Cursor struct {
	Asked time.Time // when the platform was asked; zero = not yet
	Note  []byte
}

// Run is one carrying-out of a sync.
type Run struct {
	ID      string
	Source  string
	Wanted  string // what was asked for, so that the same command finds its run again
	Started time.Time
	Ended   time.Time // zero while it goes on, or was cut off
	State   RunState
	Error   string
}

// RunState says how a run stands.
type RunState string

// The states. An interrupted or failed run may be taken up again by the same
// command on the same day; a finished one is done.
const (
	Waiting     RunState = "waiting"
	Running     RunState = "running"
	Finished    RunState = "finished"
	Failed      RunState = "failed"
	Interrupted RunState = "interrupted"
	// Incomplete: all that could be had was read. Some values could not be loaded, or
	// the platform gives the rest on a later day.
	Incomplete RunState = "incomplete"
)

// Step is one account's part of a run: what a worker claims.
type Step struct {
	Run     string
	Account Account
}

// Outcome is how one slice ended.
type Outcome struct {
	Slice Slice
	Rows  int64
	// Tables are the rows by table, where the stream fills several; nil = all of them
	// are of the table that has the stream's name.
	Tables  map[string]int64
	Started time.Time
	Ended   time.Time
	Gaps    int64 // things that the platform did not give; they stand in _gaps
	// Quarantined are values of which nothing was loaded; they stand in _quarantine.
	Quarantined int64
	Calls       int64  // to the platform, as it counts them
	Bytes       int64  // that it sent, unpacked
	Load        string // the load that committed it; empty = nothing was committed
	Fault       *Fault // nil = its rows are in the warehouse
}

// Drift is a day whose figures do not add up to the platform's own total,
// although it was read again.
type Drift struct {
	Account string `json:"account"`
	Table   string `json:"table"`
	Day     Day    `json:"day"`
	Metric  string `json:"metric"`
	Ours    string `json:"ours,omitempty"`   // empty = the table has no such figure
	Theirs  string `json:"theirs,omitempty"` // empty = the platform gives no total
	// Difference is ours less theirs, where what is absent counts as nothing.
	Difference string `json:"difference"`
}

// Sentence says how the two differ.
func (d Drift) Sentence(platform string) string {
	ours, theirs := "there is no sum of "+d.Metric, platform+" gives no total"
	if d.Ours != "" {
		ours = "the sum of " + d.Metric + " is " + d.Ours
	}
	if d.Theirs != "" {
		theirs = platform + " says " + d.Theirs
	}
	return fmt.Sprintf("%s on %s: %s, and %s (difference %s)", d.Table, d.Day, ours, theirs, d.Difference)
}

// Done is how a step ended.
type Done struct {
	Outcomes []Outcome
	Drifts   []Drift
	Agreed   []Drift // days that were compared and add up, or still grow
	Left     int     // slices that were due and not begun: another step goes on with them
}
