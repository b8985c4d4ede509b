package main

import (
	"database/sql"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/connector/facebookads"
	"adtally/internal/destination/duckdb"
	"adtally/internal/table"
)

// viewQueries are what analysts ask of the view of conversions first.
var viewQueries = []struct{ name, query string }{
	{"first100", "SELECT * FROM facebook_ads.basic_ad_conversions LIMIT 100"},
	{"oneMetric", "SELECT sum(purchases_default) FROM facebook_ads.basic_ad_conversions"},
	{"oneMonth", "SELECT sum(purchases_default), sum(purchases_default_value) FROM facebook_ads.basic_ad_conversions WHERE date >= DATE '2026-05-01'"},
}

// viewFile names the file that the process below is to read.
const viewFile = "ADTALLY_BENCH_VIEWS"

// BenchmarkViews asks the view of conversions over ten million rows of actions,
// each query with a DuckDB of its own in a process of its own, as a person opens
// the file. "MB" is how much more memory the process took at most than one that
// asks nothing; "cpu-s" is its share of the processor beyond that one's.
func BenchmarkViews(b *testing.B) {
	file := actionsFile(b)
	for _, q := range viewQueries {
		b.Run(q.name, func(b *testing.B) {
			best := asked{took: math.Inf(1)}
			for b.Loop() {
				empty, this := askApart(b, file, "SELECT 1"), askApart(b, file, q.query)
				if this.took < best.took {
					best = asked{this.took, this.cpu - empty.cpu, this.peak - empty.peak}
				}
			}
			b.ReportMetric(best.took, "s")
			b.ReportMetric(best.cpu, "cpu-s")
			b.ReportMetric(best.peak, "MB")
		})
	}
}

type asked struct{ took, cpu, peak float64 }

func askApart(b *testing.B, file, query string) (a asked) {
	b.Helper()
	c := exec.CommandContext(b.Context(), os.Args[0], "-test.run", "^TestViewQueryProcess$", "-test.v")
	c.Env = append(os.Environ(), viewFile+"="+file, viewFile+"_QUERY="+query)
	said, err := c.Output()
	if err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	_, figures, _ := strings.Cut(string(said), "figures ")
	if _, err := fmt.Sscan(figures, &a.took, &a.peak); err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	a.cpu = (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
	return a
}

// TestViewQueryProcess is the process that BenchmarkViews starts.
func TestViewQueryProcess(t *testing.T) {
	file := os.Getenv(viewFile)
	if file == "" {
		t.Skip("only BenchmarkViews needs it")
	}
	db, err := sql.Open("duckdb", file+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	began := time.Now()
	rows, err := db.QueryContext(t.Context(), os.Getenv(viewFile+"_QUERY"))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	fmt.Println("figures", time.Since(began).Seconds(), ownPeak(t)) //nolint:forbidigo // read by the process that started this one
}

func ownPeak(t *testing.T) (mb float64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(line, &mb); err != nil {
		t.Fatal(err)
	}
	return mb / 1024
}

// actionsFile is a warehouse of 400,000 rows of basic_ad and ten million of
// basic_ad_actions, which DuckDB makes by itself. How often a type is there is
// as in the demo's year: one row of seven is of a type that a metric takes.
func actionsFile(b *testing.B) string {
	b.Helper()
	file := filepath.Join(b.TempDir(), "views.duckdb")
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
	ads := 1093
	if testing.Short() {
		ads = 10
	}
	for _, statement := range actionRows {
		statement = strings.ReplaceAll(statement, "range(ADS)", fmt.Sprintf("range(%d)", ads))
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	return file
}

var actionRows = []string{
	`INSERT INTO facebook_ads.basic_ad (account_id, date, campaign_id, adset_id, ad_id, ad_name, currency, impressions, clicks, spend, _synced_at, _load_id)
		SELECT '1234567890', DATE '2026-06-01' - CAST(d AS INTEGER), '23850000000' || (a // 50), '23860000000' || (a // 10), '120200000' || (100000 + a), 'Ad number ' || a,
			'EUR', (a * 7919 + d * 31) % 9999, (a + d) % 97, ((a * 31 + d) % 9999) / 100, TIMESTAMPTZ '2026-06-02 08:00:00+00', 'load-1'
		FROM range(366) AS days(d), range(ADS) AS ads(a) ORDER BY d DESC, a`,
	`INSERT INTO facebook_ads.basic_ad_actions (account_id, date, campaign_id, adset_id, ad_id, action_type, attribution_window, value, action_value, currency, _synced_at, _load_id)
		SELECT f.account_id, f.date, f.campaign_id, f.adset_id, f.ad_id, t.name, w.name, 1 + hash(f.ad_id, f.date, t.name) % 40,
			CASE WHEN t.name LIKE '%purchase%' THEN (hash(f.ad_id, f.date) % 9999) / 100 END, 'EUR', f._synced_at, f._load_id
		FROM facebook_ads.basic_ad AS f, (VALUES ('page_engagement', 100), ('post_engagement', 100), ('link_click', 85), ('post_reaction', 70), ('video_view', 60),
			('photo_view', 40), ('offsite_content_view_add_meta_leads', 60), ('comment', 25), ('like', 25), ('onsite_conversion.post_save', 20),
			('omni_purchase', 8), ('purchase', 8), ('onsite_web_purchase', 8), ('offsite_conversion.fb_pixel_purchase', 8),
			('omni_add_to_cart', 11), ('add_to_cart', 11), ('lead', 5), ('offsite_conversion.fb_pixel_lead', 5), ('omni_landing_page_view', 14)) AS t(name, percent),
			(VALUES ('default'), ('1d_click'), ('7d_click'), ('28d_click'), ('1d_view')) AS w(name)
		WHERE hash(f.ad_id, f.date, t.name[:9]) % 100 < t.percent AND (w.name <> '1d_view' OR t.percent < 9) ORDER BY f.date DESC, f.ad_id, t.name`,
	`INSERT INTO facebook_ads._loads (sequence, load_id, stream, table_name, account_id, date_from, date_to) SELECT 1, 'load-1', 'basic_ad', unnest(['basic_ad', 'basic_ad_actions']), '1234567890', DATE '2025-06-01', DATE '2026-06-01'`,
}
