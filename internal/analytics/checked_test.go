package analytics_test

import (
	"fmt"
	"strings"
	"testing"

	"adtally/internal/analytics"
)

func own(name, text string) analytics.File {
	return analytics.File{Name: name, Text: []byte(text), Own: true}
}

const profit = `metrics:
  - {name: profit, type: derived, expr: net_revenue - spend, input_metrics: [{name: net_revenue}, {name: spend}], config: {meta: {title: Profit, unit: money}}}
`

func TestCheck_NamesProblemsAndChanges(t *testing.T) {
	t.Parallel()
	inForce := append(analytics.BuiltIn(), own("own", profit))
	for name, c := range map[string]struct {
		file    analytics.File
		problem string // "line: part of the message"; empty = valid
		changes string
		sql     bool
	}{
		"nothing new":     {file: own("own", profit)},
		"moved":           {file: own("own", "# A comment.\n"+profit)},
		"added":           {file: own("more", "metrics:\n  - {name: half, type: derived, expr: spend / 2, input_metrics: [{name: spend}]}\n"), changes: "[{half added}]"},
		"changed":         {file: own("own", strings.Replace(profit, "- spend", "- 2 * spend", 1)), changes: "[{profit changed}]"},
		"changed a part":  {file: own("more", "metrics:\n  - {name: net_revenue, type: derived, expr: revenue - refunds_paid, input_metrics: [{name: revenue}, {name: refunds_paid}], config: {meta: {title: Net revenue, unit: money, better: up}}}\n"), changes: "[{net_revenue changed} {contribution changed} {mer changed} {blended_roas changed} {profit changed}]"},
		"removed":         {file: own("own", ""), changes: "[{profit removed}]"},
		"unknown metric":  {file: own("more", "metrics:\n\n  - {name: half, type: derived, expr: spent / 2}\n"), problem: "3: Did you mean spend?"},
		"unknown key":     {file: own("more", "metrics:\n  - {name: half, type: derived, expr: spend / 2, colour: red}\n"), problem: "2: the key colour is not known"},
		"itself":          {file: own("more", "metrics:\n  - {name: half, type: derived, expr: half / 2}\n"), problem: "2: the metric refers to itself: half → half"},
		"no YAML":         {file: own("more", "metrics: ["), problem: "1: "},
		"dashboards":      {file: own("more", "dashboards:\n  - {name: mine}\n"), problem: "2: Dashboards are not read from this file"},
		"sql":             {file: own("more", "models:\n  - {name: mine, semantic_model: true, config: {meta: {sql: SELECT 1 AS a}}, columns: []}\n"), sql: true},
		"needed by other": {file: analytics.File{Name: "metrics.yaml"}, problem: "0: own"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := analytics.Check(inForce, c.file)
			problem := ""
			if len(got.Problems) > 0 {
				problem = fmt.Sprintf("%d: %s", got.Problems[0].Line, got.Problems[0].Message)
			}
			line, text, _ := strings.Cut(c.problem, ": ")
			if (c.problem == "") != (problem == "") || !strings.HasPrefix(problem, line) || !strings.Contains(problem, text) {
				t.Errorf("the problem is %q, want %q", problem, c.problem)
			}
			changes := ""
			if len(got.Changes) > 0 {
				changes = fmt.Sprint(got.Changes)
			}
			if changes != c.changes || got.SQL != c.sql {
				t.Errorf("changes %s, want %s; SQL: %t", changes, c.changes, got.SQL)
			}
		})
	}
}

// What was exported means the same as the files.
func TestExport_ReadsTheSame(t *testing.T) {
	t.Parallel()
	override := own("more", `models:
  - name: customers
    config: {meta: {table: shop.customers, coverage: customers}}
    semantic_model: true
    agg_time_dimension: acquired_at
    columns:
      - {name: customer_id, entity: {type: primary, name: customer}}
      - {name: acquired_at, granularity: day, dimension: {type: time}, config: {meta: {zone: reporting}}}
    metrics:
      - {name: leads, type: simple, agg: count, expr: customer_id}
metrics:
  - {name: cac, type: ratio, numerator: spend, denominator: leads, config: {meta: {title: CAC, unit: money}}}
`)
	files := append(analytics.BuiltIn(), own("own", profit), override)
	text, err := analytics.Export(files...)
	if err != nil {
		t.Fatal(err)
	}
	want, err := analytics.Load(files...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := analytics.Load(analytics.File{Name: "export", Text: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(got.Metrics) != len(want.Metrics) || len(got.Models) != len(want.Models) {
		t.Errorf("%d metrics and %d models, want %d and %d", len(got.Metrics), len(got.Models), len(want.Metrics), len(want.Models))
	}
	same := func(all []analytics.MetricInfo) map[string]string {
		by := map[string]string{}
		for _, m := range all {
			m.Own = false
			by[m.Name] = fmt.Sprintf("%+v", m)
		}
		return by
	}
	have := same(got.Infos())
	for name, info := range same(want.Infos()) {
		if have[name] != info {
			t.Errorf("%s is %s, want %s", name, have[name], info)
		}
	}
	if _, err := analytics.Export(own("broken", "metrics: [")); err == nil {
		t.Error("a broken file was exported")
	}
}

// The built-in dashboards show metrics and dimensions that exist.
func TestReadyDashboards_KnowTheirMetrics(t *testing.T) {
	t.Parallel()
	d := analytics.Standard()
	var metrics, dimensions []string
	for _, m := range d.Infos() {
		metrics = append(metrics, m.Name)
	}
	for _, one := range d.Dimensions() {
		dimensions = append(dimensions, one.Name)
	}
	for _, r := range analytics.ReadyDashboards() {
		for _, p := range r.Check(metrics, dimensions) {
			t.Errorf("%s: %s: %s", r.Name, p.Field, p.Message)
		}
	}
}
