package analytics

// Definitions are the models and metrics that are in force.
type Definitions struct {
	Models  map[string]*Model
	Metrics map[string]*Metric
	order   []string // names of the metrics, in the order of the files
}

// Model says what the rows of a table are.
type Model struct {
	Name, Title, Description string
	Table                    string // schema.table; empty if SQL is set
	SQL                      string // a SELECT, written by an admin
	Key                      []string
	Coverage                 string // data set in the table coverage; empty = unknown
	CoverageByAccount        bool   // the data set is covered account by account
	Where                    []Condition
	Requires                 []string // entities without which a row does not count
	Time                     string   // column of the usual day
	Primary                  string   // name of the entity whose key this is
	PrimaryColumn            string
	Absent                   string // what a dimension of this model shows if there is no row
	Names                    string // column with the names of the primary entity
	Finer                    string // model that has more dimensions of the same rows
	Own                      bool
	file                     string
	Columns                  []ModelColumn
}

// ModelColumn is a column that metrics, filters or relationships use.
type ModelColumn struct {
	Name      string
	Title     string
	Expr      string // the table's column if it is named otherwise
	Entity    string // refers to the model with this primary entity
	Dimension bool   // can be grouped and filtered by
	Time      bool
	Month     bool   // a time that is a calendar month, YYYY-MM
	Zone      string // of a time: account = it is a day already; reporting = an instant
	Currency  bool   // has the currency of the row's money
	Rule      string // naming rule that makes it from a name
}

// Condition restricts the rows of a model. Values come from the definition or from a setting.
type Condition struct {
	Column string
	In     []string
	NotIn  []string // absent values stay
	IsTrue bool
	Set    string // cancelled_statuses: the values are those of the setting
	Not    bool
}

// Metric is a definition of a figure.
type Metric struct {
	Name, Title, Description, Caveat string
	Unit                             string // money, count, ratio, percent, text
	Decimals                         int
	Better                           string // up, down; empty = neither
	Own                              bool
	Claimed                          bool // by ad platforms, so that claims overlap
	Hidden                           bool // a part of other metrics, not offered to people
	Native                           bool // never converted to another currency

	// Of a simple metric.
	Model string
	Agg   string // sum, count, count_distinct, average, min, max
	Expr  string
	Time  string // column of the day, or entity__column; empty = the model's
	Where []Condition
	Only  []Filter // restricts the metric itself by dimensions
	None  bool     // additivity none: only at the held grains
	Held  []Held

	// Of a calculated metric.
	Formula string

	Scope     Scope
	With      string   // campaigns_with: counts only campaigns that have a row of this model
	ZeroOf    string   // campaigns_without: counts only campaigns whose metric is 0
	Unparsed  string   // counts only rows whose name in this model no naming rule splits
	OnlyWhole []string // dimensions by which the metric says nothing
	Special   string   // computed by its own code: payback, zones, days_passed, days_of_month

	Uses []string // metrics that a special metric is computed from

	file string
	line int
	row  *expr // of Expr
	calc *expr // of Formula
}

// Held is a grain at which a metric that cannot be summed is in the warehouse.
type Held struct {
	By    []string
	Grain Grain
	Model string // whose rows have it; empty = the metric's own
}

// Scope says which rows a simple metric takes.
type Scope string

// The scopes.
const (
	OfCell      Scope = ""              // of the bucket and members
	OfQuestion  Scope = "question"      // of the whole question, for shares
	MonthToDate Scope = "month_to_date" // from the first of the month of AsOf to AsOf
	OfMonth     Scope = "month"         // of the calendar month of AsOf
)
