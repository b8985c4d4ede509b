package upload

import (
	"fmt"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// inDataset returns the name of a table of the shared dataset.
func inDataset(name string) string { return analytics.Dataset + "." + name }

// newest is the order of rows with the same key: the file that was loaded last comes first.
const newest = loadedColumn + " DESC, " + fileColumn + " DESC"

// latest returns a SELECT of some columns in which each key is there once, from the file that
// was loaded last.
func latest(columns, from string, key []string) string {
	return "SELECT " + columns + " FROM (SELECT *, row_number() OVER (PARTITION BY " + strings.Join(key, ", ") + " ORDER BY " + newest + ") AS _nth FROM " + from + ") AS k WHERE _nth = 1"
}

// inParts is the same for a table with millions of rows.
func inParts(from string, key []string, column string, text func(from string) string) *destination.Parts {
	return &destination.Parts{From: from, Key: key, Order: newest, Origin: fileColumn, Column: column, Select: func(condition string) string {
		return text("SELECT * FROM " + inDataset(from) + " AS k WHERE " + condition)
	}}
}

// computed returns the changes that compute what metrics read, from the rows of all files of a
// kind.
func computed(kind adtally.FileKind, s analytics.Settings) []destination.Change {
	replace := func(t *table.Schema, text string) destination.Change {
		return destination.Change{Rows: &destination.Rows{Table: t, Select: text}}
	}
	simple := func(name string, more ...table.Column) destination.Change {
		t := Result(name, more...)
		return destination.Change{Rows: &destination.Rows{Table: t, Select: latest("*", inDataset("uploaded_"+name), t.Key),
			Parts: inParts("uploaded_"+name, t.Key, "", func(from string) string { return from })}}
	}
	empty := func(t *table.Schema) destination.Change { // creates the table if it is missing
		return destination.Change{Rows: &destination.Rows{Table: t, Column: fileColumn, Value: ""}}
	}
	switch kind {
	case adtally.CustomersFile:
		return []destination.Change{empty(keptCustomers), simple("customers", touchColumns...)}
	case adtally.OrdersFile:
		return []destination.Change{empty(keptOrders), empty(keptRefunds), {Rows: allOrders(s)}, simple("refunds")}
	case adtally.RefundsFile:
		return []destination.Change{empty(keptRefunds), simple("refunds")}
	case adtally.BudgetsFile:
		return []destination.Change{empty(keptBudgets), simple("budgets")}
	case adtally.SpendFile:
		return []destination.Change{empty(keptSpend), replace(UploadedSpend(), spend())}
	}
	return []destination.Change{empty(keptRates)}
}

// allOrders computes the orders of all files. Those of a customer belong together.
func allOrders(s analytics.Settings) *destination.Rows {
	t := Result("orders", touchColumns...)
	return &destination.Rows{Table: t, Select: orders(t, s, latest("*", inDataset(keptOrders.Name), t.Key)),
		Parts: inParts(keptOrders.Name, t.Key, "customer_id", func(from string) string { return orders(t, s, from) })}
}

// orders computes which order is its customer's first, unless the file says so. Cancelled orders
// do not count; of orders at the same time, the ID decides.
func orders(of *table.Schema, s analytics.Settings, from string) string {
	columns := make([]string, 0, len(of.Columns))
	for _, c := range of.Columns {
		if c.Name != "first_order" {
			columns = append(columns, c.Name)
		}
	}
	cancelled := "false"
	if len(s.Cancelled) > 0 {
		list := make([]string, len(s.Cancelled))
		for i, status := range s.Cancelled {
			list[i] = literal(status)
		}
		cancelled = "coalesce(status IN (" + strings.Join(list, ", ") + "), false)"
	}
	return fmt.Sprintf(`SELECT %s, coalesce(first_given, NOT _cancelled AND customer_id IS NOT NULL AND ordered_at IS NOT NULL AND
		row_number() OVER (PARTITION BY customer_id, _cancelled ORDER BY ordered_at NULLS LAST, order_id) = 1) AS first_order
		FROM (SELECT *, %s AS _cancelled FROM (%s) AS o) AS o`, strings.Join(columns, ", "), cancelled, from)
}

// spend sums the lines of each file by day and campaign. If files overlap in a campaign's day, the
// one that was loaded last counts.
func spend() string {
	key := "channel, source, account_id, date, campaign_id, currency"
	sums := ""
	for _, c := range Result("marketing_spend").Columns {
		switch {
		case slices.Contains(strings.Split(key, ", "), c.Name):
		case c.Additivity == table.Sum:
			sums += fmt.Sprintf(", CAST(sum(%s) AS %s) AS %s", c.Name, c.Type, c.Name)
		case c.Name == "reach": // it cannot be summed
			sums += ", CASE WHEN count(*) = 1 THEN max(reach) END AS reach"
		default:
			sums += fmt.Sprintf(", max(%s) AS %s", c.Name, c.Name)
		}
	}
	return latest("*", "(SELECT "+key+", "+fileColumn+", max("+loadedColumn+") AS "+loadedColumn+sums+" FROM "+inDataset(keptSpend.Name)+" GROUP BY "+key+", "+fileColumn+") AS s",
		strings.Split("channel, account_id, date, campaign_id", ", "))
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
