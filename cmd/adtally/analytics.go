package main

import (
	"context"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/store"
)

// answers serves the API's questions about metrics from the warehouse.
type answers struct {
	store     *store.DB
	warehouse *warehouse
}

// notYet refuses a question while there is no engine that answers it.
func notYet() error {
	return &analytics.Refusal{Code: "bad_query", Message: "This version cannot answer questions yet", Hint: "Install a newer version."}
}

// Ask answers a question.
func (a answers) Ask(context.Context, analytics.Query) (*analytics.Answer, error) {
	return nil, notYet()
}

// Metrics returns the metrics that are defined.
func (a answers) Metrics(context.Context) ([]analytics.MetricInfo, error) { return nil, nil }

// Dimensions returns the dimensions of the models.
func (a answers) Dimensions(context.Context) ([]analytics.DimensionInfo, error) { return nil, nil }

// Members returns the members of a dimension whose ID or name contains a text.
func (a answers) Members(context.Context, string, string, int) ([]analytics.Member, error) {
	return nil, notYet()
}

// Settings returns the rules for figures.
func (a answers) Settings(context.Context) (analytics.Settings, error) {
	return analytics.DefaultSettings(), nil
}

// BuiltIn returns the built-in files with definitions.
func (a answers) BuiltIn() map[string]string { return nil }

// CheckDefinition checks a file together with the others.
func (a answers) CheckDefinition(context.Context, string, string) (analytics.CheckedDefinition, error) {
	return analytics.CheckedDefinition{}, notYet()
}

// Export returns one file with all definitions.
func (a answers) Export(context.Context) (string, error) { return "", notYet() }

// NamesInUse returns the names of a level with what they spent.
func (a answers) NamesInUse(context.Context, analytics.NamedLevel, adtally.Window) ([]adtally.NamedSpend, error) {
	return nil, notYet()
}
