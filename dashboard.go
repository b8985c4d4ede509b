package adtally

import "time"

// StoredDashboard is a dashboard as it is kept. Its content is JSON, see
// analytics.DashboardSpec.
type StoredDashboard struct {
	ID        string
	Title     string
	Content   []byte
	Revision  int64 // counts edits
	Created   time.Time
	CreatedBy string
	Updated   time.Time
	UpdatedBy string
}

// StoredDefinition is one version of a file with definitions of metrics. Every version is
// kept.
type StoredDefinition struct {
	Name    string
	Version int64
	YAML    string
	Deleted bool // the version says that the file was deleted
	At      time.Time
	By      string
}

// StoredNamingRule is one version of a naming rule. Its content is JSON, see
// analytics.NamingRule. Every version is kept.
type StoredNamingRule struct {
	ID      string
	Version int64
	Content []byte
	Deleted bool // the version says that the rule was deleted
	At      time.Time
	By      string
}

// RestatementFilter selects totals of a dataset as they were read at certain ages.
type RestatementFilter struct {
	Table   string // empty for all
	Metric  string // empty for all
	Account string // empty for all
	Window  Window
}

// Restated is the total of an account's days that have a reading at an age and at the
// oldest age.
type Restated struct {
	Account string
	Table   string
	Metric  string
	Age     int    // days
	Days    int    // number of account-days
	Value   string // their total as read at the age; a decimal number
	Final   string // their total as read at the oldest age
}

// NamedSpend is a name of a campaign, ad set or ad with what it spent.
type NamedSpend struct {
	Name  string
	Spend string // a decimal number, in Currency
	// Currency is that of the account; a name that is used in several has one item for each.
	Currency string
}
