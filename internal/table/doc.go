// Package table is for rows: types, declared columns, schemas, and batches of
// typed values. It is the only place where a value is checked against a type.
//
// It may not know where rows come from or go to. The one rule it keeps: a value
// is stored exactly or not at all; absent is null, never zero, and nothing is
// rounded to make it fit.
package table
