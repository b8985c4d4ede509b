package analytics

import (
	"fmt"
	"slices"
	"strings"
)

// ofQuestion reports whether a fact is about the whole question, without groups.
func (f *fact) ofQuestion() bool { return f.scope == OfQuestion }

// column is the name of a leaf's value in its fact's subquery.
func column(i int) string { return fmt.Sprintf("x%d", i) }

// fact adds the subquery of a fact: one row per bucket and members, with each leaf's value,
// the number of rows (n; also of a leaf's own, if it takes only some), and what money was not
// converted.
func (w *writer) fact(f *fact) {
	r := w.rowsOf(w.defs.Models[f.model])
	join, day, month := r.onDays(f.scope, f.time)
	keys := w.groups(f, r)
	values := make([]string, len(f.leaves))
	for i, l := range f.leaves {
		values[i] = r.leafFilter(l)
	}
	for _, flt := range w.filters() {
		r.where = append(r.where, r.filter(flt))
	}
	r.lockDays(f.time)
	if f.with != "" || f.zero != "" {
		r.where = append(r.where, "(q.bucket, "+r.dimension("campaign")+") IN (SELECT bucket, campaign FROM "+w.campaigns(f)+")")
	}
	money := f.hasMoney()
	group, outer := []string{"q.bucket AS bucket"}, []string{"bucket"}
	for i, k := range keys {
		group, outer = append(group, fmt.Sprintf("%s AS k%d", k, i)), append(outer, fmt.Sprintf("k%d", i))
	}
	switch {
	case !money:
		w.cte(f.name, "SELECT "+strings.Join(slices.Concat(group, r.aggregates(f, values, "")), ", ")+"\n  "+r.from()+join+r.whereText()+groupBy(len(group)))
	case f.direct:
		w.direct(f, r, group, values, join, day)
	default:
		w.byCurrency(f, r, group, outer, values, join, day, month)
	}
}

func groupBy(n int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = fmt.Sprint(i + 1)
	}
	return "\n  GROUP BY " + strings.Join(marks, ", ")
}

// groups are the dimensions that a fact is grouped by.
func (w *writer) groups(f *fact, r *rows) (keys []string) {
	if f.ofQuestion() {
		return nil
	}
	for i := range w.q.By {
		keys = append(keys, r.key(i))
	}
	return keys
}

func (f *fact) hasMoney() bool {
	return slices.ContainsFunc(f.leaves, func(l *leaf) bool { return l.metric.Unit == "money" })
}

// leafFilter returns the FILTER of a leaf; empty = all rows.
func (r *rows) leafFilter(l *leaf) string {
	all := r.conditions(l.metric.Where, "m")
	for _, f := range l.metric.Only {
		all = append(all, r.filter(f))
	}
	if len(all) == 0 {
		return ""
	}
	return " FILTER (WHERE " + strings.Join(all, " AND ") + ")"
}

// value writes the expression of a leaf for one row.
func (r *rows) value(l *leaf) string {
	if l.metric.Special == "zones" {
		return "CASE WHEN " + r.join([]string{"account"}) + ".time_zone <> " + r.arg(r.zone()) + " THEN 1 ELSE 0 END"
	}
	if l.metric.row == nil {
		return "1"
	}
	return l.metric.row.sql(func(name string) string {
		column := "m." + quote(r.model.of(name))
		if factor := r.q.factor(); factor != "" && r.model.isSpend(name) {
			return "(" + column + " * " + factor + ")"
		}
		return column
	})
}

var aggregateSQL = map[string]string{"sum": "SUM(%s)", "average": "SUM(%s)", "count": "COUNT(%s)", "count_distinct": "COUNT(DISTINCT %s)", "min": "MIN(%s)", "max": "MAX(%s)"}

// aggregation is that of a leaf. A key is in one row only, so that it is counted faster as it is.
func (f *fact) aggregation(l *leaf) string {
	if l.metric.Agg == "count_distinct" && !f.direct {
		return "count"
	}
	return l.metric.Agg
}

// restricted reports whether a leaf takes only some rows of its fact.
func (l *leaf) restricted() bool { return len(l.metric.Where)+len(l.metric.Only) > 0 }

// averages reports whether the number of values is needed, too.
func (l *leaf) averages() bool { return l.metric.Agg == "average" }

// aggregates writes the number of rows, and for each leaf its value, and its rows and values if
// they are needed. rate is multiplied with money; empty = none.
func (r *rows) aggregates(f *fact, filters []string, rate string) (out []string) {
	out = []string{"COUNT(*) AS n"}
	for i, l := range f.leaves {
		value := r.value(l)
		if rate != "" && l.metric.Unit == "money" {
			value = "CAST(" + value + " AS DECIMAL(28,6)) * " + rate
		}
		out = append(out, fmt.Sprintf(aggregateSQL[f.aggregation(l)], value)+filters[i]+" AS "+column(i))
		if l.restricted() {
			out = append(out, fmt.Sprintf("COUNT(*)%s AS n%d", filters[i], i))
		}
		if l.averages() {
			out = append(out, fmt.Sprintf("COUNT(%s)%s AS c%d", value, filters[i], i))
		}
	}
	return out
}

// converts reports whether the fact's money is converted.
func (w *writer) converts(f *fact) bool { return w.q.Currency != "" && !f.native }

