package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

type tablesCommand struct {
	Table string `arg:"" optional:"" help:"Show the columns of this table, view or history." placeholder:"TABLE"`
	JSON  bool   `help:"Print one JSON object." name:"json"`
}

// tableInfo describes a table; it needs no connection.
type tableInfo struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"` // table, view or history
	Description string   `json:"description"`
	Usual       bool     `json:"usual"` // read by default
	Daily       bool     `json:"daily"`
	Key         []string `json:"key,omitempty"`
	// ReadWith is the table that is filled from the same responses; the two share their calls.
	ReadWith string       `json:"read_with,omitempty"`
	Year     int          `json:"calls_for_a_year,omitempty"`
	Sync     int          `json:"calls_for_a_sync,omitempty"`
	Rows     int          `json:"rows_per_call,omitempty"`
	Columns  []columnInfo `json:"columns,omitempty"`
}

type columnInfo struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Unit        string `json:"unit"`
	Additivity  string `json:"additivity"` // how it may be aggregated
	Description string `json:"description"`
}

func (c *tablesCommand) Run(_ context.Context, p *program) error {
	var all []tableInfo
	for _, name := range slices.Sorted(maps.Keys(connectors)) {
		cards, err := tableCards(name)
		if err != nil {
			return err
		}
		all = append(all, cards...)
	}
	if c.Table != "" {
		return c.one(p, all)
	}
	all = slices.DeleteFunc(all, func(t tableInfo) bool { return t.Kind != kindTable })
	if c.JSON {
		for i := range all {
			all[i].Columns = nil
		}
		return json.NewEncoder(p.out).Encode(map[string]any{"tables": all})
	}
	return listTables(p, all)
}

// Kinds of tables.
const (
	kindTable   = "table"
	kindView    = "view"
	kindHistory = "history"
)

// The ranges for which calls are shown: a year, and the days that each sync reads again
// (decision 0006: 28 days, and today).
const (
	daysOfAYear = 365
	daysOfASync = 30
)

// tableCards returns the tables of a connector with their views and histories.
func tableCards(kind string) (all []tableInfo, err error) {
	platform := connectors[kind](platform{})
	usual, err := platform.Open(adtally.Source{}, adtally.Secret{})
	if err != nil {
		return nil, err
	}
	reader, err := platform.Open(adtally.Source{Tables: tables[kind]()}, adtally.Secret{})
	if err != nil {
		return nil, err
	}
	for _, st := range reader.Streams() {
		for i, t := range st.Tables {
			card := tableInfoOf(t, st)
			if i > 0 {
				card.ReadWith = st.Tables[0].Name
			}
			card.Usual = isRead(usual, t.Name)
			all = append(all, card)
			if t.History {
				h := t.HistoryTable()
				all = append(all, tableInfo{Name: h.Name, Kind: kindHistory, Description: h.Description, Usual: card.Usual, Key: h.Key, Columns: columnCards(h.Columns)})
			}
		}
	}
	for _, v := range reader.Views() {
		comes := slices.ContainsFunc(usual.Views(), func(u *table.View) bool { return u.Name == v.Name })
		all = append(all, tableInfo{Name: v.Name, Kind: kindView, Description: v.Description, Usual: comes, Columns: columnCards(v.Columns())})
	}
	return all, nil
}

func isRead(r connector.Reader, name string) bool {
	return slices.ContainsFunc(r.Streams(), func(s connector.Stream) bool {
		return slices.ContainsFunc(s.Tables, func(t *table.Schema) bool { return t.Name == name })
	})
}

func tableInfoOf(t *table.Schema, st connector.Stream) tableInfo {
	return tableInfo{Name: t.Name, Kind: kindTable, Description: t.Description, Daily: st.Daily, Key: t.Key,
		Year: st.Price.Of(daysOfAYear), Sync: st.Price.Of(daysOfASync), Rows: st.Price.Rows, Columns: columnCards(t.Columns)}
}

func columnCards(columns []table.Column) (all []columnInfo) {
	for _, c := range columns {
		all = append(all, columnInfo{c.Name, c.Type.String(), string(c.Unit), string(c.Additivity), c.Description})
	}
	return all
}

func listTables(p *program, all []tableInfo) error {
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tUSUAL\tCALLS A YEAR\tDESCRIPTION")
	for _, t := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.Name, map[bool]string{true: "yes"}[t.Usual], t.calls(), t.Description)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return p.printf("\nUsual tables are read by default. Calls are the minimum for one ad account: " +
		"more than fits in one answer costs a call for each page.\nadtally tables TABLE lists the columns of a table.\n")
}

// calls returns the calls for a year, or for each sync if the table has no days.
func (t tableInfo) calls() string {
	switch {
	case t.ReadWith != "":
		return "with " + t.ReadWith
	case !t.Daily:
		return fmt.Sprintf("%d per sync", t.Sync)
	}
	return fmt.Sprint(t.Year)
}

func (c *tablesCommand) one(p *program, all []tableInfo) error {
	var names []string
	for _, t := range all {
		names = append(names, t.Name)
	}
	i := slices.Index(names, strings.TrimSpace(c.Table))
	if i < 0 {
		return wrong("unknown_table", strings.TrimSpace(adtally.DidYouMean(c.Table, names)+" To list all tables, run: adtally tables"), "There is no table %q", c.Table)
	}
	if c.JSON {
		return json.NewEncoder(p.out).Encode(all[i])
	}
	return all[i].print(p)
}

func (t tableInfo) print(p *program) error {
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "%s (%s)  %s\n%s\n\n", t.Name, t.Kind, t.Description, t.cost())
	fmt.Fprintln(w, "COLUMN\tTYPE\tUNIT\tSUM\tDESCRIPTION")
	for _, c := range t.Columns {
		name := c.Name
		if slices.Contains(t.Key, name) {
			name += " (key)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", name, c.Type, c.Unit, sumWords[c.Additivity], c.Description)
	}
	return w.Flush()
}

// sumWords say how a column may be aggregated.
var sumWords = map[string]string{string(table.Sum): "yes", string(table.OverTime): "over days", string(table.None): "never"}

// cost describes the cost of the table in calls.
func (t tableInfo) cost() string {
	switch {
	case t.Kind != kindTable:
		return "It costs no call."
	case t.ReadWith != "":
		return fmt.Sprintf("It is read together with %s, at no extra calls.", t.ReadWith)
	case t.Daily:
		return fmt.Sprintf("One ad account costs %s for a year and %d per later sync, plus one for every %d rows.", counted(t.Year, "call", "calls"), t.Sync, t.Rows)
	}
	return fmt.Sprintf("One ad account costs %s per sync, plus one for every %d rows.", counted(t.Sync, "call", "calls"), t.Rows)
}
