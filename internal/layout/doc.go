// Package layout tests the structure of the project: which package may import which, and
// what every file must have.
//
// It imports none of our packages. It reads the files as text, so that neither build tags
// nor the build cache hide anything. A folder without a row in the import table fails the
// test, so that no package is added without a decision.
package layout
