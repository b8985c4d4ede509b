package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"adtally/internal/analytics"
)

// holdFigures writes the shared dataset with two campaigns into a warehouse.
func holdFigures(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("duckdb", file)
	if err != nil {
		t.Fatal(err)
	}
	statements := []string{`CREATE SCHEMA adtally`}
	for _, table := range analytics.Tables() {
		var columns []string
		for _, c := range table.Columns {
			columns = append(columns, c.Name+" "+c.Type.String())
		}
		statements = append(statements, fmt.Sprintf("CREATE TABLE adtally.%s (%s)", table.Name, strings.Join(columns, ", ")))
	}
	statements = append(statements,
		`INSERT INTO adtally.day (date) VALUES ('2026-01-01'), ('2026-01-02')`,
		`INSERT INTO adtally.campaigns (campaign_id, account_id, channel, source, campaign_name, current) VALUES ('1', 'a', 'facebook', 's', 'DE_sales', true), ('2', 'a', 'facebook', 's', '=Summer', true)`,
		`INSERT INTO adtally.marketing_spend (date, channel, source, account_id, campaign_id, currency, spend, clicks) VALUES ('2026-01-01', 'facebook', 's', 'a', '1', 'EUR', 10.005, 4), ('2026-01-02', 'facebook', 's', 'a', '2', 'EUR', 5, 0)`)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// answerRows shows the rows of an answer, with the first figure of each.
func answerRows(answer map[string]any) string {
	var lines []string
	all, _ := answer["rows"].([]any)
	for _, one := range all {
		r, _ := one.(map[string]any)
		figures, _ := r["figures"].([]any)
		lines = append(lines, fmt.Sprintf("%v %v", r["names"], figures[0].(map[string]any)["value"]))
	}
	return strings.Join(lines, ", ")
}

// From an empty installation to own metrics and dimensions, over HTTP.
func TestServe_Analytics(t *testing.T) {
	t.Parallel()
	r := startService(t, startSim(t))
	question := map[string]any{"metrics": []string{"spend"}, "from": "2026-01-01", "to": "2026-01-02", "by": []string{"campaign"}, "totals": true}
	if got := r.ask("POST", "/api/v1/query", question, 422); got["code"] != "no_data" {
		t.Errorf("an empty warehouse: %v", got)
	}
	if got, _ := r.ask("GET", "/api/v1/dashboards", nil, 200)["items"].([]any); len(got) != 5 {
		t.Errorf("there are %d dashboards", len(got))
	}
	r.ask("POST", "/api/v1/dashboards/performance/duplicate", map[string]any{}, 201)
}

// Own definitions and naming rules are in force as soon as they are stored.
func TestServe_OwnDefinitions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	holdFigures(t, filepath.Join(dir, "w.duckdb"))
	r := startService(t, startSim(t), "--warehouse", filepath.Join(dir, "w.duckdb"))
	question := func(metric, by string) map[string]any {
		return map[string]any{"metrics": []string{metric}, "from": "2026-01-01", "to": "2026-01-02", "by": []string{by}, "totals": true}
	}
	if got := answerRows(r.ask("POST", "/api/v1/query", question("spend", "campaign"), 200)); got != "[DE_sales] 10.01, [=Summer] 5.00" {
		t.Errorf("spend: %s", got)
	}
	if got, _ := r.read("/api/v1/dimensions/campaign/members?search=sal", r.http); !strings.Contains(got, `"name":"DE_sales"`) {
		t.Errorf("members: %s", got)
	}
	if got := r.ask("POST", "/api/v1/query", question("double", "campaign"), 422); got["code"] != "unknown_metric" {
		t.Errorf("before it is defined: %v", got)
	}
	double := map[string]any{"yaml": "metrics:\n  - {name: double, type: derived, expr: 2 * spend, input_metrics: [{name: spend}], config: {meta: {title: Double, unit: money}}}\n"}
	r.ask("PUT", "/api/v1/definitions/own", double, 428)
	r.ask("PUT", "/api/v1/definitions/own", double, 200, "If-Match", `"0"`)
	if got := answerRows(r.ask("POST", "/api/v1/query", question("double", "campaign"), 200)); got != "[DE_sales] 20.01, [=Summer] 10.00" {
		t.Errorf("an own metric: %s", got)
	}
	if text, _ := r.read("/api/v1/definitions.yaml", r.http); !strings.Contains(text, "name: double") || !strings.Contains(text, "name: cac") {
		t.Error("the export lacks a metric")
	}
	rule := map[string]any{"title": "Market and goal", "level": "campaign", "kind": "delimiter", "delimiter": "_", "parts": []map[string]any{{"index": 1, "dimension": "market"}, {"index": 2, "dimension": "goal"}}}
	r.ask("POST", "/api/v1/naming-rules", rule, 201)
	if got := answerRows(r.ask("POST", "/api/v1/query", question("spend", "market"), 200)); got != "[(unparsed)] 5.00, [DE] 10.01" {
		t.Errorf("by a part of the name: %s", got)
	}
	preview := r.ask("POST", "/api/v1/naming-rules/preview", rule, 200)
	if preview["names"] != 2.0 || preview["unparsed"] != 1.0 {
		t.Errorf("the preview: %v", preview)
	}
}
