package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/connector/facebookads"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
	"adtally/internal/marketing"
	"adtally/internal/table"
)

// dashboardFile is the environment variable with a file to keep between runs of
// BenchmarkDashboards, because generating it takes minutes.
const dashboardFile = "ADTALLY_BENCH_DASHBOARDS"

// BenchmarkDashboards asks for every tile of the ready dashboards over ten million rows of
// ads and a hundred million rows of actions. "p95-ms" is the 95th percentile, warm; "first-ms"
// the first time in a new process; "ratio" compares the median with the statements as
// DuckDB runs them without the semantic layer.
func BenchmarkDashboards(b *testing.B) {
	w := dashboardWarehouse(b)
	db, done, err := w.Query(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer done()
	settings := analytics.DefaultSettings()
	engine := analytics.New(analytics.Standard(), settings)
	for _, d := range analytics.ReadyDashboards() {
		for _, tile := range d.Tiles {
			if len(tile.Metrics) == 0 {
				continue
			}
			q := tileQuery(d, tile)
			b.Run(d.Name+"/"+tile.ID, func(b *testing.B) { benchTile(b, engine, db, q) })
		}
	}
}

func benchTile(b *testing.B, engine *analytics.Engine, db *sql.DB, q analytics.Query) {
	b.Helper()
	ask := func() *analytics.Answer {
		a, err := engine.Ask(b.Context(), db, q)
		if err != nil {
			b.Skip(err)
		}
		return a
	}
	began := time.Now()
	answer := ask()
	first := time.Since(began)
	var took, raw []time.Duration
	for b.Loop() {
		began := time.Now()
		ask()
		took = append(took, time.Since(began))
		began = time.Now()
		for _, s := range answer.SQL {
			drain(b, db, s)
		}
		raw = append(raw, time.Since(began))
	}
	slices.Sort(took)
	slices.Sort(raw)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(first), "first-ms")
	b.ReportMetric(ms(took[len(took)*95/100]), "p95-ms")
	b.ReportMetric(float64(took[len(took)/2])/float64(raw[len(raw)/2]), "ratio")
	b.ReportMetric(0, "ns/op")
}

func drain(b *testing.B, db *sql.DB, s analytics.Statement) {
	b.Helper()
	rows, err := db.QueryContext(b.Context(), s.SQL, s.Values...)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
}

// tileQuery is the question of a tile, as the page asks it.
func tileQuery(d analytics.ReadyDashboard, t analytics.Tile) analytics.Query {
	q := analytics.Query{Metrics: t.Metrics, By: t.By, Grain: t.Grain, Filters: t.Filters, Totals: t.Totals, Top: t.Top, Currency: "EUR", Compare: d.Compare}
	if t.Compare != nil {
		q.Compare = *t.Compare
	}
	q.From, q.To = d.Range.Resolved(benchToday)
	return q
}

// benchToday is the last day of the generated rows.
var benchToday = adtally.DayOf(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), time.UTC)

// dashboardWarehouse is a warehouse with three years of 50 accounts.
func dashboardWarehouse(b *testing.B) destination.Writer {
	b.Helper()
	file := os.Getenv(dashboardFile)
	if file == "" {
		file = filepath.Join(b.TempDir(), "dashboards.duckdb")
	}
	_, err := os.Stat(file)
	if err != nil {
		generateDashboards(b, file)
	}
	w, err := duckdb.New(duckdb.Options{}).Open(b.Context(), adtally.Destination{Location: file}, adtally.Secret{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.Close() })
	began := time.Now()
	spec := facebookads.New(facebookads.Config{}).Spec()
	build := &marketing.Builder{Warehouse: w, Settings: analytics.DefaultSettings()}
	if err := build.Refresh(b.Context(), []marketing.Source{{Dataset: "facebook_ads", Marketing: spec.Marketing}}); err != nil {
		b.Fatal(err)
	}
	b.Logf("the shared dataset was made in %s", time.Since(began).Round(time.Millisecond))
	return w
}

func generateDashboards(b *testing.B, file string) {
	b.Helper()
	w, err := duckdb.New(duckdb.Options{}).Open(b.Context(), adtally.Destination{Location: file}, adtally.Secret{})
	if err != nil {
		b.Fatal(err)
	}
	r, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{}, adtally.Secret{})
	if err != nil {
		b.Fatal(err)
	}
	var tables []*table.Schema
	for _, s := range r.Streams() {
		tables = append(tables, s.Tables...)
	}
	if err := w.Prepare(b.Context(), "facebook_ads", tables, r.Views()...); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("duckdb", file)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	ads, days := 182, 1098 // of each account: 50 × 182 × 1098 = 10 million rows
	if testing.Short() {
		ads, days = 2, 60
	}
	for _, statement := range dashboardRows {
		statement = strings.NewReplacer("DAYS", fmt.Sprint(days), "ADS", fmt.Sprint(ads)).Replace(statement)
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
}

