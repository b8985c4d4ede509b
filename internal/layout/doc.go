// Package layout tests the structure of the project: which package may import
// which, and what every file must have.
//
// It may import nothing of ours. It reads the files as text, so that neither the
// build nor its cache can hide anything. The one rule it keeps: a folder without a
// row in the import table fails, so that no package appears without a decision.
package layout
