// Package analytics is the semantic layer: it turns questions about metrics and
// dimensions into SQL over the dataset adtally, and the result into figures.
//
// Models say what a table's rows are, metrics how figures are computed from them; both are
// YAML files (see definitions). A query names metrics, dimensions, days and filters. It is
// compiled to one SELECT in which every fact is aggregated to the query's grain before it
// is joined to another, so that no join can multiply rows. Ratios are computed from sums,
// in Go, exactly.
//
// The package must not know a platform or a warehouse, and it opens no connection. Its one
// rule: a figure is exact, or empty, or refused with the reason; never a guess.
package analytics
