package table

import (
	"errors"
	"fmt"
	"slices"
)

// View declares a view. A destination translates it to its SQL. Exactly one of Union, Wide
// and Joined is set.
type View struct {
	Name        string
	Description string
	Union       *Union
	Wide        *Wide
	Joined      *Joined
}

// Union is all rows of several tables, with a column that names the table of each row.
// Columns that a table lacks are NULL.
type Union struct {
	Column Column // of type Text
	Parts  []Part
}

// Part is one table of a union.
type Part struct {
	Of    *Schema
	Value string // the value of the union's column
}

// Columns returns the columns of the view.
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

// Check returns everything that is wrong with the declaration, as one error.
func (v *View) Check() error {
	var errs []error
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("view %s: "+format, append([]any{v.Name}, a...)...))
	}
	if v.Description == "" || v.kinds() != 1 {
		bad("needs a description, and must be of one kind")
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
				bad("column %s of %s has another type than in the other tables", c.Name, p.Of.Name)
			}
			types[c.Name] = c.Type
		}
	}
	if len(u.Parts) == 0 || u.Column.Type != Text {
		bad("needs tables, and a text column that names them")
	}
}
