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

func (p *plan) coverageOf(f *fact) covered {
	m := p.defs.Models[f.model]
	return covered{m.Coverage, m.CoverageByAccount, f.scope}
}

func (c covered) name() string {
	return strings.Join(slices.DeleteFunc([]string{"v", c.dataset, string(c.scope)}, func(s string) bool { return s == "" }), "_")
}

// scopeColumns are the dimensions that coverage by account can be asked by.
var scopeColumns = map[string]string{"account": "a.account_id", "channel": "a.channel", "currency": "a.currency", "campaign": "c.campaign_id"}

// coverages adds the subqueries of a coverage: by cell, and of everything if that is read. A
// cell without rows is 0 where a day was read, and unknown elsewhere.
func (w *writer) coverages(c covered) {
	if !c.byAccount {
		w.cte(c.name(), "SELECT q.bucket AS bucket"+w.covers(c, ""))
		return
	}
	// Days are counted by account first: there are fewer of them than of campaigns.
	w.cte(c.name()+"_accounts", "SELECT q.bucket AS bucket, v.account_id"+w.covers(c, ", 2"))
	w.coverage(c, c.name(), "v.bucket")
	if !w.readsAll(c) {
		return
	}
	grouped, all := w.plan, *w.plan
	all.q.By = nil
	w.plan = &all
	w.coverage(c, c.name()+"_all", periodOf("v.bucket"))
	w.plan = grouped
}

// readsAll reports whether the statement also reads whether anything was read at all. By
// cell, members without rows are not there.
func (w *writer) readsAll(c covered) bool { return w.spans != nil && len(w.coverageKeys(c)) > 0 }

// covers writes the number of days that were read, and the oldest time of a request.
func (w *writer) covers(c covered, group string) string {
	where := append([]string{"v.dataset = " + w.arg(c.dataset)}, w.within("q.date")...)
	return ", COUNT(*) AS n, MIN(v.as_of) AS as_of\n  FROM " + w.days(c.scope, false) + " q JOIN adtally.coverage v ON q.date BETWEEN v.from_date AND v.through_date" +
		"\n  WHERE " + strings.Join(where, " AND ") + "\n  GROUP BY 1" + group
}

// coverage adds the subquery with the cells of a coverage by account.
func (w *writer) coverage(c covered, name, bucket string) {
	group, where := []string{bucket + " AS bucket"}, []string{"TRUE"}
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
	w.cte(name, "SELECT "+strings.Join(group, ", ")+", SUM(v.n) AS n, MIN(v.as_of) AS as_of\n  FROM "+c.name()+"_accounts v"+w.scopeJoins()+"\n  WHERE "+strings.Join(where, " AND ")+groupBy(len(group)))
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
