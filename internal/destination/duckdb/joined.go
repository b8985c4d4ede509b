package duckdb

import (
	"fmt"
	"strings"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// joined follows the facts to an object; the keys on the way are unique, so that
// no row comes twice. There is no view while one of its tables is not there.
func (l layout) joined(dataset string, j *table.Joined) (string, error) {
	if !l.hasAll(j) {
		return "", nil
	}
	cells, err := l.cells(j.Of)
	if err != nil {
		return "", err
	}
	from, at := inside(dataset, j.Of.Name)+" AS s", joint{"s", j.Of}
	for i, h := range j.Hops {
		next := joint{fmt.Sprintf("h%d", i), h.To}
		on, err := l.hop(at, h.Column, next)
		if err != nil {
			return "", err
		}
		from, at = from+" LEFT JOIN "+inside(dataset, h.To.Name)+" AS "+next.alias+" ON "+on, next
	}
	for _, s := range j.Shown {
		cell, err := l.shown(at, j, s)
		if err != nil {
			return "", err
		}
		cells = append(cells, cell+" AS "+ident(s.Column.Name))
	}
	cells = append(cells, "s."+destination.SyncedColumn)
	return "SELECT " + strings.Join(cells, ", ") + " FROM " + from, nil
}

func (l layout) hasAll(j *table.Joined) bool {
	for _, h := range j.Hops {
		if l[strings.ToLower(h.To.Name)] == nil {
			return false
		}
	}
	return l[strings.ToLower(j.Of.Name)] != nil
}

// joint is a table on the way, and what it goes by.
type joint struct {
	alias string
	table *table.Schema
}

func (l layout) at(j joint, column string) (string, error) {
	return l.cellOf(j.alias, j.table, j.table.Columns[j.table.Index(column)])
}

// hop is the condition of a step: a key is what the row before names.
func (l layout) hop(from joint, column string, to joint) (string, error) {
	here, err := l.at(from, column)
	if err != nil {
		return "", err
	}
	there, err := l.at(to, to.table.Key[0])
	return there + " = " + here, err
}

// shown is a text of the object with the row's own values in the place of marks.
func (l layout) shown(of joint, j *table.Joined, s table.Shown) (string, error) {
	cell, err := l.at(of, s.From)
	if err != nil {
		return "", err
	}
	for _, m := range j.Marks {
		value, err := l.at(joint{"s", j.Of}, m.Column)
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
