package table

import "slices"

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
	// Lists are the names under which a gap or a rejected value of Of says that
	// Long may lack something of the day. Where nothing does, and Long was
	// loaded for the day, a conversion of which a row has no type at all is 0.
	// Without them it is NULL: the platform may have left it out.
	Lists []string
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

func (w *Wide) columns() []Column {
	all := slices.Clone(w.Of.Columns)
	if w.Spans != nil {
		all = append(all, w.Spans.Column)
	}
	absent := " NULL = the platform named none, which need not be zero: averages are over the rows that have one."
	if len(w.Lists) > 0 {
		absent = " 0 = none; NULL = not known: not read for the day, listed in _gaps, or named for another window or without this figure."
	}
	for _, c := range w.Conversions {
		count, money := w.Long.Columns[w.Long.Index(w.CountColumn)], w.Long.Columns[w.Long.Index(w.MoneyColumn)]
		count.Name, count.Description = c.Name, c.Description+" How often; attribution window "+c.Window+"."+absent
		money.Name, money.Description = c.Name+"_value", c.Description+" What it was worth; attribution window "+c.Window+"."+absent
		used := "The action type that " + c.Name + " was taken from in this row; NULL = the row has none of them."
		all = append(all, count, money, Column{c.Name + "_type_used", Text, Words, None, used})
	}
	return all
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