// dashboardRows generates the rows. An ad has about ten actions a day, a campaign has ten
// ads. Rows lie in the order of days, as loads write them.
var dashboardRows = []string{
	`INSERT INTO facebook_ads.ad_accounts (id, account_id, name, currency, timezone_name) SELECT 'act_' || (1000 + c), CAST(1000 + c AS VARCHAR), 'Account ' || c, 'EUR', 'Europe/Berlin' FROM range(50) AS t(c)`,
	`INSERT INTO facebook_ads.basic_ad (account_id, date, campaign_id, campaign_name, adset_id, ad_id, ad_name, currency, impressions, clicks, spend, _synced_at, _load_id)
		SELECT CAST(1000 + c AS VARCHAR), DATE '2026-06-01' - CAST(d AS INTEGER), '238500' || (c * 1000 + a // 10), 'Campaign ' || (a // 10), '238600' || (c * 1000 + a // 3), '120200' || (c * 1000 + a), 'Ad number ' || a,
			'EUR', (a * 7919 + d * 31) % 9999, (a + d) % 97, ((a * 31 + d * c) % 9999) / 100, TIMESTAMPTZ '2026-06-02 08:00:00+00', 'load-1'
		FROM range(DAYS) AS days(d), range(50) AS accounts(c), range(ADS) AS ads(a) ORDER BY d DESC, c, a`,
	`INSERT INTO facebook_ads.basic_campaign (account_id, date, campaign_id, campaign_name, currency, impressions, clicks, spend, reach, _synced_at, _load_id)
		SELECT account_id, date, campaign_id, MIN(campaign_name), 'EUR', SUM(impressions), SUM(clicks), SUM(spend), SUM(impressions) // 2, MIN(_synced_at), 'load-1' FROM facebook_ads.basic_ad GROUP BY ALL ORDER BY date, account_id`,
	`INSERT INTO facebook_ads.basic_ad_actions (account_id, date, campaign_id, adset_id, ad_id, action_type, attribution_window, value, action_value, currency, _synced_at, _load_id)
		SELECT f.account_id, f.date, f.campaign_id, f.adset_id, f.ad_id, t.name, w.name, 1 + hash(f.ad_id, f.date, t.name) % 40,
			CASE WHEN t.name LIKE '%purchase%' THEN (hash(f.ad_id, f.date) % 9999) / 100 END, 'EUR', f._synced_at, f._load_id
		FROM facebook_ads.basic_ad AS f, (VALUES ('page_engagement', 95), ('link_click', 60), ('video_view', 40), ('omni_purchase', 6), ('purchase', 6), ('omni_add_to_cart', 9), ('lead', 4)) AS t(name, percent),
			(VALUES ('default'), ('1d_click'), ('7d_click'), ('28d_click'), ('1d_view')) AS w(name)
		WHERE hash(f.ad_id, f.date, t.name) % 100 < t.percent`,
	`INSERT INTO facebook_ads.basic_campaign_actions (account_id, date, campaign_id, action_type, attribution_window, value, action_value, currency, _synced_at, _load_id)
		SELECT account_id, date, campaign_id, action_type, attribution_window, SUM(value), SUM(action_value), 'EUR', MIN(_synced_at), 'load-1' FROM facebook_ads.basic_ad_actions GROUP BY ALL ORDER BY date, account_id`,
	`INSERT INTO facebook_ads._loads (sequence, load_id, stream, table_name, account_id, date_from, date_to, asked_at)
		SELECT row_number() OVER (), 'load-1', s, t, CAST(1000 + c AS VARCHAR), DATE '2026-06-01' - (DAYS - 1), DATE '2026-06-01', TIMESTAMPTZ '2026-06-02 08:00:00+00'
		FROM range(50) AS accounts(c), (VALUES ('basic_ad', 'basic_ad'), ('basic_ad', 'basic_ad_actions'), ('basic_campaign', 'basic_campaign'), ('basic_campaign', 'basic_campaign_actions')) AS l(s, t)`,
}
