package table

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Type is what a column's values are.
type Type struct {
	Kind             Kind
	Precision, Scale int32 // Decimal only
}

// Kind is the sort of a Type.
type Kind uint8

// The kinds of value.
const (
	KindText    Kind = iota + 1
	KindInt          // 64 bit
	KindDecimal      // exact, Precision digits of which Scale after the point
	KindBool
	KindDate // a day of the account
	KindTime // an instant
	KindJSON // a document as it came
)

// The types that columns use.
var (
	Text = Type{Kind: KindText}
	Int  = Type{Kind: KindInt}
	Bool = Type{Kind: KindBool}
	Date = Type{Kind: KindDate}
	Time = Type{Kind: KindTime}
	JSON = Type{Kind: KindJSON}
)

// Decimal is an exact number of precision digits, scale of them after the point.
func Decimal(precision, scale int32) Type {
	return Type{Kind: KindDecimal, Precision: precision, Scale: scale}
}

// String names the type as SQL would.
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

// Unit says what a column's values count.
type Unit string

// The units.
const (
	Count   Unit = "count"
	Money   Unit = "money" // in the currency that the row's currency column names
	Ratio   Unit = "ratio"
	Seconds Unit = "seconds"
	Words   Unit = "text"
	ID      Unit = "id"
	Days    Unit = "day"
	Instant Unit = "time"
	Flag    Unit = "flag"
)

// Additivity says over what a column may be summed.
type Additivity string

// The additivities.
const (
	Sum      Additivity = "sum"       // over everything
	OverTime Additivity = "over-time" // over days, not over objects
	None     Additivity = "none"      // never
)

// Column is one declared column.
type Column struct {
	Name        string
	Type        Type
	Unit        Unit
	Additivity  Additivity
	Description string
}

// Mode says how a load brings rows in.
type Mode uint8

// The modes.
const (
	// Replace: the rows of (account_id, date in the window) are exchanged for
	// those of the load; rows that the platform took away vanish.
	Replace Mode = iota + 1
	// Upsert: rows are exchanged by key; others stay. A row never vanishes.
	Upsert
)

// Columns that the modes act on.
const (
	AccountColumn = "account_id"
	DayColumn     = "date"
)

// Schema is one table: what a stream promises and a destination prepares.
type Schema struct {
	Name        string
	Description string
	Mode        Mode
	Key         []string // no part of it may be null, no two rows share it
	Columns     []Column
	// History says that the rows are objects: every state that one was ever seen
	// in is kept, see HistoryTable, and one that is only referred to is a stub.
	History bool
	// Volatile are columns that change by themselves, such as signed links: a
	// change of them alone is stored and makes no history.
	Volatile []string
	// Restated are the columns of a table of facts whose sums by day go to the
	// Restatement database.
	Restated []string
	// References are the columns that name rows of other tables.
	References []Reference
}

// Index is the position of a column, or -1.
func (s *Schema) Index(name string) int {
	return slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
}

// Check says what a schema fails to declare, all of it at once.
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
			bad("column %s stands twice", c.Name)
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
		bad("is replaced by days and can have no history")
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
