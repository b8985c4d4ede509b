package table

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Type is the type of a column's values.
type Type struct {
	Kind             Kind
	Precision, Scale int32 // Decimal only
}

// Kind is the kind of a Type.
type Kind uint8

// The kinds.
const (
	KindText    Kind = iota + 1
	KindInt          // 64-bit
	KindDecimal      // exact, with Precision digits, Scale of them after the point
	KindBool
	KindDate // a day in the account's zone
	KindTime // an instant
	KindJSON // a document as it was received
)

// The types of columns.
var (
	Text = Type{Kind: KindText}
	Int  = Type{Kind: KindInt}
	Bool = Type{Kind: KindBool}
	Date = Type{Kind: KindDate}
	Time = Type{Kind: KindTime}
	JSON = Type{Kind: KindJSON}
)

// Decimal returns the type of exact numbers with so many digits, scale of them after the point.
func Decimal(precision, scale int32) Type {
	return Type{Kind: KindDecimal, Precision: precision, Scale: scale}
}

// String returns the type's SQL name.
func (t Type) String() string {
	switch t.Kind {
	case KindText:
		return "VARCHAR"
	case KindInt:
		return "BIGINT"
	case KindDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale)
	case KindBool:
		return "BOOLEAN"
	case KindDate:
		return "DATE"
	case KindTime:
		return "TIMESTAMPTZ"
	case KindJSON:
		return "JSON"
	}
	return "?"
}

// Unit is the unit of a column's values.
type Unit string

// The units.
const (
	Count   Unit = "count"
	Money   Unit = "money" // in the currency of the row's currency column
	Ratio   Unit = "ratio"
	Seconds Unit = "seconds"
	Words   Unit = "text"
	ID      Unit = "id"
	Days    Unit = "day"
	Instant Unit = "time"
	Flag    Unit = "flag"
)

// Additivity says over which dimensions a column may be summed.
type Additivity string

// The additivities.
const (
	Sum      Additivity = "sum"       // over everything
	OverTime Additivity = "over-time" // over days, not over objects
	None     Additivity = "none"      // never
)

// Column declares a column.
type Column struct {
	Name        string
	Type        Type
	Unit        Unit
	Additivity  Additivity
	Description string
}

// Mode says how a load writes its rows.
type Mode uint8

// The modes.
const (
	// Replace replaces all rows of the account within the window. Rows that the platform no
	// longer returns are deleted.
	Replace Mode = iota + 1
	// Upsert replaces rows with the same key. Other rows stay; no row is ever deleted.
	Upsert
)

// Columns with a meaning for the modes.
const (
	AccountColumn = "account_id"
	DayColumn     = "date"
)

// Schema declares a table: connectors produce its rows, and destinations create it.
type Schema struct {
	Name        string
	Description string
	Mode        Mode
	Key         []string // unique; no part may be NULL
	Columns     []Column
	// History means that the rows are objects whose past states are kept, see HistoryTable. An
	// object that is referred to and was never loaded gets a stub, see Reference.
	History bool
	// Volatile columns change by themselves, such as signed links. If nothing else changes,
	// the new values are stored without a new state in the history.
	Volatile []string
	// Restated lists the columns whose sums by day are recorded in Restatement.
	Restated []string
	// References lists the columns that refer to rows of other tables.
	References []Reference
}

// Index returns the position of a column, or -1.
func (s *Schema) Index(name string) int {
	return slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
}

// Check returns everything that is wrong with the declaration, as one error.
func (s *Schema) Check() error {
	var errs []error
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("table %s: "+format, append([]any{s.Name}, a...)...))
	}
	if s.Description == "" || s.Mode == 0 || len(s.Key) == 0 {
		bad("needs a description, a mode and a key")
	}
	seen := map[string]bool{}
	for _, c := range s.Columns {
		if c.Description == "" || c.Unit == "" || c.Additivity == "" || c.Type.Kind == 0 {
			bad("column %s needs a type, unit, additivity and description", c.Name)
		}
		if seen[c.Name] {
			bad("column %s is declared twice", c.Name)
		}
		seen[c.Name] = true
	}
	for _, k := range append(slices.Clone(s.Key), s.needed()...) {
		if !seen[k] {
			bad("key column %s is not declared", k)
		}
	}
	for _, v := range s.Volatile {
		if !seen[v] || slices.Contains(s.Key, v) {
			bad("volatile column %s is not declared, or is a part of the key", v)
		}
	}
	for _, r := range s.References {
		for _, c := range append(slices.Collect(maps.Values(r.Fill)), r.Column) {
			if !seen[c] {
				bad("the reference to %s needs column %s, which is not declared", r.Table, c)
			}
		}
	}
	for _, name := range s.Restated {
		i := s.Index(name)
		if s.Mode != Replace || i < 0 || s.Columns[i].Additivity != Sum || s.Columns[i].Type.Kind != KindInt && s.Columns[i].Type.Kind != KindDecimal {
			bad("column %s cannot be summed by day", name)
		}
	}
	if s.History && s.Mode != Upsert {
		bad("is replaced by days and so can have no history")
	}
	if s.hasMoney() && !seen["currency"] {
		bad("has money but no currency column")
	}
	return errors.Join(errs...)
}

func (s *Schema) needed() []string {
	if s.Mode == Replace {
		return []string{AccountColumn, DayColumn}
	}
	return []string{AccountColumn}
}

func (s *Schema) hasMoney() bool {
	return slices.ContainsFunc(s.Columns, func(c Column) bool { return c.Unit == Money })
}
