package main

import (
	"slices"
	"strings"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

// Diagram describes the tables that a source reads.
func (l *platforms) Diagram(s adtally.Source) (adtally.Diagram, error) {
	c, err := l.with(s.Connector, "", adtally.App{})
	if err != nil {
		return adtally.Diagram{}, err
	}
	reader, err := c.Open(s, adtally.Secret{})
	if err != nil {
		return adtally.Diagram{}, err
	}
	return diagramOf(reader, accountTables[s.Connector]), nil
}

func diagramOf(reader connector.Reader, accounts string) adtally.Diagram {
	d := diagram{accounts: accounts}
	for _, st := range reader.Streams() {
		d.stream(st)
	}
	for _, v := range reader.Views() {
		d.view(v)
	}
	for _, t := range append(slices.Clone(table.Remarks), &table.Reconciliation, &table.Restatement) {
		d.add(t, adtally.InternalTable)
	}
	d.References = slices.DeleteFunc(d.References, func(r adtally.DiagramReference) bool {
		return !slices.ContainsFunc(d.Tables, func(t adtally.DiagramTable) bool { return t.Name == r.ToTable })
	})
	return d.Diagram
}

// diagram is a Diagram in the making.
type diagram struct {
	adtally.Diagram
	accounts string // the table of ad accounts; empty if there is none
}

// stream adds the tables of a stream. The first one is the main table; the rows of the
// others belong to its rows.
func (d *diagram) stream(st connector.Stream) {
	kind := diagramKind(st)
	for i, t := range st.Tables {
		d.add(t, kind)
		for _, r := range t.References {
			d.refer(t.Name, []string{r.Column}, r.Table, []string{r.Key}, "")
		}
		if main := st.Tables[0]; i > 0 && !slices.ContainsFunc(main.Key, func(k string) bool { return t.Index(k) < 0 }) {
			d.refer(t.Name, main.Key, main.Name, main.Key, "A row there has several rows here. Join after adding up, or figures count several times.")
		}
		if t.History {
			h := t.HistoryTable()
			d.add(h, kind)
			d.refer(h.Name, t.Key, t.Name, t.Key, "A row there has one row here for each of its states.")
		}
	}
}

// diagramKind says what the rows of a stream are: a breakdown has a key column that is
// neither the day, the account nor an object.
func diagramKind(st connector.Stream) adtally.DiagramKind {
	if !st.Daily {
		return adtally.ObjectTable
	}
	main := st.Tables[0]
	for _, k := range main.Key {
		isObject := slices.ContainsFunc(main.References, func(r table.Reference) bool { return r.Column == k })
		if k != table.AccountColumn && k != table.DayColumn && !isObject {
			return adtally.BreakdownTable
		}
	}
	return adtally.FigureTable
}

func (d *diagram) add(t *table.Schema, kind adtally.DiagramKind) {
	d.Tables = append(d.Tables, adtally.DiagramTable{Name: t.Name, Kind: kind, Description: t.Description, Columns: diagramColumns(t.Columns, t.Key)})
	if d.accounts != "" && t.Name != d.accounts && t.Index(table.AccountColumn) >= 0 {
		d.refer(t.Name, []string{table.AccountColumn}, d.accounts, []string{table.AccountColumn}, "")
	}
}

func (d *diagram) refer(from string, columns []string, to string, key []string, note string) {
	d.References = append(d.References, adtally.DiagramReference{Table: from, Columns: columns, ToTable: to, ToColumns: key, Note: note})
}

// view adds a view and the tables that it reads.
func (d *diagram) view(v *table.View) {
	d.Tables = append(d.Tables, adtally.DiagramTable{Name: v.Name, Kind: adtally.ViewTable, Description: v.Description, Columns: diagramColumns(v.Columns(), nil)})
	switch {
	case v.Union != nil:
		for _, p := range v.Union.Parts {
			d.refer(v.Name, p.Of.Key, p.Of.Name, p.Of.Key, "The view has all rows of this table. Filter by one "+strings.ReplaceAll(v.Union.Column.Name, "_", " ")+".")
		}
	case v.Wide != nil:
		d.refer(v.Name, v.Wide.Of.Key, v.Wide.Of.Name, v.Wide.Of.Key, "The view has one row for each row of this table.")
	case v.Joined != nil:
		d.refer(v.Name, v.Joined.Of.Key, v.Joined.Of.Name, v.Joined.Of.Key, "The view has one row for each row of this table.")
	}
}

func diagramColumns(columns []table.Column, key []string) (all []adtally.DiagramColumn) {
	for _, c := range columns {
		all = append(all, adtally.DiagramColumn{Name: c.Name, Type: c.Type.String(), Unit: string(c.Unit), Additivity: string(c.Additivity), Description: c.Description, Key: slices.Contains(key, c.Name)})
	}
	return all
}
