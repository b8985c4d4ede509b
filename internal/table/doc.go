// Package table defines tables and rows: types, columns, schemas, views and batches of
// typed values. Values are checked against their types only here.
//
// The package does not know where rows come from or where they go. A value is stored
// exactly, rounded with a *Rounded, or not at all. An absent value is NULL, never zero.
package table
