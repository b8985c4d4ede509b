package adtally

import "time"

// MissingData is a group of missing values with the same reason, see _gaps and _quarantine.
type MissingData struct {
	Quarantined bool // the values did not fit; false: the platform did not return them
	Account     string
	Table       string
	Column      string // empty if whole rows are missing
	Code        string // empty for quarantined values
	Reason      string
	Due         bool   // the next sync requests it again
	Window      Window // from the first to the last day; zero for objects without a day
	Days        int
	Count       int64
	Asked       time.Time // when the platform was last asked
}

// Comparison is a figure of an account and day, compared with the platform's total, see
// _reconciliation.
type Comparison struct {
	Account string
	Day     Day
	Metric  string
	Ours    string // a decimal number; empty if the table has no such figure
	Theirs  string // a decimal number; empty if the platform returned no total
	Differs bool   // by more than the tolerance
	Checked time.Time
}

// DataState is what is missing in a dataset, and how it compares with the platform's totals.
type DataState struct {
	Missing  []MissingData
	Compared []Comparison
}

// ComparisonFilter selects comparisons.
type ComparisonFilter struct {
	Table   string
	Account string // empty for all
	Window  Window
}
