package analytics

import (
	"fmt"
	"slices"
	"strings"

	"adtally"
)

// bucketColumns are the columns of the table day with the buckets of a grain.
var bucketColumns = map[Grain]string{ByDay: "date", ByISOWeek: "iso_week", ByMonth: "month", ByQuarter: "quarter", ByFiscalMonth: "fiscal_month", ByFiscalQtr: "fiscal_quarter"}

// Members that are no member of a dimension.
const (
	others    = "(others)"
	unmatched = "(unmatched)"
)

// writer collects the parts of one statement.
type writer struct {
	*plan
	ctes []string
	args []any
}

// arg binds a value. Equal values are bound once.
func (w *writer) arg(v any) string {
	i := slices.Index(w.args, v)
	if i < 0 {
		w.args = append(w.args, v)
		i = len(w.args) - 1
	}
	return fmt.Sprintf("$%d", i+1)
}

func (w *writer) list(values []string) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = w.arg(v)
	}
	return strings.Join(marks, ", ")
}

func (w *writer) cte(name, body string) { w.ctes = append(w.ctes, name+" AS (\n  "+body+")") }

// quote writes an identifier. Names come from definitions only, never from a query.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteTable(m *Model) string {
	if m.SQL != "" {
		return "(" + m.SQL + ")"
	}
	schema, name, _ := strings.Cut(m.Table, ".")
	return quote(schema) + "." + quote(name)
}

// rows is the FROM part of a subquery over one model.
type rows struct {
	*writer
	model   *Model
	joins   []string
	aliases []string
	where   []string
}

func (w *writer) rowsOf(m *Model) *rows {
	r := &rows{writer: w, model: m}
	r.where = r.conditions(m.Where, "m")
	for _, e := range m.Requires {
		r.join([]string{e})
	}
	return r
}

// join returns the alias of the model at the end of a route, and joins it if it is not yet.
// Rows belong to at most one row of it, so that nothing multiplies.
func (r *rows) join(entities []string) string {
	alias, at := "m", r.model
	for i, e := range entities {
		next := r.defs.byEntity(e)
		parent := alias
		alias = "m_" + strings.Join(entities[:i+1], "_")
		if !slices.Contains(r.aliases, alias) {
			r.aliases = append(r.aliases, alias)
			kind := "LEFT JOIN"
			if slices.Contains(at.Requires, e) {
				kind = "JOIN"
			}
			own := at.Columns[slices.IndexFunc(at.Columns, func(c ModelColumn) bool { return c.Entity == e })]
			on := append([]string{alias + "." + quote(next.PrimaryColumn) + " = " + parent + "." + own.quoted()}, r.conditions(next.Where, alias)...)
			r.joins = append(r.joins, kind+" "+quoteTable(next)+" "+alias+" ON "+strings.Join(on, " AND "))
		}
		at = next
	}
	return alias
}

func (c ModelColumn) quoted() string {
	if c.Expr != "" {
		return quote(c.Expr)
	}
	return quote(c.Name)
}

// conditions writes the conditions of a model or metric. Rows without a value pass not_in.
func (r *rows) conditions(all []Condition, alias string) (out []string) {
	for _, c := range all {
		col := alias + "." + quote(c.Column)
		switch {
		case c.IsTrue:
			out = append(out, col+" IS TRUE")
		case c.Not:
			out = append(out, col+" IS NOT TRUE")
		case c.In != nil:
			out = append(out, "COALESCE("+col+", '') IN ("+r.list(c.In)+")")
		default:
			not := c.NotIn
			if c.Set == "cancelled_statuses" {
				not = r.settings.Cancelled
			}
			if len(not) > 0 {
				out = append(out, "COALESCE("+col+", '') NOT IN ("+r.list(not)+")")
			}
		}
	}
	return out
}

// dimension writes the value of a dimension, which is never NULL.
func (r *rows) dimension(name string) string {
	at, _ := r.defs.find(r.model, name)
	return "COALESCE(CAST(" + r.join(at.entities) + "." + at.column.quoted() + " AS VARCHAR), '" + at.absent + "')"
}

// filter adds a condition on a dimension.
func (r *rows) filter(f Filter) string {
	value := r.dimension(f.Dimension)
	switch {
	case len(f.In) > 0:
		special := slices.ContainsFunc(f.In, func(v string) bool { return strings.HasPrefix(v, "(") })
		if at, _ := r.defs.find(r.model, f.Dimension); !special {
			value = r.join(at.entities) + "." + at.column.quoted() // can use the table's statistics
		}
		return value + " IN (" + r.list(f.In) + ")"
	case len(f.NotIn) > 0:
		return value + " NOT IN (" + r.list(f.NotIn) + ")"
	}
	return "FALSE" // a filter that allows nothing
}

