package destinationtest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// show prepares tables and a view.
func (w *warehouse) show(t tester, view *table.View, tables ...*table.Schema) {
	t.Helper()
	if err := view.Check(); err != nil {
		t.Fatalf("the suite's own view: %v", err)
	}
	if err := w.writer.Prepare(context.Background(), w.dataset, tables, view); err != nil {
		t.Fatalf("prepare: %v", err)
	}
}

// levels returns a union of two tables; richer has more columns.
func levels(richer *table.Schema) *table.View {
	return &table.View{Name: "all_levels", Description: "It's all levels.", Union: &table.Union{Column: column("level", table.Text),
		Parts: []table.Part{{Of: facts, Value: "ad's"}, {Of: richer, Value: "account"}}}}
}

func unionShowsAll(t *testing.T, w *warehouse) {
	richer := factTable("richer", column("reach", table.Int))
	w.show(t, levels(richer), facts, richer)
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, "2.000000")))
	w.commit(t, days(alpha, 0, 1), rows{richer, [][]string{append(fact(alpha, 0, "x", 1, null), "7")}})
	same(t, "view", w.see(t, "SELECT level, account_id, CAST(date AS VARCHAR), ad_id, clicks, CAST(spend AS VARCHAR), reach FROM DATASET.all_levels"),
		[]string{"ad's act_1 2026-03-30 x 1 2.000000 NULL", "account act_1 2026-03-30 x 1 NULL 7"})
}

// viewFollows: a view uses the tables that exist. It is created again when more tables
// exist or a column has moved.
func viewFollows(t *testing.T, w *warehouse) {
	richer := factTable("richer", column("reach", table.Int))
	view := levels(richer)
	w.show(t, view)
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	same(t, "with one table", w.see(t, "SELECT level, clicks, reach FROM DATASET.all_levels"), []string{"ad's 1 NULL"})
	w.show(t, view, richer)
	w.commit(t, days(alpha, 0, 1), rows{richer, [][]string{append(fact(alpha, 0, "x", 2, null), "7")}})
	same(t, "with both", w.see(t, "SELECT level, clicks, reach FROM DATASET.all_levels"), []string{"ad's 1 NULL", "account 2 7"})
	text := *richer
	text.Columns = slices.Clone(richer.Columns)
	text.Columns[5] = column("reach", table.Text)
	view = levels(&text)
	w.show(t, view, &text)
	w.commit(t, days(alpha, 0, 1), rows{&text, [][]string{append(fact(alpha, 0, "x", 3, null), "many")}})
	same(t, "with a column of another type", w.see(t, "SELECT level, clicks, reach FROM DATASET.all_levels"), []string{"ad's 1 NULL", "account 3 many"})
}

var (
	actions = &table.Schema{Name: "actions", Description: "What was done.", Mode: table.Replace, Key: []string{"account_id", "date", "ad_id", "kind", "span"},
		Columns: []table.Column{column("account_id", table.Text), column("date", table.Date), column("ad_id", table.Text), column("kind", table.Text),
			column("span", table.Text), column("n", table.Decimal(38, 6)), column("worth", table.Decimal(18, 6))}}
	conversions = &table.View{Name: "conversions", Description: "Facts with conversions.", Wide: &table.Wide{Of: facts, Long: actions,
		TypeColumn: "kind", WindowColumn: "span", CountColumn: "n", MoneyColumn: "worth", Conversions: []table.Conversion{
			{Name: "purchases", Description: "Purchases.", Types: []string{"omni's", "pixel", "app"}, Window: "default"},
			{Name: "leads", Description: "Leads.", Types: []string{"lead"}, Window: "7d_click"}}}}
)

// action returns a row of the first day.
func action(account, ad, kind, span, count, worth string) []string {
	return []string{account, dayText(0), ad, kind, span, count, worth}
}

const (
	purchaseCells = "SELECT ad_id, clicks, CAST(purchases AS VARCHAR), CAST(purchases_value AS VARCHAR), purchases_type_used FROM DATASET.conversions"
	leadCells     = "SELECT ad_id, CAST(leads AS VARCHAR), leads_type_used FROM DATASET.conversions"
)

// The platform lists the same purchase under several action types.
func firstTypePresent(t *testing.T, w *warehouse) {
	w.show(t, conversions, facts, actions)
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "all", 1, null), fact(alpha, 0, "money", 2, null), fact(alpha, 0, "none", 3, null), fact(alpha, 0, "late", 4, null)),
		rows{actions, [][]string{
			action(alpha, "all", "app", "default", "1", "10"), action(alpha, "all", "omni's", "default", "3", "30"), action(alpha, "all", "pixel", "default", "2", "20"),
			action(alpha, "all", "omni's", "7d_click", "99", "990"), action(alpha, "all", "lead", "default", "99", null),
			action(alpha, "money", "pixel", "default", null, "20"), action(alpha, "money", "app", "default", "1", "10"),
			action(alpha, "late", "omni's", "7d_click", "5", null), action(alpha, "late", "lead", "7d_click", "6.5", null)}})
	w.commit(t, days(alpha, 1, 1), factsOf(fact(alpha, 1, "all", 9, null)), rows{actions, nil})
	w.commit(t, days(beta, 0, 1), factsOf(fact(beta, 0, "all", 8, null)), rows{actions, nil})
	same(t, "purchases", w.see(t, purchaseCells), []string{"all 1 3.000000 30.000000 omni's", "money 2 NULL 20.000000 pixel", "none 3 NULL NULL NULL",
		"late 4 NULL NULL NULL", "all 9 NULL NULL NULL", "all 8 NULL NULL NULL"})
	same(t, "leads", w.see(t, leadCells+" WHERE leads_type_used IS NOT NULL"), []string{"late 6.500000 lead"})
}

// neverASum: a conversion is the number of its first type that is present, never a sum over types.
func neverASum(t *testing.T, writer destination.Writer) {
	w := newWarehouse(t, writer)
	w.show(t, conversions, facts, actions)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		account, kinds := fmt.Sprint("act_", n), conversions.Wide.Conversions[0].Types
		told := rapid.SliceOfNDistinct(rapid.SampledFrom(append(slices.Clone(kinds), "other")), 0, 4, rapid.ID[string]).Draw(t, "types")
		var cells [][]string
		want := "x 1 NULL NULL NULL"
		for i, kind := range told {
			cells = append(cells, action(account, "x", kind, "default", fmt.Sprint(i+1), null))
		}
		for _, kind := range slices.Backward(kinds) {
			if i := slices.Index(told, kind); i >= 0 {
				want = fmt.Sprintf("x 1 %d.000000 NULL %s", i+1, kind)
			}
		}
		w.commit(t, days(account, 0, 1), factsOf(fact(account, 0, "x", 1, null)), rows{actions, cells})
		same(t, "purchases", w.see(t, purchaseCells+" WHERE account_id = '"+account+"'"), []string{want})
	})
}
