package adtally

// ShownFigures says where a platform's tables have the figures that the platform's own pages
// show, so that a figure that somebody saw there can be compared with ours.
type ShownFigures struct {
	Page     string       // name of the platform's page, for people
	Levels   []ShownLevel // from the whole account down
	Usual    string       // name of the level that Adtally's own figures come from
	Metrics  []ShownMetric
	Windows  []ShownWindow // attribution windows; the first is the one that Adtally uses
	Statuses []ShownStatus
	Columns  ShownColumns
}

// ShownLevel is a level of the platform's objects with its tables. Tables that a source has
// not read are left out.
type ShownLevel struct {
	Name, Title string // for example ad_set and ad sets
	Table       string // a row per day and object
	Actions     string // a row per day, object, action type and attribution window
	Hourly      string // a row per day, hour and object
	Object      string // column with the object; empty for the whole account
	Campaign    string // column with its campaign; empty for the whole account
	// Objects is the table of the objects as they are now; its columns are id, name and
	// status.
	Objects MarketingTable
	// Periods are tables with people reached by object and period.
	Periods []string
}

// ShownMetric is a metric of the platform's pages: a column, or actions of some types.
type ShownMetric struct {
	Name, Title string
	Metric      string   // the metric of Adtally that it belongs to; empty = none
	Column      string   // of the levels' tables and hourly tables
	Types       []string // action types that overlap; Adtally takes the first that a row has
	Money       bool
	Worth       bool // the value of actions, not their number
	People      bool // people, who cannot be added up
}

// ShownWindow is a choice of attribution windows whose actions do not overlap.
type ShownWindow struct {
	Windows []string
	Title   string // for example 7 days after a click
}

// ShownStatus is a choice of objects by their status.
type ShownStatus struct {
	Text      string // with %s for the level's title, for example "without deleted %s"
	In, NotIn []string
}

// ShownColumns are names of columns that all tables have in common.
type ShownColumns struct {
	Date, Through, Account, Currency, Hour, Type, Window, Count, Worth, Asked string
}
