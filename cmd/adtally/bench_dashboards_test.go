package main

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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
	"adtally/internal/upload"
)

// dashboardFile is the environment variable with a file to keep between runs of
// BenchmarkDashboards, because generating it takes minutes.
const dashboardFile = "ADTALLY_BENCH_DASHBOARDS"

// BenchmarkDashboards asks for every tile of the ready dashboards over ten million rows of
// ads and a hundred million rows of actions. "p95-ms" is the 95th percentile, warm; "first-ms"
// the first time in a new process; "ratio" compares the median with the statements as
// DuckDB runs them without the semantic layer.
func BenchmarkDashboards(b *testing.B) {
	w, _ := dashboardWarehouse(b)
	benchTiles(b, w)
}

// BenchmarkDashboards_WhileLoading is the same while loads of the last week of one account after
// another are written to the file, twice a second.
func BenchmarkDashboards_WhileLoading(b *testing.B) {
	w, file := dashboardWarehouse(b)
	end := keepLoading(b, file)
	benchTiles(b, w)
	b.Logf("%d loads were written meanwhile", end())
}

func benchTiles(b *testing.B, w destination.Writer) {
	b.Helper()
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

// keepLoading writes loads until the returned function is called, which says how many.
func keepLoading(b *testing.B, file string) (end func() int) {
	b.Helper()
	w, err := duckdb.New(duckdb.Options{}).Open(b.Context(), adtally.Destination{Location: file}, adtally.Secret{})
	if err != nil {
		b.Fatal(err)
	}
	t := dashboardTables(b)["basic_ad"]
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			account := strconv.Itoa(1000 + n%50)
			window := adtally.Window{From: benchToday - 6, To: benchToday + 1}
			if _, err := w.Commit(ctx, destination.Load{ID: "load-" + strconv.Itoa(n), Dataset: "facebook_ads", Tables: []*table.Schema{t}, Zone: time.UTC, Asked: time.Now, Now: time.Now,
				Slice: adtally.Slice{Stream: "basic_ad", Account: account, Window: window}}, adRows(t, account, window, n)); err != nil && ctx.Err() == nil {
				b.Error(err)
				break
			}
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
		ended <- n
	}()
	return func() int {
		stop()
		n := <-ended
		_ = w.Close()
		return n
	}
}

// adRows are days of the ads of an account, whose figures differ with n.
func adRows(t *table.Schema, account string, window adtally.Window, n int) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		rows := table.NewBuilder(t)
		for day := window.From; day < window.To; day++ {
			for ad := range 182 {
				for column, text := range map[string]string{"account_id": account, "date": day.String(), "campaign_id": "c" + strconv.Itoa(ad/10), "adset_id": "s" + strconv.Itoa(ad/3),
					"ad_id": "a" + strconv.Itoa(ad), "currency": "EUR", "impressions": strconv.Itoa(n + ad), "clicks": strconv.Itoa(ad), "spend": strconv.Itoa(n)} {
					if err := rows.Set(t.Index(column), []byte(text)); err != nil {
						yield(table.Batch{}, err)
						return
					}
				}
				rows.EndRow()
			}
		}
		yield(rows.Batch(), nil)
	}
}

// dashboardWarehouse is a warehouse with three years of 50 accounts, and its file.
func dashboardWarehouse(b *testing.B) (destination.Writer, string) {
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
	var uploads []destination.Change
	for name, text := range dashboardUploads {
		uploads = append(uploads, destination.Change{Rows: &destination.Rows{Table: upload.Result(name), Column: "dataset", Value: name, Select: text}})
		if name != "coverage" {
			uploads[len(uploads)-1].Rows.Column = ""
		}
	}
	if _, err := w.(destination.Sharer).Share(b.Context(), analytics.Dataset, uploads...); err != nil {
		b.Fatal(err)
	}
	return w, file
}

// dashboardUploads are 300,000 orders of 100,000 customers. A third came by campaign, the others
// cannot be matched.
var dashboardUploads = map[string]string{
	"customers": `SELECT 'customer-' || i AS customer_id, TIMESTAMPTZ '2023-06-01' + INTERVAL (i * 15) MINUTE AS acquired_at, 'DE' AS country, 'touch-' || (i % 2850) AS touch_id, 'file-1' AS _file FROM range(100000) AS t(i)`,
	"orders": `SELECT 'order-' || i AS order_id, 'customer-' || (i // 3) AS customer_id, TIMESTAMPTZ '2023-06-01' + INTERVAL (i * 5) MINUTE AS ordered_at, (i % 200) + 0.99 AS amount, 'EUR' AS currency, 'paid' AS status,
		i % 3 = 0 AS first_order, 'touch-' || (i % 2850) AS touch_id, 'file-2' AS _file FROM range(300000) AS t(i)`,
	"campaign_match": `SELECT 'touch-' || i AS touch_id, CASE WHEN i < 950 THEN 'facebook' END AS channel, CASE WHEN i < 950 THEN CAST(1000 + i // 19 AS VARCHAR) END AS account_id,
		CASE WHEN i < 950 THEN '238500' || (i // 19 * 1000 + i % 19) END AS campaign_id, CASE WHEN i < 950 THEN 'name' ELSE 'unmatched' END AS matched_by, 'facebook' AS utm_source, 'Campaign ' || (i % 19) AS utm_campaign FROM range(2850) AS t(i)`,
	"coverage": `SELECT 'orders' AS dataset, '' AS account_id, DATE '2023-06-01' AS from_date, DATE '2026-06-01' AS through_date, TIMESTAMPTZ '2026-06-02 08:00:00+00' AS as_of`,
}

// dashboardTables are the tables of Facebook Ads by name.
func dashboardTables(b *testing.B) map[string]*table.Schema {
	b.Helper()
	r, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{}, adtally.Secret{})
	if err != nil {
		b.Fatal(err)
	}
	tables := map[string]*table.Schema{}
	for _, s := range r.Streams() {
		for _, t := range s.Tables {
			tables[t.Name] = t
		}
	}
	return tables
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
	if err := w.Prepare(b.Context(), "facebook_ads", slices.Collect(maps.Values(dashboardTables(b))), r.Views()...); err != nil {
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
