package table

import "slices"

// Joined is a table of facts, every row of it exactly once, beside texts of an
// object that a row leads to. What is not there takes no row away.
type Joined struct {
	Of    *Schema
	Wide  *Wide   // of the same facts: its columns stand there too; nil = none
	Hops  []Hop   // from the facts to the object
	Shown []Shown // what of the object stands beside the facts
	Marks []Mark  // what in its texts stands for a value of the row; filled in this order
}

// Hop is a step from a row to another one that it names.
type Hop struct {
	Column string  // of the table that the step begins at
	To     *Schema // whose key is one column
}

// Shown is a column of the object.
type Shown struct {
	Column  Column
	From    string // its name there
	Encoded bool   // what is filled in is percent-encoded, as in an address
	Absent  string // what stands in a row that leads to none; "" = NULL
}

// Mark is a text that stands for the value of a column of the facts. Where that
// is NULL, the mark stays.
type Mark struct{ Text, Column string }

func (j *Joined) columns() []Column {
	all := slices.Clone(j.Of.Columns)
	if j.Wide != nil {
		all = j.Wide.columns()
	}
	for _, s := range j.Shown {
		all = append(all, s.Column)
	}
	return all
}

func (j *Joined) check(bad func(string, ...any)) {
	if len(j.Hops) == 0 || len(j.Shown) == 0 {
		bad("leads nowhere, or shows nothing")
		return
	}
	if j.Wide != nil {
		if j.Wide.check(bad); j.Wide.Of != j.Of {
			bad("has conversions of other facts")
		}
	}
	at := j.Of
	for _, h := range j.Hops {
		if at.Index(h.Column) < 0 || len(h.To.Key) != 1 {
			bad("%s has no column %s, or the key of %s is not one column", at.Name, h.Column, h.To.Name)
		}
		at = h.To
	}
	for _, s := range j.Shown {
		if i := at.Index(s.From); i < 0 || at.Columns[i].Type != Text || s.Column.Type != Text {
			bad("%s has no text %s", at.Name, s.From)
		}
	}
	for _, m := range j.Marks {
		if i := j.Of.Index(m.Column); m.Text == "" || i < 0 || j.Of.Columns[i].Type != Text {
			bad("mark %q needs a text of %s", m.Text, j.Of.Name)
		}
	}
}
