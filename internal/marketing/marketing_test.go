package marketing_test

import (
	"path/filepath"
	"testing"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination/duckdb"
	"adtally/internal/marketing"
)

// In an empty warehouse, every metric can be asked by every dimension that it has: there is
// nothing yet, but nothing is missing either. A refresh can be repeated.
func TestRefresh_EmptyWarehouse(t *testing.T) {
	t.Parallel()
	w, err := duckdb.New(duckdb.Options{}).Open(t.Context(), adtally.Destination{Location: filepath.Join(t.TempDir(), "x.duckdb")}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	b := &marketing.Builder{Warehouse: w, Settings: analytics.DefaultSettings()}
	sources := []marketing.Source{{Dataset: "facebook_ads", Marketing: adtally.Marketing{Channel: "facebook", Campaigns: []adtally.MarketingTable{{Table: "basic_campaign", Loads: "basic_campaign"}}}}}
	for range 2 {
		if err := b.Refresh(t.Context(), sources); err != nil {
			t.Fatal(err)
		}
	}
	db, done, err := w.Query(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	defs := analytics.Standard()
	engine := analytics.New(defs, analytics.DefaultSettings())
	day := adtally.Day(20458)
	for _, m := range defs.Infos() {
		q := analytics.Query{Metrics: []string{m.Name}, From: day, To: day, Filters: []analytics.Filter{{Dimension: "campaign", In: []string{"1"}}}}
		if m.Name == "reach" || m.Name == "frequency" {
			q.By = []string{"campaign"}
		} else {
			q.Filters = nil
		}
		a, err := engine.Ask(t.Context(), db, q)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		for _, r := range a.Rows {
			if v := r.Figures[0].Value; v != "" && m.Name != "zone_badge" {
				t.Errorf("%s is %s although nothing was read", m.Name, v)
			}
		}
	}
}
