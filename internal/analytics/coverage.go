package analytics

import (
	"fmt"
	"slices"
	"strings"
)

// covered names the coverage that a fact's cells are held against.
type covered struct {
	dataset   string
	byAccount bool
	scope     Scope
}

func (w *writer) coverageOf(f *fact) covered {
	m := w.defs.Models[f.model]
	return covered{m.Coverage, m.CoverageByAccount, f.scope}
}

func (c covered) name() string {
	return strings.Join(slices.DeleteFunc([]string{"v", c.dataset, string(c.scope)}, func(s string) bool { return s == "" }), "_")
}

// scopeColumns are the dimensions that coverage by account can be asked by.
var scopeColumns = map[string]string{"account": "a.account_id", "channel": "a.channel", "currency": "a.currency", "campaign": "c.campaign_id"}

// coverages adds the subqueries of a coverage: by cell, and of everything if that is read.
func (w *writer) coverages(c covered) {
	w.coverage(c, c.name(), "q.bucket")
	if !w.readsAll(c) {
		return
	}
	grouped, all := w.plan, *w.plan
	all.q.By = nil
	w.plan = &all
	w.coverage(c, c.name()+"_all", periodOf("q.bucket"))
	w.plan = grouped
}

// readsAll reports whether the statement also reads whether anything was read at all. By
// cell, members without rows are not there.
func (w *writer) readsAll(c covered) bool { return w.spans != nil && len(w.coverageKeys(c)) > 0 }

// coverage adds the subquery with the cells where a day was read. A cell without rows
// is 0 there, and unknown elsewhere.
func (w *writer) coverage(c covered, name, bucket string) {
	days := w.days(c.scope, false)
	group, where := []string{bucket + " AS bucket"}, []string{"v.dataset = " + w.arg(c.dataset)}
	from := "FROM " + days + " q JOIN adtally.coverage v ON q.date BETWEEN v.from_date AND v.through_date"
	where = append(where, w.within("q.date")...)
	if c.byAccount {
		from += w.scopeJoins()
		for _, f := range w.filters() {
			if column := scopeColumns[f.Dimension]; column != "" {
				where = append(where, w.plainFilter(column, f))
			}
		}
		if len(w.locked()) > 0 {
			where = append(where, w.coverageLock())
		}
		for _, i := range w.coverageKeys(c) {
			group = append(group, fmt.Sprintf("%s AS k%d", w.kept(i, "COALESCE("+scopeColumns[w.q.By[i]]+", '"+none+"')"), i))
		}
	}
	w.cte(name, "SELECT "+strings.Join(group, ", ")+", COUNT(*) AS n, CAST(MIN(v.as_of) AS VARCHAR) AS as_of\n  "+from+"\n  WHERE "+strings.Join(where, " AND ")+groupBy(len(group)))
}

// coverageLock writes the condition that coverage is of accounts, or of campaigns if they are
// told apart, within the lock.
func (w *writer) coverageLock() string {
	if slices.Contains(w.dimensions(), "campaign") {
		return "c.campaign_id IN (" + w.campaignsWithin("campaign_id") + ")"
	}
	return "a.account_id IN (" + w.campaignsWithin("account_id") + ")"
}

// coverageKeys returns the positions of the groups that the coverage is told apart by.
func (w *writer) coverageKeys(c covered) (keys []int) {
	if !c.byAccount || c.scope == OfQuestion {
		return nil
	}
	for i, by := range w.q.By {
		if scopeColumns[by] != "" {
			keys = append(keys, i)
		}
	}
	return keys
}

func (w *writer) scopeJoins() string {
	joins := " JOIN adtally.accounts a ON a.account_id = v.account_id"
	if slices.Contains(w.dimensions(), "campaign") {
		joins += " JOIN adtally.campaigns c ON c.account_id = v.account_id AND c.current"
	}
	return joins
}

func (w *writer) plainFilter(column string, f Filter) string {
	switch {
	case len(f.In) > 0:
		return column + " IN (" + w.list(f.In) + ")"
	case len(f.NotIn) > 0:
		return "COALESCE(" + column + ", '') NOT IN (" + w.list(f.NotIn) + ")"
	}
	return "FALSE"
}
