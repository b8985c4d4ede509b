package analytics_test

import (
	"strings"
	"testing"

	"adtally/internal/analytics"
)

// Orders are counted by their key, which is in one row only, so that counts and amounts are read
// together. Customers of orders are in several, so that they are read by themselves.
func TestAsk_ReadsOrdersOnce(t *testing.T) {
	t.Parallel()
	ask := ofAds(t)
	for reads, metrics := range map[int][]string{1: {"orders", "revenue", "aov"}, 2: {"active_customers", "orders", "revenue"}} {
		a := ask(analytics.Query{Metrics: metrics, By: []string{"campaign"}, Currency: "EUR"})
		if got := strings.Count(a.SQL[0].SQL, `FROM "adtally"."orders"`); got != reads {
			t.Errorf("%v reads orders %d times, not %d:\n%s", metrics, got, reads, a.SQL[0].SQL)
		}
	}
}
