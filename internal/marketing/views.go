package marketing

import (
	"fmt"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
)

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// tableOf returns a table of the dataset as analytics declares it.
func tableOf(name string) analytics.Table {
	all := analytics.Tables()
	return all[slices.IndexFunc(all, func(t analytics.Table) bool { return t.Name == name })]
}

// union writes a view over a table of each source. Rows of ads are too many to keep twice, and
// are asked for one campaign at a time.
func (w *work) union(name string, of func(*found) *adtally.MarketingTable) destination.Change {
	t := tableOf(name)
	var parts []string
	for _, f := range w.sources {
		if choice := of(f); choice != nil {
			parts = append(parts, w.part(t, f, *choice))
		}
	}
	if len(parts) == 0 {
		parts = []string{nothing(t)}
	}
	return destination.Change{View: &destination.SQLView{Name: name, Description: t.Description, Columns: t.Columns, SQL: strings.Join(parts, "\nUNION ALL ")}}
}

// rollups keeps a table equal to a table of each source. Columns that a source lacks are NULL.
func (w *work) rollups(name string, of func(*found) *adtally.MarketingTable) (changes []destination.Change) {
	t := tableOf(name)
	schema := schemaOf(t)
	schema.Key = nil                                                                                                          // rows are unique by source, and checking would take long
	changes = append(changes, destination.Change{Rows: &destination.Rows{Table: schema, Column: "source", Value: "nothing"}}) // creates the table
	for _, f := range w.sources {
		if choice := of(f); choice != nil {
			changes = append(changes, destination.Change{Rollup: &destination.Rollup{Table: schema, Source: f.Dataset, Loads: choice.Loads, Select: w.part(t, f, *choice)}})
		}
	}
	for _, gone := range w.rolledUp[name] {
		if !slices.ContainsFunc(w.sources, func(f *found) bool { return f.Dataset == gone && of(f) != nil }) {
			changes = append(changes, destination.Change{Rollup: &destination.Rollup{Table: schema, Source: gone}})
		}
	}
	return changes
}

// offline puts uploaded spend beside that of the sources.
func (w *work) offline() destination.Change {
	t := tableOf(spendData)
	schema := schemaOf(t)
	schema.Key = nil
	rows := &destination.Rows{Table: schema, Column: "source", Value: uploadSource}
	if w.has(analytics.Dataset, uploadedSpend) {
		rows.Select = w.uploaded(t, uploadedSpend)
	}
	return destination.Change{Rows: rows}
}

// uploadSource is the source of uploaded spend.
const uploadSource = "upload"

func (w *work) part(t analytics.Table, f *found, choice adtally.MarketingTable) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = w.column(f, choice, c.Name, c.Type.String()) + " AS " + quote(c.Name)
	}
	where := ""
	if len(f.excluded) > 0 {
		quoted := make([]string, len(f.excluded))
		for i, a := range f.excluded {
			quoted[i] = literal(a)
		}
		where = " WHERE account_id NOT IN (" + strings.Join(quoted, ", ") + ")"
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + quote(f.Dataset) + "." + quote(choice.Table) + where
}

func (w *work) column(f *found, choice adtally.MarketingTable, name, kind string) string {
	switch name {
	case "channel":
		return literal(f.Marketing.Channel)
	case "source":
		return literal(f.Dataset)
	case "offline":
		return "false"
	}
	if own := choice.Columns[name]; own != "" && slices.Contains(w.columns[f.Dataset+"."+choice.Table], own) {
		return "CAST(" + quote(own) + " AS " + kind + ")"
	}
	return "CAST(NULL AS " + kind + ")"
}

// uploaded is the part of a view that comes from uploaded files.
func (w *work) uploaded(t analytics.Table, table string) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		expr := "CAST(NULL AS " + c.Type.String() + ")"
		if slices.Contains(w.columns[analytics.Dataset+"."+table], c.Name) {
			expr = "CAST(" + quote(c.Name) + " AS " + c.Type.String() + ")"
		}
		if c.Name == "offline" {
			expr = "true"
		}
		columns[i] = expr + " AS " + quote(c.Name)
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + analytics.Dataset + "." + quote(table)
}

// nothing is a SELECT with the table's columns and no rows.
func nothing(t analytics.Table) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = fmt.Sprintf("CAST(NULL AS %s) AS %s", c.Type, quote(c.Name))
	}
	return "SELECT " + strings.Join(columns, ", ") + " WHERE false"
}
