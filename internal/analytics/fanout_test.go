package analytics_test

import (
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/analytics"
)

// A question over two models has the same figures as the two asked alone, for every pair of
// models, every dimension that both have, and every grain: no join multiplies rows.
func TestAsk_PairsOfModels(t *testing.T) {
	t.Parallel()
	folder, err := analytics.LoadFolder(shop)
	if err != nil {
		t.Fatal(err)
	}
	defs := analytics.Standard()
	db, engine := scratch(t, folder), analytics.New(defs, folder.Settings)
	from, to := adtally.Day(20458), adtally.Day(20468) // 5 to 15 January 2026
	asked := 0
	infos := slices.DeleteFunc(defs.Infos(), func(m analytics.MetricInfo) bool {
		return !slices.Contains([]string{"spend", "platform_value", "new_customers", "orders", "active_customers", "revenue", "refunds", "refunds_paid", "zero_conversion_spend"}, m.Name)
	})
	for i, a := range infos {
		for _, b := range infos[i+1:] {
			if a.Models[0] == b.Models[0] {
				continue
			}
			for _, by := range append(shared(a.Dimensions, b.Dimensions), "") {
				asked++
				samePair(t, func(metrics ...string) map[string]string {
					q := analytics.Query{Metrics: metrics, From: from, To: to, Currency: "EUR", Grain: []analytics.Grain{analytics.Whole, analytics.ByISOWeek}[asked%2]}
					if by != "" {
						q.By = []string{by}
					}
					answer, err := engine.Ask(t.Context(), db, q)
					if err != nil {
						t.Fatalf("%v by %s: %v", metrics, by, err)
					}
					return cells(metrics, answer)
				}, a.Name, b.Name)
			}
		}
	}
	if asked < 50 {
		t.Errorf("only %d pairs were asked", asked)
	}
}

func samePair(t *testing.T, ask func(...string) map[string]string, a, b string) {
	t.Helper()
	together := ask(a, b)
	for _, one := range []string{a, b} {
		for cell, value := range ask(one) {
			if together[cell] != value {
				t.Errorf("%s with %s: %s is %q, alone %q", a, b, cell, together[cell], value)
			}
		}
	}
}

// cells are the figures of an answer by metric, bucket and members.
func cells(metrics []string, a *analytics.Answer) map[string]string {
	all := map[string]string{}
	for _, r := range a.Rows {
		for i, f := range r.Figures {
			all[metrics[i]+" "+r.Bucket+" "+strings.Join(r.Members, " ")] = f.Value
		}
	}
	return all
}

func shared(a, b []string) (both []string) {
	for _, dim := range a {
		if slices.Contains(b, dim) && dim != "ad" && dim != "ad_set" {
			both = append(both, dim)
		}
	}
	return both
}
