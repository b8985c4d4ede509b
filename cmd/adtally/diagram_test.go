package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// Every declared reference of the usual tables is in the diagram, between columns that
// exist.
func TestDiagram_FacebookAds(t *testing.T) {
	t.Parallel()
	reader, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{Connector: "facebookads", Tables: facebookads.Tables()}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	d := diagramOf(reader, accountTables["facebookads"])
	columns, kinds := map[string][]string{}, map[string]adtally.DiagramKind{}
	for _, table := range d.Tables {
		if columns[table.Name] != nil || table.Description == "" {
			t.Errorf("%s is there twice, or has no description", table.Name)
		}
		kinds[table.Name] = table.Kind
		for _, c := range table.Columns {
			columns[table.Name] = append(columns[table.Name], c.Name)
		}
	}
	var lines []string
	for _, r := range d.References {
		lines = append(lines, fmt.Sprint(r.Table, " ", r.Columns, " ", r.ToTable, " ", r.ToColumns))
		for name, list := range map[string][]string{r.Table: r.Columns, r.ToTable: r.ToColumns} {
			for _, c := range list {
				if !slices.Contains(columns[name], c) {
					t.Errorf("%+v: %s has no column %s", r, name, c)
				}
			}
		}
		if len(r.Columns) == 0 || len(r.Columns) != len(r.ToColumns) {
			t.Errorf("%+v", r)
		}
	}
	for _, want := range []string{"basic_ad [ad_id] ads [id]", "basic_ad [campaign_id] campaigns [id]", "ads [creative_id] ad_creatives [id]", "basic_ad [account_id] ad_accounts [account_id]",
		"basic_ad_actions [account_id date ad_id] basic_ad [account_id date ad_id]", "campaigns_history [id] campaigns [id]", "basic_ad_conversions [account_id date ad_id] basic_ad [account_id date ad_id]"} {
		if !slices.Contains(lines, want) {
			t.Errorf("%s is missing:\n%s", want, strings.Join(lines, "\n"))
		}
	}
	for name, want := range map[string]adtally.DiagramKind{"ads": adtally.ObjectTable, "campaigns_history": adtally.ObjectTable, "basic_ad": adtally.FigureTable, "basic_ad_actions": adtally.FigureTable,
		"basic_account_country": adtally.BreakdownTable, "basic_all_level": adtally.ViewTable, "_gaps": adtally.InternalTable, "_reconciliation": adtally.InternalTable} {
		if kinds[name] != want {
			t.Errorf("%s is %q, want %q", name, kinds[name], want)
		}
	}
}
