package duckdb

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// wide joins the facts with the selected rows of the long table. For each key these are
// small lists: the number of a type and window, the count, the money. Conversions are
// taken from the lists only for rows that are returned, so the first hundred rows need one
// pass over the long table and little memory.
func (l layout) wide(dataset string, w *table.Wide) (string, error) {
	if l[strings.ToLower(w.Of.Name)] == nil || l[strings.ToLower(w.Long.Name)] == nil {
		return "", nil
	}
	cells, err := l.cells(w.Of)
	if err != nil {
		return "", err
	}
	if cells, err = l.span(w, cells); err != nil {
		return "", err
	}
	found, err := l.found(dataset, w)
	if err != nil {
		return "", err
	}
	c := numbered(w)
	for i := range w.Conversions {
		cells = append(cells, c.chosen(i)...)
	}
	cells = append(cells, "greatest(s."+destination.SyncedColumn+", s._at) AS "+ident(destination.SyncedColumn))
	inner := "s.*, c._at, c._k, c._n, c._v, " + strings.Join(c.places(), ", ")
	if len(w.Lists) > 0 {
		inner += ", " + l.known(dataset, w)
	}
	inner = "SELECT " + inner + " FROM " + inside(dataset, w.Of.Name) + " AS s LEFT JOIN (" + found + ") AS c ON " +
		each(w.Of.Key, " AND ", func(k string) string { return "c." + k + " = s." + k })
	if len(w.Lists) > 0 {
		inner = "SELECT *, " + strings.Join(c.none(), ", ") + " FROM (" + inner + ")"
	}
	return "SELECT " + strings.Join(cells, ", ") + " FROM (" + inner + ") AS s", nil
}

// span adds the column that says in which period a row's day is.
func (l layout) span(w *table.Wide, cells []string) ([]string, error) {
	if w.Spans == nil {
		return cells, nil
	}
	day, err := l.cell(w.Of, w.Of.Columns[w.Of.Index(table.DayColumn)])
	if err != nil {
		return nil, err
	}
	text := "CASE"
	for i := len(w.Spans.Starts) - 1; i >= 0; i-- {
		text += " WHEN " + day + " >= DATE " + literal(w.Spans.Starts[i]) + " THEN " + literal(w.Spans.Starts[i])
	}
	return append(cells, text+" ELSE "+literal(w.Spans.First)+" END AS "+ident(w.Spans.Column.Name)), nil
}

// found selects the wanted types from the long table, as lists by key. Type and window are
// part of the key, so each has at most one row. The final condition is always true; with
// its estimate, DuckDB keeps the lists in memory and streams the facts, not the reverse.
func (l layout) found(dataset string, w *table.Wide) (string, error) {
	var from [4]string // type, window, count, money
	for i, name := range []string{w.TypeColumn, w.WindowColumn, w.CountColumn, w.MoneyColumn} {
		var err error
		if from[i], err = l.cell(w.Long, w.Long.Columns[w.Long.Index(name)]); err != nil {
			return "", err
		}
	}
	keys := idents("s.", w.Of.Key)
	return fmt.Sprintf(`SELECT %s, max(s.%s) AS _at, list(m.k) AS _k, list(%s) AS _n, list(%s) AS _v FROM %s AS s
		JOIN (SELECT CAST(k AS %s) AS k, t, w FROM (VALUES %s) AS v(k, t, w)) AS m ON %s = m.t AND %s = m.w GROUP BY %s HAVING count(m.k) > 0`,
		keys, destination.SyncedColumn, from[2], from[3], inside(dataset, w.Long.Name), numbered(w).width(), strings.Join(numbered(w).values(), ", "), from[0], from[1], keys), nil
}