// byCurrency adds money up by day and currency, and converts these sums. That is as exact as
// converting each row, and faster (docs/decisions/0032). Money in the target currency needs no
// day.
func (w *writer) byCurrency(f *fact, r *rows, group, outer, filters []string, join, day string, month bool) {
	inner := append(slices.Clone(group), r.dimension("currency")+" AS currency")
	if w.converts(f) {
		if month {
			day = "CAST(" + day + " || '-01' AS DATE)"
		}
		inner = append(inner, "CASE WHEN "+r.dimension("currency")+" <> "+w.arg(w.q.Currency)+" THEN "+day+" END AS day")
	}
	n := len(inner)
	inner = append(inner, r.aggregates(f, filters, "")...)
	for i, l := range f.leaves {
		if l.metric.Unit == "money" && w.converts(f) {
			inner = append(inner, fmt.Sprintf("SUM(CASE WHEN %s <> 0 THEN 1 ELSE 0 END)%s AS t%d", r.value(l), filters[i], i))
		}
	}
	w.cte(f.name+"_sums", "SELECT "+strings.Join(inner, ", ")+"\n  "+r.from()+join+r.whereText()+groupBy(n))
	columns, from := append(slices.Clone(outer), "SUM(a.n) AS n"), "FROM "+f.name+"_sums a"
	rate := ""
	if w.converts(f) {
		rate = "CASE WHEN a.currency = " + w.arg(w.q.Currency) + " THEN 1.0 ELSE x.rate END"
		from += "\n    LEFT JOIN adtally.fx_daily x ON x.day = a.day AND x.from_currency = a.currency AND x.to_currency = " + w.arg(w.q.Currency)
	}
	for i, l := range f.leaves {
		columns = append(columns, w.summed(i, l, rate)...)
	}
	w.cte(f.name, "SELECT "+strings.Join(append(columns, currencies("a.currency")), ", ")+"\n  "+from+groupBy(len(outer)))
}

// summed adds up what byCurrency added up by day and currency.
func (w *writer) summed(i int, l *leaf, rate string) []string {
	x := "a." + column(i)
	var out []string
	if l.restricted() {
		out = append(out, fmt.Sprintf("SUM(a.n%d) AS n%d", i, i))
	}
	if l.averages() {
		out = append(out, fmt.Sprintf("SUM(a.c%d) AS c%d", i, i))
	}
	if l.metric.Unit != "money" || rate == "" {
		return append(out, "SUM("+x+") AS "+column(i))
	}
	return append(out, "SUM(CASE WHEN "+x+" = 0 THEN 0 ELSE CAST("+x+" AS DECIMAL(28,6)) * "+exactRate(rate)+" END) AS "+column(i),
		fmt.Sprintf("MIN(CASE WHEN a.t%d > 0 AND %s IS NULL THEN CAST(a.day AS VARCHAR) || ' ' || a.currency END) AS missing%d", i, rate, i))
}

// exactRate has the type of fx_daily.rate also where it is 1: an unlike type would be
// computed as a floating point number.
func exactRate(rate string) string { return "CAST(" + rate + " AS DECIMAL(20,10))" }

// currencies writes whether a cell has one currency or several, and one of them. To compare the
// first and the last is faster than to count them.
func currencies(column string) string {
	return "CASE WHEN MIN(" + column + ") = MAX(" + column + ") THEN 1 ELSE 2 END AS currencies, MIN(" + column + ") AS currency"
}

// direct aggregates rows at once: smallest and largest amounts are not sums.
func (w *writer) direct(f *fact, r *rows, group, filters []string, join, day string) {
	currency, rate := r.dimension("currency"), ""
	if w.converts(f) {
		rate = exactRate("CASE WHEN " + currency + " = " + w.arg(w.q.Currency) + " THEN 1.0 ELSE x.rate END")
		join += "\n    LEFT JOIN adtally.fx_daily x ON x.day = " + day + " AND x.from_currency = " + currency + " AND x.to_currency = " + w.arg(w.q.Currency)
	}
	columns := append(slices.Clone(group), r.aggregates(f, filters, rate)...)
	for i, l := range f.leaves {
		if rate != "" && l.metric.Unit == "money" {
			columns = append(columns, fmt.Sprintf("MIN(CASE WHEN %s <> 0 AND %s IS NULL THEN CAST(%s AS VARCHAR) || ' ' || %s END) AS missing%d", r.value(l), rate, day, currency, i))
		}
	}
	columns = append(columns, currencies(currency))
	w.cte(f.name, "SELECT "+strings.Join(columns, ", ")+"\n  "+r.from()+join+r.whereText()+groupBy(len(group)))
}

// campaigns adds the subquery with the campaigns that a fact is restricted to, by bucket.
func (w *writer) campaigns(f *fact) string {
	name := f.name + "_campaigns"
	model, time := w.defs.Models[f.with], ""
	var zero *leaf
	if f.zero != "" {
		zero = &leaf{metric: w.defs.Metrics[f.zero]}
		model, time = w.defs.Models[f.model], f.time
	}
	r := w.rowsOf(model)
	join, _, _ := r.onDays(f.scope, time)
	campaign := r.dimension("campaign")
	r.where = append(r.where, campaign+" <> '"+unmatched+"'")
	for _, flt := range w.filters() {
		r.where = append(r.where, r.filter(flt))
	}
	r.lockDays(time)
	having := ""
	if zero != nil {
		having = "\n  HAVING SUM(" + r.value(zero) + ") = 0"
	}
	w.cte(name, "SELECT q.bucket AS bucket, "+campaign+" AS campaign\n  "+r.from()+join+r.whereText()+groupBy(2)+having)
	return name
}
