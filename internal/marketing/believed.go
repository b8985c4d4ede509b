package marketing

import (
	"fmt"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// believed writes the views of what was compared with the platforms' totals, and of what days
// were at certain ages. Loads write the tables below them.
func (w *work) believed() []destination.Change {
	return []destination.Change{w.ofDays("reconciliation", table.Reconciliation.Name, func(t string) string {
		return "t.ours, t.theirs, t.drift FROM " + t + " t"
	}), w.ofDays("restatement", table.Restatement.Name, func(t string) string {
		return fmt.Sprintf("CAST(t.age AS VARCHAR) AS age, t.value, o.value AS final FROM %s t JOIN %s o ON o.table_name = t.table_name AND o.account_id = t.account_id AND o.date = t.date AND o.metric = t.metric AND o.age = %d AND t.age < o.age",
			t, t, slices.Max(table.Ages))
	})}
}

// ofDays writes a view over a table about accounts' days, which each source has. It is about
// the rows from which the source's spend is computed.
func (w *work) ofDays(name, from string, columns func(t string) string) destination.Change {
	declared := tableOf(name)
	var parts []string
	for _, f := range w.sources {
		if w.has(f.Dataset, from) {
			parts = append(parts, w.ofDaysOf(f, columns(quote(f.Dataset)+"."+quote(from))))
		}
	}
	if len(parts) == 0 {
		parts = []string{nothing(declared)}
	}
	return destination.Change{View: &destination.SQLView{Name: name, Description: declared.Description, Columns: declared.Columns, SQL: strings.Join(parts, "\nUNION ALL ")}}
}

func (w *work) ofDaysOf(f *found, columns string) string {
	figure, own := figuresOf(f.campaigns)
	excluded := strings.Replace(f.without("t.account_id"), " WHERE ", " AND ", 1)
	return "SELECT t.date, " + literal(f.Marketing.Channel) + " AS channel, " + literal(f.Dataset) + " AS source, t.account_id, a.currency, " + figure + " AS figure, " + columns +
		" LEFT JOIN (SELECT account_id, MIN(currency) AS currency FROM adtally.accounts WHERE source = " + literal(f.Dataset) + " GROUP BY account_id) a ON a.account_id = t.account_id" +
		" WHERE t.table_name = " + literal(f.campaigns.Loads) + " AND t.metric IN (" + strings.Join(own, ", ") + ")" + excluded
}

// figuresOf writes the dataset's name of a platform's column, and lists these columns.
func figuresOf(t *adtally.MarketingTable) (name string, own []string) {
	name = "CASE t.metric"
	for _, c := range tableOf(spendData).Columns {
		if column := t.Columns[c.Name]; column != "" && c.Additivity == table.Sum {
			name += " WHEN " + literal(column) + " THEN " + literal(c.Name)
			own = append(own, literal(column))
		}
	}
	return name + " END", own
}
