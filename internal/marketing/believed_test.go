package marketing_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
	"adtally/internal/marketing"
	"adtally/internal/table"
)

func opened(t *testing.T, file string) destination.Writer {
	t.Helper()
	w, err := duckdb.New(duckdb.Options{}).Open(t.Context(), adtally.Destination{Location: file}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// daily is a platform's table of figures by day.
var daily = &table.Schema{Name: "daily", Description: "Figures.", Mode: table.Replace, Key: []string{"account_id", "date"}, Restated: []string{"cost"}, Columns: []table.Column{
	{Name: "account_id", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "Account."},
	{Name: "date", Type: table.Date, Unit: table.Days, Additivity: table.None, Description: "Day."},
	{Name: "currency", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "Currency."},
	{Name: "cost", Type: table.Decimal(18, 6), Unit: table.Money, Additivity: table.Sum, Description: "Cost."}}}

// recorded fills two datasets with what loads record of two days of an account that both have.
func recorded(t *testing.T, file string) {
	t.Helper()
	w := opened(t, file)
	for _, dataset := range []string{"one", "two"} {
		if err := w.Prepare(t.Context(), dataset, []*table.Schema{daily, &table.Reconciliation}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i, dataset := range []string{"one", "two"} {
		for _, statement := range []string{
			`INSERT INTO %[1]s.daily (account_id, date, currency, cost, _synced_at, _load_id) VALUES ('7', DATE '2026-01-01', 'EUR', %[2]d00, now(), 'l')`,
			`INSERT INTO %[1]s._loads (sequence, load_id, stream, table_name, account_id, date_from, date_to, asked_at) VALUES (1, 'l', 'daily', 'daily', '7', DATE '2026-01-01', DATE '2026-01-02', now())`,
			`INSERT INTO %[1]s._restatement (table_name, account_id, date, metric, age, value, _synced_at, _load_id)
				SELECT t, '7', date, 'cost', age, value * %[2]d, now(), 'l' FROM (VALUES ('daily'), ('other')) x(t), (VALUES (DATE '2026-01-01', 0, 20), (DATE '2026-01-01', 7, 90), (DATE '2026-01-01', 28, 100), (DATE '2026-01-02', 7, 50)) v(date, age, value)`,
			`INSERT INTO %[1]s._reconciliation (account_id, date, table_name, metric, ours, theirs, drift, state, _synced_at, _load_id)
				SELECT '7', DATE '2026-01-01', t, m, %[2]d00, 103, %[2]d00 - 103, 'drift', now(), 'l' FROM (VALUES ('daily'), ('other')) x(t), (VALUES ('cost'), ('clicks')) y(m)`,
		} {
			if _, err := db.ExecContext(t.Context(), fmt.Sprintf(statement, dataset, i+1)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Drift and maturity come from the tables that loads write: of the table that spend is computed
// from, of each account once, and of days that were read at both ages.
func TestRefresh_DriftAndMaturity(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.duckdb")
	recorded(t, file)
	w := opened(t, file)
	t.Cleanup(func() { _ = w.Close() })
	of := adtally.Marketing{Channel: "facebook", Campaigns: []adtally.MarketingTable{{Table: "daily", Loads: "daily",
		Columns: map[string]string{"date": "date", "account_id": "account_id", "currency": "currency", "spend": "cost"}}}}
	b := &marketing.Builder{Warehouse: w, Settings: analytics.DefaultSettings()}
	if err := b.Refresh(t.Context(), []marketing.Source{{Dataset: "one", Marketing: of}, {Dataset: "two", Marketing: of}}); err != nil {
		t.Fatal(err)
	}
	db, done, err := w.Query(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	day, _ := adtally.ParseDay("2026-01-01")
	q := analytics.Query{Metrics: []string{"drift", "maturity_0_days", "maturity_1_day", "maturity", "spend"}, Grain: analytics.ByDay, From: day, To: day + 1, By: []string{"account"}}
	a, err := analytics.New(analytics.Standard(), analytics.DefaultSettings()).Ask(t.Context(), db, q)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, r := range a.Rows {
		got += r.Bucket + r.Members[0]
		for _, f := range r.Figures {
			got += "|" + f.Value
		}
		got += " "
	}
	if got != "2026-01-017|-3.00|0.200000||0.900000|100.00 2026-01-027|||||0.00 " {
		t.Errorf("by day: %s", got)
	}
}
