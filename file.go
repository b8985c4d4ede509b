package adtally

import "time"

// FileKind says what the rows of a file or mapped table are.
type FileKind string

// The kinds of files.
const (
	CustomersFile FileKind = "customers"
	OrdersFile    FileKind = "orders"
	RefundsFile   FileKind = "refunds"
	SpendFile     FileKind = "spend" // offline, or another platform's export
	BudgetsFile   FileKind = "budgets"
	RatesFile     FileKind = "rates" // exchange rates
)

// FileKinds are all kinds.
var FileKinds = []FileKind{CustomersFile, OrdersFile, RefundsFile, SpendFile, BudgetsFile, RatesFile}

// FileField is something that a file of a kind can say.
type FileField struct {
	Name     string
	Title    string
	Help     string
	Required bool
	Type     string // text, number, money, day, instant, month or flag
}

// FileFormat says how a CSV file is written.
type FileFormat struct {
	Encoding  string            `json:"encoding"`  // utf-8, utf-16le, utf-16be or windows-1252
	Delimiter string            `json:"delimiter"` // one character
	Header    int64             `json:"header"`    // line of the header; -1 = none
	Decimal   string            `json:"decimal"`   // . or ,
	Dates     map[string]string `json:"dates"`     // format by column, for example DD.MM.YYYY
}

// FileGuess is what a file looks like.
type FileGuess struct {
	Format   FileFormat    `json:"format"`
	Columns  []string      `json:"columns"`
	Reasons  []string      `json:"reasons"`
	Problems []FileProblem `json:"problems"` // what only a person can decide
	Preview  []FileRow     `json:"preview"`  // the first rows
	Rows     int64         `json:"rows"`     // without the header
}

// FileRow is a row of a file.
type FileRow struct {
	Line  int64    `json:"line"`
	Cells []string `json:"cells"`
}

// FileReading is a row of a file as its mapping reads it.
type FileReading struct {
	Line     int64
	Values   map[string]string // by field; absent values are not in it
	Skipped  bool              // it is a total, or continues the line before
	Problems []LineError       // why the line would be refused
}

// FileProblem is something in a file that only a person can decide or fix.
type FileProblem struct {
	Column  string `json:"column,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// FileMapping says which column or constant is which field.
type FileMapping struct {
	Format    FileFormat        `json:"format"`    // of files
	Columns   map[string]string `json:"columns"`   // by field
	Constants map[string]string `json:"constants"` // by field, for fields without a column
	Zone      string            `json:"zone"`      // IANA zone of times without one; empty = UTC
	// NegativeRefunds says that rows of orders with a negative amount are refunds.
	NegativeRefunds bool `json:"negative_refunds"`
	// Through is the last day for which the file is complete; nil = the last day in it.
	Through *Day `json:"through,omitempty"`
}

// LineError is a line that was refused.
type LineError struct {
	Line   int64  `json:"line"`
	Column string `json:"column"`
	Value  string `json:"value"`
	Reason string `json:"reason"`
}

// MaxLineErrors is how many refused lines are kept. All are counted.
const MaxLineErrors = 100

// FileResult is the result of loading a file or mapped table.
type FileResult struct {
	At      time.Time   `json:"at"`      // zero = not loaded
	Rows    int64       `json:"rows"`    // rows in the warehouse
	Refused int64       `json:"refused"` // lines that were refused
	Summary int64       `json:"summary"` // lines that are totals, or continue another line
	Twice   int64       `json:"twice"`   // rows whose key was there
	Keys    []string    `json:"keys"`    // the first of these keys
	Errors  []LineError `json:"errors"`  // the first refused lines
	From    *Day        `json:"from,omitempty"`
	Through *Day        `json:"through,omitempty"` // last day of the data
	Problem string      `json:"problem,omitempty"` // why the last refresh of a mapped table failed
}

// DataFile is an uploaded file or a mapped table of the warehouse.
type DataFile struct {
	ID       string
	Name     string // unique
	Kind     FileKind
	Relation string // the mapped table or view, dataset.name; empty for a file
	Size     int64  // bytes
	Uploaded time.Time
	By       string
	Guess    FileGuess
	Mapping  FileMapping
	Result   FileResult
	Revision int64
}

// WarehouseTable is a table or view that can be mapped.
type WarehouseTable struct {
	Name    string // dataset.name
	View    bool
	Columns []WarehouseColumn
}

// WarehouseColumn is one of its columns.
type WarehouseColumn struct{ Name, Type string }
