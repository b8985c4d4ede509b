package adtally

// Report is a table of figures that a user has defined: whose, cut by what, and
// which. The connector says what of it is allowed before anybody is asked.
type Report struct {
	Name             string   // of the table
	Level            string   // whose figures a row holds, e.g. ad
	Breakdowns       []string // what the rows are cut by
	ActionBreakdowns []string // what their actions are cut by
	Fields           []string // the platform's names; one that we do not know with its type, as in new_metric:decimal
	Windows          []string // attribution windows of the actions; none = the usual ones
	Increment        string   // days that a row counts, or "monthly"; empty = one day
}

// Metric is a conversion that a user has defined: action types that overlap, the
// one to be preferred first. In each row exactly one of them is taken.
type Metric struct {
	Name  string
	Types []string
}
