package adtally

// ReportOptions are the parts from which a report can be built, given what is picked
// already.
type ReportOptions struct {
	Levels           []ReportOption
	Breakdowns       []ReportOption
	ActionBreakdowns []ReportOption
	Fields           []ReportOption
	Windows          []ReportOption
	Increments       []ReportOption
	// Problems say why the report as it is picked cannot be read.
	Problems []ReportProblem
}

// ReportOption is a part of a report that can be picked.
type ReportOption struct {
	Name        string // the platform's name
	Title       string
	Description string // empty if there is none
	Type        string // the type of a field in the warehouse; empty for other parts
	Unit        string // the unit of a field; empty for other parts
	Group       string // the group in which to show a field; empty for other parts
	Picked      bool
	Allowed     bool   // it is picked, or can be picked together with what is picked
	Why         string // why it is not allowed, in one sentence; empty if it is allowed
}

// ReportProblem is something that is wrong with a report.
type ReportProblem struct {
	Field   string // the field of Report, by its JSON name
	Message string // one sentence
}