// known returns the condition for rows whose actions were read completely: a load wrote
// the long table for the day, and no gap and no quarantined list is recorded for it. A
// single quarantined figure does not count, because its type is still in the long table.
func (l layout) known(dataset string, w *table.Wide) string {
	var lists []string
	for _, name := range w.Lists {
		lists = append(lists, literal(name))
	}
	doubts := func(of string, columns []string) string {
		return fmt.Sprintf("SELECT account_id, date FROM %s WHERE date IS NOT NULL AND table_name IN %s AND column_name IN %s",
			inside(dataset, of), listed([]string{literal(w.Of.Name), literal(w.Long.Name)}), listed(columns))
	}
	day := "(s." + ident(table.AccountColumn) + ", s." + ident(table.DayColumn) + ")"
	return fmt.Sprintf(`%s IN (SELECT (account_id, CAST(unnest(generate_series(date_from, date_to, INTERVAL 1 DAY)) AS DATE)) FROM
		(SELECT DISTINCT account_id, date_from, date_to FROM %s WHERE table_name = %s AND date_from IS NOT NULL)) AND %s NOT IN (SELECT (account_id, date) FROM (%s UNION ALL %s)) AS _known`,
		day, inside(dataset, loadsTable.Name), literal(w.Long.Name), day, doubts(table.Quarantine.Name, lists), doubts(table.Gaps.Name, append(lists, "''")))
}

// numbering numbers the types and windows that a view needs.
type numbering struct {
	wide  *table.Wide
	of    map[kind]int
	kinds []kind
}

type kind struct{ name, window string }

func numbered(w *table.Wide) numbering {
	n := numbering{wide: w, of: map[kind]int{}}
	for _, c := range w.Conversions {
		for _, t := range c.Types {
			k := kind{t, c.Window}
			if _, known := n.of[k]; !known {
				n.kinds = append(n.kinds, k)
				n.of[k] = len(n.kinds)
			}
		}
	}
	return n
}

// width returns the narrowest type for the numbers, since one is kept in memory for every
// selected row of the long table.
func (n numbering) width() string {
	if len(n.kinds) <= math.MaxUint8 {
		return "UTINYINT"
	}
	return "USMALLINT"
}

func (n numbering) values() (list []string) {
	for i, k := range n.kinds {
		list = append(list, fmt.Sprintf("(%d, %s, %s)", i+1, literal(k.name), literal(k.window)))
	}
	return list
}

// places returns the columns with the position of each conversion in the lists: that of
// its first type that is present. If there is none, DuckDB 1.1 returns 0 and later
// versions NULL.
func (n numbering) places() (list []string) {
	for i, c := range n.wide.Conversions {
		at := make([]string, len(c.Types))
		for j, t := range c.Types {
			at[j] = fmt.Sprintf("nullif(list_position(c._k, %d), 0)", n.of[kind{t, c.Window}])
		}
		list = append(list, fmt.Sprintf("coalesce(%s, NULL) AS _p%d", strings.Join(at, ", "), i))
	}
	names := make([]string, len(n.kinds))
	for i, k := range n.kinds {
		names[i] = literal(k.name)
	}
	return append(list, "["+strings.Join(names, ", ")+"] AS _t")
}

// none returns the columns that say whether a row has none of a conversion's types in any
// window of the view. A type in another window means that the number is unknown, because
// Meta may omit windows (docs/meta-api.md#attribution).
func (n numbering) none() (list []string) {
	for i, c := range n.wide.Conversions {
		condition := "_known"
		for j, o := range n.wide.Conversions {
			if slices.Equal(o.Types, c.Types) {
				condition += " AND _p" + strconv.Itoa(j) + " IS NULL"
			}
		}
		if i == n.first(c) {
			list = append(list, fmt.Sprintf("%s AS _z%d", condition, i))
		}
	}
	return list
}

// first returns the index of the first conversion with the same types.
func (n numbering) first(c table.Conversion) int {
	return slices.IndexFunc(n.wide.Conversions, func(o table.Conversion) bool { return slices.Equal(o.Types, c.Types) })
}

// chosen returns the three columns of a conversion.
func (n numbering) chosen(i int) []string {
	c, cells := n.wide.Conversions[i], []string{}
	for _, x := range []struct{ list, column, of string }{{"_n", c.Name, n.wide.CountColumn}, {"_v", c.Name + "_value", n.wide.MoneyColumn}} {
		cell := fmt.Sprintf("s.%s[s._p%d]", x.list, i)
		if len(n.wide.Lists) > 0 {
			zero := n.wide.Long.Columns[n.wide.Long.Index(x.of)].Type
			cell = fmt.Sprintf("CASE WHEN s._z%d THEN CAST(0 AS %s) ELSE %s END", n.first(c), zero, cell)
		}
		cells = append(cells, cell+" AS "+ident(x.column))
	}
	return append(cells, fmt.Sprintf("s._t[s._k[s._p%d]] AS %s", i, ident(c.Name+"_type_used")))
}
