package mcp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/mcp"
)

func columnsOf(a answer) string {
	var names []string
	for _, c := range a.Columns {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

// campaigns is an answer about two campaigns and the others.
func campaigns(currencies ...string) analytics.Answer {
	rows := []analytics.Row{}
	for i, value := range []string{"9", "10", "", "99"} {
		id := []string{"1", "2", "3", "(others)"}[i]
		rows = append(rows, analytics.Row{Members: []string{id}, Names: []string{"n" + id}, Figures: []analytics.Figure{money(value, currencies[i%len(currencies)])},
			Previous: []analytics.Figure{money("1", currencies[i%len(currencies)])}, Change: []analytics.Figure{{Value: "0.5"}}})
	}
	return analytics.Answer{Columns: []analytics.Column{{Metric: "spend", Title: "Spend", Unit: "money"}}, Rows: rows, Total: []analytics.Figure{money("118", currencies[0])}, AsOf: now}
}

func TestQuery_Table(t *testing.T) {
	t.Parallel()
	const by = `{"metrics":["spend"],"dimensions":["campaign"],` + june
	for name, c := range map[string]struct {
		arguments, columns, rows, total, currency string
		answer                                    analytics.Answer
	}{
		"IDs and names":      {by + `}`, "campaign campaign_name spend", "1 n1 9\n2 n2 10\n3 n3 -\n(others) n(others) 99", "", "EUR", campaigns("EUR")},
		"IDs":                {by + `,"names":false}`, "campaign spend", "1 9\n2 10\n3 -\n(others) 99", "", "EUR", campaigns("EUR")},
		"largest first":      {by + `,"names":false,"order_by":{"metric":"spend"}}`, "campaign spend", "2 10\n1 9\n3 -\n(others) 99", "", "EUR", campaigns("EUR")},
		"smallest first":     {by + `,"names":false,"order_by":{"metric":"spend","direction":"asc"}}`, "campaign spend", "1 9\n2 10\n3 -\n(others) 99", "", "EUR", campaigns("EUR")},
		"several currencies": {by + `,"names":false}`, "campaign spend spend_currency", "1 9 EUR\n2 10 USD\n3 - EUR\n(others) 99 USD", "", "-", campaigns("EUR", "USD")},
		"compared":           {by + `,"names":false,"compare":"last_year","limit":1}`, "campaign spend spend_previous spend_change", "1 9 1 0.5", "", "EUR", campaigns("EUR")},
		"a total":            {by + `,"names":false,"totals":true,"limit":1}`, "campaign spend", "1 9", "118", "EUR", campaigns("EUR")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := good()
			f.answer = c.answer
			a := start(t, f, asker).ask(c.arguments)
			currency := text([]*string{a.Currency})
			if columnsOf(a) != c.columns || text(a.Rows...) != c.rows || text(a.Total) != c.total || currency != c.currency {
				t.Errorf("%s\n%s\ntotal %s, currency %s", columnsOf(a), text(a.Rows...), text(a.Total), currency)
			}
			if truncated := strings.Contains(c.arguments, "limit"); a.Truncated != truncated || a.RowCount != len(a.Rows) || a.Timezone != "Europe/Berlin" || a.AsOf == nil || !a.AsOf.Equal(now) || a.Definitions["spend"].Definition != "What was spent." {
				t.Errorf("%+v", a)
			}
			if a.Columns[0].Content != "untrusted_text" || a.Columns[len(a.Columns)-1].Content != "" {
				t.Errorf("%+v", a.Columns)
			}
		})
	}
}

func TestQuery_IsThatOfTheSemanticLayer(t *testing.T) {
	t.Parallel()
	f := good()
	f.answer.Rows = nil
	c := start(t, f, asker)
	c.ask(`{"metrics":["spend"],"dimensions":["campaign"],` + june + `,"grain":"week","compare":"previous","currency":"EUR","totals":true,"top":{"n":3,"by":"spend"},` +
		`"filters":[{"dimension":"campaign","op":"contains","values":["um"]},{"dimension":"channel","op":"not_in","values":["x"]},{"dimension":"account","op":"in","values":["7"]},{"dimension":"campaign","op":"contains","values":["nothing"]}]}`)
	want := analytics.Query{Metrics: []string{"spend"}, By: []string{"campaign"}, From: day("2026-06-01"), To: day("2026-06-02"), Grain: analytics.ByISOWeek, Compare: analytics.PreviousPeriod, Currency: "EUR", Totals: true, Top: &analytics.Top{N: 3, By: "spend"},
		Filters: []analytics.Filter{{Dimension: "campaign", In: []string{"2"}}, {Dimension: "channel", NotIn: []string{"x"}}, {Dimension: "account", In: []string{"7"}}, {Dimension: "campaign", In: []string{}}}}
	if got, _ := json.Marshal(f.asked[0]); string(got) != asJSON(want) {
		t.Errorf("%s\nnot\n%s", got, asJSON(want))
	}
}

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestQuery_RefusesArguments(t *testing.T) {
	t.Parallel()
	c := start(t, good(), asker)
	for _, arguments := range []string{
		`{}`, `{"metrics":null,` + june + `}`, `{"metrics":[],` + june + `}`, `{"metrics":["spend"],"from":"2026-06-02","to":"2026-06-01"}`, `{"metrics":["spend"],"from":"June","to":"2026-06-01"}`,
		`{"metrics":["spend"],` + june + `,"grain":"hour"}`, `{"metrics":["spend"],` + june + `,"limit":1001}`, `{"metrics":["spend"],` + june + `,"limit":null}`, `{"metrics":["spend"],` + june + `,"lock":[]}`,
		`{"metrics":["spend"],` + june + `,"filters":[{"dimension":"campaign","op":"in","values":[]}]}`, `{"metrics":["spend"],` + june + `,"order_by":{"metric":"orders"}}`, `[]`, `"x"`,
		`{"metrics":["spend"],"from":"2026-02-31","to":"2026-03-01"}`,
	} {
		if arguments == `[]` || arguments == `"x"` {
			continue // the protocol refuses them
		}
		if got := c.call("query_metrics", arguments).code(); got != "invalid_arguments" {
			t.Errorf("%s: %s", arguments, got)
		}
	}
	if len(c.asked) > 0 {
		t.Errorf("asked %v", c.asked)
	}
}

// An answer names what is missing of the accounts that it is about.
func TestQuery_SaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	f := good()
	f.answer.Notes = []analytics.Note{{Code: "partly_read", Message: "Not all days were read of EVIL NAME", Missing: []analytics.UnreadDays{{Account: "8", From: day("2026-06-02"), To: day("2026-06-02")}}}, {Code: "still_counting", Message: "Conversions still come in.", Days: []adtally.Day{day("2026-06-01")}}}
	f.sources[0].Gaps = []mcp.Gap{{Account: "7", Window: adtally.WindowOf(day("2026-06-02"), day("2026-06-04")), Code: "too_old"}, {Account: "7", Window: adtally.WindowOf(day("2026-01-01"), day("2026-01-01")), Code: "other_days"}, {Account: "9", Window: adtally.WindowOf(day("2026-06-02"), day("2026-06-02")), Code: "other_account"}}
	c := start(t, f, asker)
	a := c.ask(`{"metrics":["spend"],` + june + `,"filters":[{"dimension":"account","op":"in","values":["7","8"]}]}`)
	if got := fmt.Sprint(a.Complete, a.Incomplete); got != "false [{8 2026-06-02 2026-06-02 not_read} {7 2026-06-02 2026-06-04 too_old}]" {
		t.Error(got)
	}
	if len(a.Warnings) != 1 || a.Warnings[0].Code != "still_counting" {
		t.Errorf("%v", a.Warnings)
	}
	f.answer.Notes = nil
	f.answer.Columns[0].Metric = "orders"
	if a := c.ask(`{"metrics":["orders"],` + june + `}`); !a.Complete || len(a.Incomplete) > 0 {
		t.Errorf("orders are not about accounts: %v", a.Incomplete)
	}
}

