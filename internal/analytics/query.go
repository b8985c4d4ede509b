package analytics

import (
	"time"

	"adtally"
)

// Query is a question. It is answered for the days From to To, both included.
type Query struct {
	Metrics  []string    `json:"metrics"`            // names of metrics
	From     adtally.Day `json:"from"`               // first day
	To       adtally.Day `json:"to"`                 // last day
	Grain    Grain       `json:"grain,omitempty"`    // empty = the whole range is one bucket
	By       []string    `json:"by,omitempty"`       // names of dimensions to group by
	Filters  []Filter    `json:"filters,omitempty"`  // all of them must hold
	Lock     []Filter    `json:"-"`                  // filters of a share link; the caller of the API cannot set them
	Shared   bool        `json:"-"`                  // asked by the holder of a share link: also later orders of customers must be within the lock
	LockFrom adtally.Day `json:"-"`                  // of a share link: no row of an earlier day counts
	LockTo   adtally.Day `json:"-"`                  // of a share link: no row of a later day counts; zero = all days
	Fee      string      `json:"-"`                  // of a share link: share that is added to spend, such as 0.15; empty = none
	Currency string      `json:"currency,omitempty"` // target currency (ISO 4217); empty = as it is
	Zone     string      `json:"zone,omitempty"`     // IANA zone in which instants become days; empty = the reporting zone
	Compare  Compare     `json:"compare,omitempty"`  // compared period; empty = none
	Totals   bool        `json:"totals,omitempty"`   // also compute the total, by a query of its own
	Top      *Top        `json:"top,omitempty"`      // rank by a metric; the rest becomes "(others)"
	AsOf     adtally.Day `json:"as_of,omitempty"`    // day on which budgets are judged; zero = To
}

// Grain is the length of a bucket of time.
type Grain string

// The grains. Weeks are ISO weeks; fiscal months and quarters are those of Settings.
const (
	Whole         Grain = ""
	ByDay         Grain = "day"
	ByISOWeek     Grain = "iso_week"
	ByMonth       Grain = "month"
	ByQuarter     Grain = "quarter"
	ByFiscalMonth Grain = "fiscal_month"
	ByFiscalQtr   Grain = "fiscal_quarter"
)

// Compare names a compared period.
type Compare string

// The compared periods.
const (
	NoCompare      Compare = ""
	PreviousPeriod Compare = "previous_period" // as many days, just before
	PreviousMonth  Compare = "previous_month"  // the calendar month before From
	PreviousYear   Compare = "previous_year"   // both dates a year back
)

// Filter keeps the rows whose dimension has one of some values. An empty In matches nothing.
type Filter struct {
	Dimension string   `json:"dimension"`
	In        []string `json:"in,omitempty"`
	NotIn     []string `json:"not_in,omitempty"` // excludes these values; absent values stay
}

// Top ranks the members of the first dimension.
type Top struct {
	N  int    `json:"n"`
	By string `json:"by"` // name of a metric; it need not be among the query's metrics
}

// Unmatched is the member of customers and orders whose campaign is not known.
const Unmatched = unmatched

// Answer is the result of a query.
type Answer struct {
	Columns  []Column      // one per metric of the query
	Rows     []Row         // buckets in time; members by ID, then "(others)", "(not in ads)", "(unmatched)"
	Total    []Figure      // nil if not asked for; a part may be refused by itself
	Compared *Compared     // nil if not asked for
	SQL      []Statement   // the statements that were executed
	Notes    []Note        // what a reader of the figures must know
	AsOf     time.Time     // when the oldest data below the figures was requested; zero = unknown
	Took     time.Duration // time in the warehouse
}

// Column describes a metric of the answer.
type Column struct {
	Metric   string
	Title    string
	Unit     string // money, count, ratio, percent, text
	Decimals int
	Better   string // up, down; empty = neither
}

// Row is one bucket and member.
type Row struct {
	Bucket   string   // for example 2026-W01; empty without a grain
	Members  []string // one ID per dimension
	Names    []string // for people; the ID where there is no name
	Figures  []Figure // one per column
	Previous []Figure // of the compared period; nil if not asked for
	Change   []Figure // (current - previous) / |previous|
}

// Figure is one value.
type Figure struct {
	Value    string // decimal text, rounded; empty if there is none
	Currency string // of money
	Refused  *Refusal
}

// Compared is the compared period.
type Compared struct {
	From, To adtally.Day
	Total    []Figure
	Change   []Figure // of the total
	Rows     []Row    // buckets of the compared period, in order, if the query has a grain
}

// Statement is SQL as it was executed, with its values.
type Statement struct {
	SQL    string
	Values []any
}

// Note is a remark on the answer.
type Note struct {
	Code    string // for example zones_differ, still_counting, regime, provisional_rate, claimed_overlap
	Message string
	Days    []adtally.Day // concerned days, if any
	Missing []UnreadDays  // of partly_read: what was not read, of all accounts
}

// UnreadDays are days of a question that were not read of an account.
type UnreadDays struct {
	Account  string
	From, To adtally.Day
}

// Refusal says why there is no figure, and what to do. Codes: mixed_currency, fx_missing,
// grain_not_held, dimension_missing, lock_unsupported, fee_unsupported, stale, unknown_metric,
// unknown_dimension, bad_query.
type Refusal struct {
	Code    string
	Message string
	Hint    string
}

func (r *Refusal) Error() string { return r.Message + ". " + r.Hint }

// MetricInfo describes a metric to people.
type MetricInfo struct {
	Name        string
	Title       string
	Description string // one or two sentences: what is counted and what is not
	Formula     string // in words of other metrics or columns, for example spend / new_customers
	Caveat      string // what is easily misread; empty = nothing
	Unit        string // as in Column
	Decimals    int
	Better      string
	Dimensions  []string // it can be grouped and filtered by these
	Models      []string // whose rows it is computed from
	Own         bool     // defined by this installation, not built in
	Spend       bool     // is an amount of spend, to which a link can add a fee
	Claimed     bool     // uses what ad platforms claim, which overlaps between channels
}

// DimensionInfo describes a dimension to people.
type DimensionInfo struct {
	Name   string
	Title  string
	Models []string // that have it
}

// Member is a value of a dimension.
type Member struct {
	ID   string
	Name string // for people; the ID where there is no name
}