// key writes the value of the query's n-th dimension as it is grouped by.
func (r *rows) key(n int) string { return r.kept(n, r.dimension(r.q.By[n])) }

// kept maps the members of the first dimension that are not among the top to "(others)".
func (w *writer) kept(n int, value string) string {
	if n > 0 || w.keep == nil {
		return value
	}
	return "CASE WHEN " + value + " IN (" + w.list(append(slices.Clone(w.keep), unmatched)) + ") THEN " + value + " ELSE '" + others + "' END"
}

// day returns the day of a row, or its month, and whether it is a month.
func (r *rows) day(name string) (value string, month bool) {
	entities, c, _ := r.defs.timeColumn(r.model, name)
	col := r.join(entities) + "." + c.quoted()
	switch {
	case c.Month:
		return col, true
	case c.Zone == "reporting":
		return "CAST(" + col + " AT TIME ZONE " + r.arg(r.zone()) + " AS DATE)", false
	}
	return col, false
}

// onDays adds the subquery with the days of a scope, and returns the join that keeps the rows of
// these days.
func (r *rows) onDays(s Scope, time string) (join, day string, month bool) {
	day, month = r.day(time)
	days, unit := r.days(s, month), "date"
	if month {
		unit = "month"
	}
	r.near(s, time)
	return "\n    JOIN " + days + " q ON q." + unit + " = " + day, day, month
}

// near leaves out rows long before or after the days of a scope by their instants, because
// computing the day of an instant in a time zone is slow. Days begin at most 14 hours
// before and 12 hours after they do in UTC.
func (r *rows) near(s Scope, time string) {
	entities, c, _ := r.defs.timeColumn(r.model, time)
	if c.Zone != "reporting" {
		return
	}
	from, to := r.window(s)
	for _, one := range r.spans {
		from, to = min(from, one.from), max(to, one.to)
	}
	at := r.join(entities) + "." + c.quoted()
	midnight := func(d adtally.Day) string { return "CAST(" + r.arg(d.String()+" 00:00:00+00") + " AS TIMESTAMPTZ)" }
	r.where = append(r.where, at+" >= "+midnight(from-1), at+" < "+midnight(to+2))
}

func (r *rows) from() string {
	return "FROM " + quoteTable(r.model) + " m" + strings.Join(append([]string{""}, r.joins...), "\n    ")
}

func (r *rows) whereText() string {
	if len(r.where) == 0 {
		return ""
	}
	return "\n  WHERE " + strings.Join(r.where, " AND ")
}

// keyNames are the columns of the groups, with a prefix.
func (w *writer) keyNames(prefix string) []string {
	out := make([]string, len(w.q.By))
	for i := range w.q.By {
		out[i] = fmt.Sprintf("%sk%d", prefix, i)
	}
	return out
}

// days adds the subquery with the days of a scope and returns its name.
func (w *writer) days(s Scope, month bool) string {
	name, bucket := "q", "''"
	if column := bucketColumns[w.q.Grain]; column != "" && s == OfCell {
		bucket = "CAST(" + column + " AS VARCHAR)"
	}
	if s != OfCell {
		name += "_" + string(s)
	}
	unit := "date"
	if month {
		name, unit = name+"_months", "month"
	}
	prefix := name + " AS ("
	if slices.ContainsFunc(w.ctes, func(c string) bool { return strings.HasPrefix(c, prefix) }) {
		return name
	}
	from, to := w.window(s)
	if w.spans == nil {
		w.cte(name, w.daysOf(unit, bucket, span{from, to}))
		return name
	}
	parts := make([]string, len(w.spans))
	for i, s := range w.spans {
		parts[i] = w.daysOf(unit, fmt.Sprintf("'%d' || %s", i, bucket), s)
	}
	w.cte(name, strings.Join(parts, "\n  UNION ALL "))
	return name
}

func (w *writer) daysOf(unit, bucket string, s span) string {
	return "SELECT DISTINCT " + unit + ", " + bucket + " AS bucket FROM adtally.day WHERE date BETWEEN CAST(" + w.arg(s.from.String()) + " AS DATE) AND CAST(" + w.arg(s.to.String()) + " AS DATE)"
}
