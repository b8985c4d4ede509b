package table

import (
	"errors"
	"fmt"
	"slices"
)

// View is a table that is made of others whenever it is read. It says what is
// wanted; a destination knows how to say it in its SQL. It is of one kind: Union,
// Wide or Joined.
type View struct {
	Name        string
	Description string
	Union       *Union
	Wide        *Wide
	Joined      *Joined
}

// Union is all rows of some tables, and a column that says from which a row is.
// A column that a table lacks is NULL in its rows.
type Union struct {
	Column Column // of type Text
	Parts  []Part
}

// Part is one table of a union.
type Part struct {
	Of    *Schema
	Value string // what stands in the union's column
}

// Wide is a table of facts with columns for chosen conversions, from the long
// table that has a row for each type and attribution window.
type Wide struct {
	Of           *Schema
	Long         *Schema // its key is that of Of, and TypeColumn and WindowColumn
	TypeColumn   string
	WindowColumn string
	CountColumn  string
	MoneyColumn  string
	Conversions  []Conversion
	Spans        *Spans // nil = none
}

// Spans are stretches of days that are known by their first day, and a column
// that says in which of them a row's day lies.
type Spans struct {
	Column Column   // of type Text
	First  string   // what stands there before all of them
	Starts []string // YYYY-MM-DD, ascending; each is its stretch's name too
}

// Conversion is a metric: an ordered list of types, since one purchase is listed
// under several that overlap. In each row exactly the first that is present is
// taken, and never a sum over types.
type Conversion struct {
	Name        string // of the column; <name>_value and <name>_type_used stand beside it
	Description string
	Types       []string
	Window      string
}

// Columns are what a view shows.
func (v *View) Columns() []Column {
	switch {
	case v.Wide != nil:
		return v.Wide.columns()
	case v.Joined != nil:
		return v.Joined.columns()
	}
	all := []Column{v.Union.Column}
	for _, p := range v.Union.Parts {
		for _, c := range p.Of.Columns {
			if !slices.ContainsFunc(all, func(a Column) bool { return a.Name == c.Name }) {
				all = append(all, c)
			}
		}
	}
	return all
}

func (w *Wide) columns() []Column {
	all := slices.Clone(w.Of.Columns)
	if w.Spans != nil {
		all = append(all, w.Spans.Column)
	}
	for _, c := range w.Conversions {
		count, money := w.Long.Columns[w.Long.Index(w.CountColumn)], w.Long.Columns[w.Long.Index(w.MoneyColumn)]
		count.Name, count.Description = c.Name, c.Description+" How often; attribution window "+c.Window+"."
		money.Name, money.Description = c.Name+"_value", c.Description+" What it was worth; attribution window "+c.Window+"."
		all = append(all, count, money, Column{c.Name + "_type_used", Text, Words, None, "The action type that " + c.Name + " was taken from in this row."})
	}
	return all
}

// Check says what a view fails to declare, all of it at once.
func (v *View) Check() error {
	var errs []error
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("view %s: "+format, append([]any{v.Name}, a...)...))
	}
	if v.Description == "" || v.kinds() != 1 {
		bad("needs a description, and is of one kind")
		return errors.Join(errs...)
	}
	switch {
	case v.Union != nil:
		v.Union.check(bad)
	case v.Wide != nil:
		v.Wide.check(bad)
	default:
		v.Joined.check(bad)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	seen := map[string]bool{}
	for _, c := range v.Columns() {
		if c.Description == "" || c.Unit == "" || c.Additivity == "" || c.Type.Kind == 0 || seen[c.Name] {
			bad("column %s needs a type, unit, additivity and description, and a name of its own", c.Name)
		}
		seen[c.Name] = true
	}
	return errors.Join(errs...)
}

func (v *View) kinds() (n int) {
	for _, is := range []bool{v.Union != nil, v.Wide != nil, v.Joined != nil} {
		if is {
			n++
		}
	}
	return n
}

func (u *Union) check(bad func(string, ...any)) {
	types := map[string]Type{u.Column.Name: {}}
	for _, p := range u.Parts {
		for _, c := range p.Of.Columns {
			if known, there := types[c.Name]; there && known != c.Type {
				bad("column %s of %s has not the type that it has elsewhere", c.Name, p.Of.Name)
			}
			types[c.Name] = c.Type
		}
	}
	if len(u.Parts) == 0 || u.Column.Type != Text {
		bad("needs tables, and a text to tell them apart")
	}
}

func (w *Wide) check(bad func(string, ...any)) {
	for _, name := range append(slices.Clone(w.Of.Key), w.TypeColumn, w.WindowColumn, w.CountColumn, w.MoneyColumn) {
		if w.Long.Index(name) < 0 {
			bad("%s has no column %s", w.Long.Name, name)
		}
	}
	if w.Spans != nil && (w.Of.Index(DayColumn) < 0 || w.Spans.Column.Type != Text || w.Spans.First == "" || !slices.IsSorted(w.Spans.Starts)) {
		bad("stretches of days need a day, a text, a beginning and an order")
	}
	for _, c := range w.Conversions {
		if c.Name == "" || c.Description == "" || len(c.Types) == 0 || c.Window == "" {
			bad("conversion %q needs a name, a description, types and a window", c.Name)
		}
	}
}
