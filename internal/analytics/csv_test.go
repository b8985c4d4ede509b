package analytics_test

import (
	"strings"
	"testing"

	"adtally/internal/analytics"
)

// A cell without rows is 0 in the currency of its column. What is absent stays so, and nothing is
// guessed where a column has several currencies.
func TestWriteCSV_ZeroHasTheCurrencyOfItsColumn(t *testing.T) {
	t.Parallel()
	money := func(value, currency string) analytics.Figure {
		return analytics.Figure{Value: value, Currency: currency}
	}
	row := func(id string, figures ...analytics.Figure) analytics.Row {
		return analytics.Row{Members: []string{id}, Names: []string{id}, Figures: figures}
	}
	a := &analytics.Answer{Columns: []analytics.Column{{Metric: "spend", Unit: "money"}, {Metric: "revenue", Unit: "money"}, {Metric: "refunds", Unit: "money"}},
		Rows:  []analytics.Row{row("a", money("1.00", "EUR"), money("1.00", "EUR"), money("0.00", "")), row("b", money("0.00", ""), money("2.00", "USD"), money("0.00", "")), row("c", money("", ""), money("0.00", ""), money("", ""))},
		Total: []analytics.Figure{money("1.00", "EUR"), {Refused: &analytics.Refusal{Code: "mixed_currency"}}, money("0.00", "")}}
	var out strings.Builder
	if err := analytics.WriteCSV(&out, analytics.CSVTable{By: []string{"campaign"}, NoIDs: true}, a); err != nil {
		t.Fatal(err)
	}
	want := `campaign,spend,spend_currency,revenue,revenue_currency,refunds,refunds_currency
a,1.00,EUR,1.00,EUR,0.00,
b,0.00,EUR,2.00,USD,0.00,
c,,,0.00,,,
(total),1.00,EUR,(mixed_currency),,0.00,
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
