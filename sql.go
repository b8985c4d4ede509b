package adtally

import "time"

// ModelledTable is a table or view of the warehouse that people may read with SQL.
type ModelledTable struct {
	Dataset     string
	Name        string
	View        bool
	Description string
	Columns     []ModelledColumn
}

// ModelledColumn is a column of a ModelledTable.
type ModelledColumn struct {
	Name        string
	Type        string // as the warehouse spells it
	Unit        string // empty if there is none
	Additive    string // over what its values may be summed: sum, over-time or none; empty if unknown
	Description string
}

// SQLQuery is a SELECT statement that a person has written.
type SQLQuery struct {
	SQL    string
	Limits SQLLimits
}

// SQLLimits bound the result of a SQLQuery. A zero limit is the usual one.
type SQLLimits struct {
	Rows  int
	Bytes int64
	Time  time.Duration
}

// SQLBatch is a part of a result. The first one has the columns, and maybe no rows.
type SQLBatch struct {
	Columns []SQLColumn
	Rows    [][]*string // values as text, nil = NULL
}

// SQLColumn is a column of a result.
type SQLColumn struct {
	Name string
	Type string // as the warehouse spells it
}

// SQLLimit names the limit that ended a result before its last row.
type SQLLimit string

// Limits of a result.
const (
	NoSQLLimit SQLLimit = ""
	RowLimit   SQLLimit = "rows"
	ByteLimit  SQLLimit = "bytes"
	TimeLimit  SQLLimit = "time"
)

// SQLResult is the end of a result.
type SQLResult struct {
	Rows      int
	Limit     SQLLimit // the result is partial if it is not NoSQLLimit
	CutValues int      // number of values that were too long and end early
	Took      time.Duration
	// AsOf is when a load last changed the warehouse; zero if unknown.
	AsOf time.Time
}

// SavedSQL is a query that people keep.
type SavedSQL struct {
	ID        string
	Name      string
	SQL       string
	Revision  int64 // counts edits
	Created   time.Time
	CreatedBy string
	Updated   time.Time
	UpdatedBy string
}
