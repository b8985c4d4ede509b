package destination

import (
	"context"
	"iter"

	"adtally/internal/table"
)

// SharedDataset is the name of the dataset that all sources share. No source may have it.
const SharedDataset = "adtally"

// Sharer is a warehouse that can hold a dataset that all sources share. Its tables and views
// are Adtally's own: uploaded rows, and what is computed from the sources' tables.
type Sharer interface {
	// Share makes changes in their order, in one transaction: all or none. The rows of all
	// changes are received before the warehouse is locked, in bounded memory, and their batches
	// are released. If the name of a table or view belongs to somebody else, nothing is changed
	// and the error is a Fault with the code name_taken.
	Share(ctx context.Context, dataset string, changes ...Change) ([]Changed, error)
	// Shared lists the tables and views that Share made, by name.
	Shared(ctx context.Context, dataset string) ([]string, error)
}

// Change is one change of a shared dataset. Exactly one field is set.
type Change struct {
	Rows   *Rows
	View   *SQLView
	Rollup *Rollup
	Drop   string // the table or view to drop; nothing happens if it is missing
}

// Rollup keeps rows of a table equal to a SELECT over a source's dataset. It is computed once
// when it is declared or has changed; from then on, every load writes the rows of its account
// and days again in its own transaction, so that no reader sees one without the other.
type Rollup struct {
	// Table has the text column source and the columns account_id and date.
	Table  *table.Schema
	Source string // the value of the column source: the dataset that is read
	Loads  string // the table of that dataset whose loads change the rows
	Select string // all rows of the source; reads dataset.table. Empty = there are none any more
}

// Rows replaces rows of a table. A missing table or column is created first, with its comment.
type Rows struct {
	// Table needs a name, a description and columns. If it has a Key, a row whose key is there
	// already is left out, and counted in Changed.Twice: the rows that stay win over new rows,
	// and the first new row over later ones.
	Table *table.Schema
	// Column and Value say which rows are replaced: those where the column, a text, has the
	// value. No column means all rows.
	Column, Value string
	// Batches are the new rows. Columns that they lack are NULL.
	Batches iter.Seq2[table.Batch, error]
	// Select is SQL that returns the new rows with the names of the table's columns; columns
	// that it lacks are NULL. It reads dataset.table, and must return each key once and no key
	// of rows that stay. It is used if Batches is nil. If both are absent, the rows are only
	// deleted.
	Select string
	// Parts is another way to compute the rows of a large table. It may be nil.
	Parts *Parts
}

// Parts computes the rows of a large table in parts that each need little memory.
type Parts struct {
	From   string   // the table that is read, without the dataset
	Key    []string // of rows with the same key, only the first counts
	Order  string   // the order of rows with the same key, as after ORDER BY
	Origin string   // a column in which rows with the same key differ
	Column string   // rows that count and have the same value, which is not NULL, are computed together; "" = each by itself
	// Select returns the SELECT of the rows for which a condition on the table k holds: each
	// key is there once.
	Select func(condition string) string
}

// SQLView is a view with its SQL, which reads dataset.table.
type SQLView struct {
	Name        string
	Description string
	SQL         string
	Columns     []table.Column // for comments; columns that the view lacks are an error
}

// Changed is the result of one change.
type Changed struct {
	Rows  int64    // rows that were written
	Twice int64    // rows that were left out because their key was there
	Keys  []string // the first keys of these rows, at most MaxKeys, with their parts separated by slashes
}

// MaxKeys is how many keys Changed lists.
const MaxKeys = 100