// An answer fits a model's memory.
func TestQuery_IsBounded(t *testing.T) {
	t.Parallel()
	f := good()
	f.answer.Rows = nil
	for i := range 3000 {
		f.answer.Rows = append(f.answer.Rows, analytics.Row{Members: []string{fmt.Sprint(i)}, Names: []string{strings.Repeat("界", 300)}, Figures: []analytics.Figure{money("1", "EUR")}})
	}
	c := start(t, f, asker)
	r := c.call("query_metrics", `{"metrics":["spend"],"dimensions":["campaign"],`+june+`,"limit":1000}`)
	if len(r.Structured) > 256<<10 || !strings.Contains(string(r.Structured), `"truncated":true`) {
		t.Errorf("%d bytes", len(r.Structured))
	}
}

// A refused figure is absent, and a warning says why.
func TestQuery_RefusedFigure(t *testing.T) {
	t.Parallel()
	f := good()
	f.answer.Rows[0].Figures[0] = analytics.Figure{Refused: &analytics.Refusal{Code: "fx_missing", Message: "There is no rate", Hint: "Wait."}}
	a := start(t, f, asker).ask(spend)
	if text(a.Rows...) != "-" || len(a.Warnings) != 1 || a.Warnings[0].Code != "fx_missing" {
		t.Errorf("%+v", a)
	}
}

func TestSQL_Envelope(t *testing.T) {
	t.Parallel()
	f := good()
	f.end = adtally.SQLResult{Rows: 2, AsOf: now, Limit: adtally.RowLimit}
	c := start(t, f, asker)
	var a answer
	if err := json.Unmarshal(c.call("run_sql", `{"sql":"SELECT v FROM t"}`).Structured, &a); err != nil {
		t.Fatal(err)
	}
	if text(a.Rows...) != "a\n-" || !a.Truncated || a.Complete || a.Columns[0].Content != "untrusted_text" || a.AsOf == nil {
		t.Errorf("%+v", a)
	}
	f.kind, f.end = "DECIMAL(18,2)", adtally.SQLResult{}
	if err := json.Unmarshal(c.call("run_sql", `{"sql":"SELECT v FROM t","limit":1}`).Structured, &a); err != nil {
		t.Fatal(err)
	}
	if a.RowCount != 1 || !a.Truncated {
		t.Errorf("%+v", a)
	}
}
