package analytics

// CheckedDefinition is the result of checking a file with definitions.
type CheckedDefinition struct {
	Problems []DefinitionProblem // none = the file is valid
	Changes  []MetricChange      // what the file changes, by name
	SQL      bool                // the file contains SQL, which only admins may write
}

// DefinitionProblem is what is wrong at a place of a file.
type DefinitionProblem struct {
	Line    int // from 1; 0 = the file as a whole
	Message string
	Hint    string
}

// MetricChange says what a file does to a metric.
type MetricChange struct {
	Metric string
	Change string // added, changed, removed
}
