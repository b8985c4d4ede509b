package table

import "slices"

// Wide is a view of a fact table with added columns for selected conversions. They come
// from the long table, which has a row for each action type and attribution window.
type Wide struct {
	Of           *Schema
	Long         *Schema // its key is the key of Of, TypeColumn and WindowColumn
	TypeColumn   string
	WindowColumn string
	CountColumn  string
	MoneyColumn  string
	Conversions  []Conversion
	Spans        *Spans // nil if none
	// Lists are the column names by which a gap or a quarantined value of Of shows that Long
	// may be incomplete for the day. If Long was loaded for the day and nothing is missing, a
	// conversion without any of its types is 0. If Lists is empty, it is NULL, because the
	// platform may have left it out.
	Lists []string
}

// Spans are consecutive periods, each named by its first day, and a column that names the
// period of a row's day.
type Spans struct {
	Column Column   // of type Text
	First  string   // the value for days before the first period
	Starts []string // the first days, YYYY-MM-DD, ascending
}

// Conversion is a metric: an ordered list of action types. A platform lists the same
// purchase under several overlapping types, so each row counts only the first type that is
// present. Types are never summed.
type Conversion struct {
	Name        string // the column; <name>_value and <name>_type_used are added next to it
	Description string
	Types       []string
	Window      string
}

func (w *Wide) columns() []Column {
	all := slices.Clone(w.Of.Columns)
	if w.Spans != nil {
		all = append(all, w.Spans.Column)
	}
	absent := " NULL if the platform returned none, which may or may not mean zero; averages skip these rows."
	if len(w.Lists) > 0 {
		absent = " 0 means none. NULL means unknown: the day was not read, the figure is in _gaps, or the platform returned it only for another window or without this figure."
	}
	for _, c := range w.Conversions {
		count, money := w.Long.Columns[w.Long.Index(w.CountColumn)], w.Long.Columns[w.Long.Index(w.MoneyColumn)]
		count.Name, count.Description = c.Name, c.Description+" Number of conversions, attribution window "+c.Window+"."+absent
		money.Name, money.Description = c.Name+"_value", c.Description+" Value of the conversions, attribution window "+c.Window+"."+absent
		used := "The action type that " + c.Name + " was taken from in this row; NULL if it has none of them."
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
		bad("periods need a day column, a text column, a first value and ascending days")
	}
	for _, c := range w.Conversions {
		if c.Name == "" || c.Description == "" || len(c.Types) == 0 || c.Window == "" {
			bad("conversion %q needs a name, a description, types and a window", c.Name)
		}
	}
}
