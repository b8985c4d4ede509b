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
