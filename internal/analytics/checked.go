package analytics

import (
	"errors"
	"reflect"
	"slices"
)

// CheckedDefinition is the result of checking a file with definitions.
type CheckedDefinition struct {
	Problems []DefinitionProblem // none = the file is valid
	Changes  []MetricChange      // what the file changes
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

// Check checks a file together with the files that are in force. It replaces the
// one with its name. An empty text stands for the deletion of the file.
func Check(inForce []File, f File) CheckedDefinition {
	after := slices.DeleteFunc(slices.Clone(inForce), func(o File) bool { return o.Name == f.Name })
	if len(f.Text) > 0 {
		after = append(after, f)
	}
	d, err := Load(after...)
	out := CheckedDefinition{Problems: problemsOf(err, f.Name)}
	for _, m := range d.Models {
		out.SQL = out.SQL || m.file == f.Name && m.SQL != ""
	}
	if doc, err := decode(f); err == nil && !doc.Dashboards.IsZero() {
		out.Problems = append(out.Problems, DefinitionProblem{doc.Dashboards.Line, "Dashboards are not read from this file", "Create them in the UI or with create-dashboard."})
	}
	before, err := Load(inForce...)
	if err == nil && len(out.Problems) == 0 {
		out.Changes = changesOf(before, d)
	}
	return out
}

// problemsOf returns the mistakes that Load found. Those of other files have no line here.
func problemsOf(err error, file string) (all []DefinitionProblem) {
	parts := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		parts = joined.Unwrap()
	}
	for _, part := range parts {
		p, ok := errors.AsType[Problem](part)
		switch {
		case part == nil:
		case ok && p.File == file:
			all = append(all, DefinitionProblem{Line: p.Line, Message: p.Message})
		default:
			all = append(all, DefinitionProblem{Message: part.Error()})
		}
	}
	return all
}

// changesOf compares the metrics that people can ask for. A metric also changes if one that
// it is computed from does.
func changesOf(before, after *Definitions) (all []MetricChange) {
	for _, name := range after.order {
		switch old := before.Metrics[name]; {
		case after.Metrics[name].Hidden:
		case old == nil:
			all = append(all, MetricChange{name, "added"})
		case !sameMetric(before, after, name):
			all = append(all, MetricChange{name, "changed"})
		}
	}
	for _, name := range before.order {
		if after.Metrics[name] == nil && !before.Metrics[name].Hidden {
			all = append(all, MetricChange{name, "removed"})
		}
	}
	return all
}

// sameMetric reports whether a metric means the same in both definitions. It is in both.
func sameMetric(before, after *Definitions, name string) bool {
	a, b := before.Metrics[name], after.Metrics[name]
	if a == nil || b == nil || !reflect.DeepEqual(a.meaning(), b.meaning()) {
		return false
	}
	if a.Model != "" && !reflect.DeepEqual(before.Models[a.Model].meaning(), after.Models[a.Model].meaning()) {
		return false
	}
	same := true
	if b.calc != nil {
		b.calc.names(func(part string) { same = same && sameMetric(before, after, part) })
	}
	for _, part := range b.Uses {
		same = same && sameMetric(before, after, part)
	}
	return same
}

// meaning is the metric without the place where it is defined.
func (m *Metric) meaning() Metric {
	out := *m
	out.file, out.line, out.row, out.calc, out.Own = "", 0, nil, nil, false
	return out
}

// meaning is the model without the place where it is defined.
func (m *Model) meaning() Model {
	out := *m
	out.file, out.Own = "", false
	return out
}
