package duckdb

import (
	"fmt"
	"strings"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// joined returns the query of a Joined view. The keys on the path are unique, so no row
// appears twice. The result is empty if a table does not exist yet.
func (l layout) joined(dataset string, j *table.Joined) (string, error) {
	if !l.hasAll(j) {
		return "", nil
	}
	from, cells, err := l.facts(dataset, j)
	if err != nil || from == "" {
		return "", err
	}
	facts := joint{"s", j.Of, j.Wide != nil}
	at := facts
	for i, h := range j.Hops {
		next := joint{fmt.Sprintf("h%d", i), h.To, false}
		on, err := l.hop(at, h.Column, next)
		if err != nil {
			return "", err
		}
		from, at = from+" LEFT JOIN "+inside(dataset, h.To.Name)+" AS "+next.alias+" ON "+on, next
	}
	for _, s := range j.Shown {
		cell, err := l.shown(at, facts, j.Marks, s)
		if err != nil {
			return "", err
		}
		cells = append(cells, cell+" AS "+ident(s.Column.Name))
	}
	cells = append(cells, "s."+destination.SyncedColumn)
	return "SELECT " + strings.Join(cells, ", ") + " FROM " + from, nil
}

// facts returns the FROM clause of the facts and their columns.
func (l layout) facts(dataset string, j *table.Joined) (from string, cells []string, err error) {
	if j.Wide == nil {
		cells, err = l.cells(j.Of)
		return inside(dataset, j.Of.Name) + " AS s", cells, err
	}
	body, err := l.wide(dataset, j.Wide)
	if err != nil || body == "" {
		return "", nil, err
	}
	for _, c := range (&table.View{Wide: j.Wide}).Columns() {
		cells = append(cells, "s."+ident(c.Name))
	}
	return "(" + body + ") AS s", cells, nil
}

func (l layout) hasAll(j *table.Joined) bool {
	for _, h := range j.Hops {
		if l[strings.ToLower(h.To.Name)] == nil {
			return false
		}
	}
	return l[strings.ToLower(j.Of.Name)] != nil
}

// joint is a table on the path, with its alias.
type joint struct {
	alias string
	table *table.Schema
	view  bool // its columns have their declared names, wherever the table stores them
}

func (l layout) at(j joint, column string) (string, error) {
	if j.view {
		return j.alias + "." + ident(column), nil
	}
	return l.cellOf(j.alias, j.table, j.table.Columns[j.table.Index(column)])
}

// hop returns the join condition of a step.
func (l layout) hop(from joint, column string, to joint) (string, error) {
	here, err := l.at(from, column)
	if err != nil {
		return "", err
	}
	there, err := l.at(to, to.table.Key[0])
	return there + " = " + here, err
}

// shown returns the expression for a column of the object, with placeholders replaced by
// the row's values.
func (l layout) shown(of, facts joint, marks []table.Mark, s table.Shown) (string, error) {
	cell, err := l.at(of, s.From)
	if err != nil {
		return "", err
	}
	for _, m := range marks {
		value, err := l.at(facts, m.Column)
		if err != nil {
			return "", err
		}
		if s.Encoded {
			value = "url_encode(" + value + ")"
		}
		cell = "replace(" + cell + ", " + literal(m.Text) + ", coalesce(" + value + ", " + literal(m.Text) + "))"
	}
	if s.Absent != "" {
		cell = "coalesce(" + cell + ", " + literal(s.Absent) + ")"
	}
	return cell, nil
}
