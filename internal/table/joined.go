package table

import "slices"

// Joined is a view with exactly one row for each row of a fact table, extended by columns
// of an object that the row refers to. A row without such an object stays in the view.
type Joined struct {
	Of    *Schema
	Wide  *Wide   // a Wide of the same facts whose columns are included; nil if none
	Hops  []Hop   // the path from the facts to the object
	Shown []Shown // the object's columns to include
	Marks []Mark  // placeholders in the object's texts, filled in this order
}

// Hop is a step from a row to another row that it refers to.
type Hop struct {
	Column string  // in the table where the step begins
	To     *Schema // its key must be one column
}

// Shown is a column of the object.
type Shown struct {
	Column  Column
	From    string // its name in the object's table
	Encoded bool   // filled-in values are percent-encoded, as in a URL
	Absent  string // the value for rows without an object; "" for NULL
}

// Mark is a placeholder for the value of a fact column. If the value is NULL, the
// placeholder stays.
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
		bad("needs at least one hop and one column")
		return
	}
	if j.Wide != nil {
		if j.Wide.check(bad); j.Wide.Of != j.Of {
			bad("has conversions of another table")
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
