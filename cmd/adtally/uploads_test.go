package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination/duckdb"
	"adtally/internal/store"
	"adtally/internal/upload"
)

// uploadTest is a warehouse with what is needed to upload into it.
type uploadTest struct {
	t *testing.T
	*upload.Service
	rules analytics.Settings
	clock time.Time
	path  string
}

func newUploadTest(t *testing.T) *uploadTest {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "adtally.db"))
	if err != nil {
		t.Fatal(err)
	}
	u := &uploadTest{t: t, rules: analytics.DefaultSettings(), clock: time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC), path: filepath.Join(dir, "warehouse.duckdb")}
	u.rules.Zone = "Europe/Berlin"
	w := &warehouse{kind: duckdb.New(duckdb.Options{}), where: adtally.Destination{Kind: "duckdb", Location: u.path}, log: slog.New(slog.DiscardHandler), rest: time.Minute}
	t.Cleanup(func() {
		if err := errors.Join(w.close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	u.Service = &upload.Service{Store: db, Warehouse: sharedDataset{w}, Folder: filepath.Join(dir, "files"), NewID: newID,
		Now:      func() time.Time { u.clock = u.clock.Add(time.Second); return u.clock },
		Settings: func(context.Context) (analytics.Settings, error) { return u.rules, nil }}
	return u
}

func uploadAudit(f adtally.DataFile) adtally.AuditEntry {
	return adtally.AuditEntry{ID: newID(), At: time.Unix(1, 0), What: "test", Object: f.ID}
}

// upload uploads a file with the suggested mapping, changed by a function, and loads it.
func (u *uploadTest) upload(name string, kind adtally.FileKind, text string, change func(*adtally.FileMapping)) adtally.DataFile {
	u.t.Helper()
	f, err := u.tryUpload(name, kind, text, change)
	if err != nil {
		u.t.Fatalf("%s: %v", name, err)
	}
	return f
}

func (u *uploadTest) tryUpload(name string, kind adtally.FileKind, text string, change func(*adtally.FileMapping)) (adtally.DataFile, error) {
	u.t.Helper()
	ctx := u.t.Context()
	f, err := u.Receive(ctx, name, kind, strings.NewReader(text), "user:u", uploadAudit)
	if err != nil {
		return f, err
	}
	if change != nil {
		m := f.Mapping
		change(&m)
		if f, err = u.Edit(ctx, f.ID, f.Revision, m, uploadAudit(f)); err != nil {
			return f, err
		}
	}
	return u.Load(ctx, f.ID, uploadAudit(f))
}

// ask returns the rows of a query as text.
func (u *uploadTest) ask(query string) (all []string) {
	u.t.Helper()
	err := u.Warehouse.Read(u.t.Context(), func(ctx context.Context, db *sql.DB) error {
		all = rowsAsText(u.t, ctx, db, query)
		return nil
	})
	if err != nil {
		u.t.Fatalf("%s: %v", query, err)
	}
	return all
}

// rowsAsText joins the values of each row that are not NULL.
func rowsAsText(t *testing.T, ctx context.Context, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(ctx, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ("+query+")")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, v := range values {
			if v.Valid {
				cells = append(cells, v.String)
			}
		}
		all = append(all, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (u *uploadTest) shows(what, query string, want ...string) {
	u.t.Helper()
	if d := cmp.Diff(want, u.ask(query)); d != "" {
		u.t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// The golden files come in as they are, and the warehouse says what they say.
func TestUpload_GoldenFiles(t *testing.T) {
	u := newUploadTest(t)
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("../../../shared/analytics/golden", name))
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip("the golden files are not here")
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, kind := range map[string]adtally.FileKind{"customers.csv": adtally.CustomersFile, "orders.csv": adtally.OrdersFile, "refunds.csv": adtally.RefundsFile,
		"spend.csv": adtally.SpendFile, "budgets.csv": adtally.BudgetsFile, "rates_ecb.csv": adtally.RatesFile} {
		text := read(name)
		f := u.upload(name, kind, text, nil)
		if f.Result.Refused > 0 || f.Result.Twice > 0 || kind != adtally.RatesFile && f.Result.Rows != f.Guess.Rows {
			t.Errorf("%s: %+v of %d rows", name, f.Result, f.Guess.Rows)
		}
		table := map[adtally.FileKind]string{adtally.SpendFile: "uploaded_spend", adtally.RatesFile: "uploaded_rates"}[kind]
		if table == "" {
			table = string(kind)
		}
		u.shows(name, "SELECT count(*) FROM adtally."+table, fmt.Sprint(f.Result.Rows))
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, query := range map[string][2]string{
		"orders": {"SELECT order_id, customer_id, CAST(ordered_at AS TIMESTAMP) AT TIME ZONE 'UTC' AS t, CAST(amount AS DECIMAL(18,6)) AS a, currency, status, utm_source, utm_medium, utm_campaign, campaign_id FROM %s ORDER BY order_id",
			"SELECT order_id, customer_id, ordered_at, amount, currency, status, utm_source, utm_medium, utm_campaign, raw_campaign_id FROM adtally.orders ORDER BY order_id"},
		"refunds": {"SELECT refund_id, order_id, CAST(refunded_at AS TIMESTAMP) AT TIME ZONE 'UTC' AS t, CAST(amount AS DECIMAL(18,6)) AS a FROM %s ORDER BY refund_id",
			"SELECT refund_id, order_id, refunded_at, amount FROM adtally.refunds ORDER BY refund_id"},
		"spend": {"SELECT CAST(date AS DATE) AS date, channel, account_id, campaign_id, campaign_name, currency, CAST(spend AS DECIMAL(18,6)) AS s, impressions, clicks, CAST(platform_conversions AS DECIMAL(18,6)) AS c, CAST(platform_value AS DECIMAL(18,6)) AS v, reach FROM %s ORDER BY 1, 3, 4",
			"SELECT date, channel, account_id, campaign_id, campaign_name, currency, spend, impressions, clicks, platform_conversions, platform_value, reach FROM adtally.uploaded_spend ORDER BY 1, 3, 4"},
		"budgets": {"SELECT account_id, month, currency, CAST(amount AS DECIMAL(18,6)) AS a FROM %s ORDER BY 1, 2", "SELECT account_id, month, currency, amount FROM adtally.budgets ORDER BY 1, 2"},
	} {
		want := rowsAsText(t, t.Context(), db, fmt.Sprintf(query[0], "read_csv('../../../shared/analytics/golden/"+name+".csv', all_varchar=true)"))
		u.shows(name, query[1], want...)
	}
	u.shows("first orders, one for each customer with orders that count", `SELECT count(*) FROM adtally.orders WHERE first_order`,
		u.ask(`SELECT count(DISTINCT customer_id) FROM adtally.orders WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND status IS DISTINCT FROM 'cancelled'`)...)
	u.shows("rates on a Sunday", "SELECT rate, source_day FROM adtally.fx_daily WHERE from_currency = 'USD' AND to_currency = 'EUR' AND day = DATE '2026-02-22'", "0.8000000000|2026-02-20")
}

// Uploading again replaces exactly the rows of the upload; of overlapping uploads the latest
// counts, and deleting it brings the other's rows back.
func TestUpload_ReplacesAndOverlaps(t *testing.T) {
	u := newUploadTest(t)
	const head = "order_id,customer_id,ordered_at,amount,currency\n"
	all := "SELECT order_id, amount::INT, first_order FROM adtally.orders ORDER BY order_id"
	u.upload("a", adtally.OrdersFile, head+"1,x,2026-01-02,10,EUR\n2,x,2026-01-01,20,EUR\n3,,2026-01-01,5,EUR\n", nil)
	u.shows("the first", all, "1|10|false", "2|20|true", "3|5|false")
	b := u.upload("b", adtally.OrdersFile, head+"2,x,2026-01-03,21,EUR\n4,y,2026-01-05,40,EUR\n4,y,2026-01-05,41,EUR\n", nil)
	u.shows("with the second", all, "1|10|true", "2|21|false", "3|5|false", "4|40|true")
	if b.Result.Twice != 1 || !slices.Equal(b.Result.Keys, []string{b.ID + ", 4"}) {
		t.Errorf("twice: %+v", b.Result)
	}
	u.shows("coverage", "SELECT from_date, through_date FROM adtally.coverage WHERE dataset = 'orders'", "2026-01-01|2026-01-05")
	u.upload("a", adtally.OrdersFile, head+"9,z,2026-01-04,90,EUR\n", nil)
	u.shows("the first again", all, "2|21|true", "4|40|true", "9|90|true")
	if err := u.Delete(t.Context(), b.ID, uploadAudit(b)); err != nil {
		t.Fatal(err)
	}
	u.shows("without the second", all, "9|90|true")
	u.shows("coverage", "SELECT from_date, through_date FROM adtally.coverage WHERE dataset = 'orders'", "2026-01-04|2026-01-04")
	if left, err := os.ReadDir(u.Folder); err != nil || len(left) != 1 {
		t.Errorf("left in the folder are %v, %v", left, err)
	}
}

// Lines that cannot be understood are refused with the line, the column and the reason.
func TestUpload_RefusesLines(t *testing.T) {
	u := newUploadTest(t)
	f := u.upload("o", adtally.OrdersFile, "Name;Created at;Total;Currency;Email\n#1;31.01.2026 10:00;1.234,50;EUR;a@x\n#1;;;;a@x\n#2;soon;5,00;EUR;\n#3;01.02.2026;five;EUR;\n;01.02.2026;5,00;EUR;\n#5;01.02.2026;5,00;Euro;\n#6;01.02.2026;5,00;EUR;b@x;extra\n#7;;7,00;EUR;\nTotal;;1.239,50;;\n", nil)
	want := []adtally.LineError{{Line: 4, Column: "Created at", Value: "soon", Reason: "It is not a date of the form DD.MM.YYYY"}, {Line: 5, Column: "Total", Value: "five", Reason: "It is not a number"},
		{Line: 6, Column: "Name", Value: "", Reason: "It is empty"}, {Line: 7, Column: "Currency", Value: "Euro", Reason: "It is not a currency code of three letters"},
		{Line: 8, Column: "", Value: "extra", Reason: "The line has 1 cells more than the header; a delimiter may be missing its quotation marks"}}
	if !slices.Equal(f.Result.Errors, want) || f.Result.Refused != 5 || f.Result.Summary != 2 || f.Result.Rows != 2 {
		t.Errorf("%+v", f.Result)
	}
	u.shows("the rows", "SELECT order_id, ordered_at::VARCHAR, amount::VARCHAR FROM adtally.orders ORDER BY 1", "#1|2026-01-31 10:00:00+00|1234.500000", "#7|7.000000")
	for name, c := range map[string]struct {
		kind       adtally.FileKind
		text, want string
	}{
		"ambiguous": {adtally.OrdersFile, "order_id,date,amount,currency\n1,01/02/2026,5,EUR\n", `The dates in "date", such as 01/02/2026, can be DD/MM/YYYY or MM/DD/YYYY`},
		"two":       {adtally.OrdersFile, "order_id,date,amount,currency\n1,2026-01-02,5,EUR\n2,02.01.2026,5,EUR\n", `The column "date" has dates of two formats: 2026-01-02 (line 2) and 02.01.2026 (line 3)`},
		"nothing":   {adtally.OrdersFile, "order_id,date,amount\n1,2026-01-02,5\n", `Nothing says what is "Currency" (currency)`},
		"no line":   {adtally.OrdersFile, "order_id,date,amount,currency\n1,2026-01-02,5,Euro\n", `No line of the file can be loaded. Line 2, column "currency", value "Euro": It is not a currency code of three letters`},
		"decimal":   {adtally.BudgetsFile, "month,account_id,budget,currency\n2026-01,a,\"1,234\",EUR\n", `Numbers such as 1,234 can be read in two ways`},
		"rates":     {adtally.RatesFile, "date,dollar\n2026-01-01,1.1\n", `No column is named after a currency`},
	} {
		_, err := u.tryUpload(name, c.kind, c.text, nil)
		if f := adtally.FaultOf(err); err == nil || f.Message != c.want || f.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Exports of shops and platforms are understood without changing the suggestion.
func TestUpload_SuggestsMappings(t *testing.T) {
	u := newUploadTest(t)
	for _, c := range []struct {
		name  string
		kind  adtally.FileKind
		text  string
		query string
		want  []string
	}{
		{"Shopify", adtally.OrdersFile, "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Refunded Amount,Created at,Lineitem name\n#1,a@x,paid,2026-01-02 10:00:00 +0100,EUR,90,100.00,20.00,2026-01-02 09:59:00 +0100,Shoe\n#1,a@x,,,,,,,2026-01-02 09:59:00 +0100,Sock\n",
			"SELECT o.order_id, o.customer_id, o.ordered_at::VARCHAR, o.amount, o.status, r.amount FROM adtally.orders o JOIN adtally.refunds r USING (order_id) WHERE order_id = '#1'", []string{"#1|a@x|2026-01-02 08:59:00+00|100.000000|paid|20.000000"}},
		{"WooCommerce", adtally.OrdersFile, "Order Number,Order Status,Order Date,Customer User Id,Order Currency,Order Total Amount\n77,completed,2026-01-03 10:00,12,USD,5.5\n",
			"SELECT customer_id, amount, currency, status FROM adtally.orders WHERE order_id = '77'", []string{"12|5.500000|USD|completed"}},
		{"Stripe", adtally.OrdersFile, "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID\nch_1,2026-01-04 10:00:00,12.00,0.00,eur,Paid,cus_1\n",
			"SELECT customer_id, amount, currency FROM adtally.orders WHERE order_id = 'ch_1'", []string{"cus_1|12.000000|EUR"}},
		{"Google", adtally.SpendFile, "Campaign report\n\"January 1, 2026 - January 31, 2026\"\nDay,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value\n2026-01-01,Brand,7,EUR,\"1,234.50\",\"1,000\",50,2.5,300\n2026-01-01,Brand,7,EUR,0.50,--,1,0,0\n2026-01-02,Brand,7,EUR,1,1,1,0,0\nTotal: Account,--,--,EUR,\"1,236.00\",1001,52,2.5,300\n",
			"SELECT date::VARCHAR, campaign_id, spend, impressions, clicks, platform_conversions, channel FROM adtally.uploaded_spend WHERE channel = 'google' ORDER BY 1", []string{"2026-01-01|7|1235.000000|1000|51|2.500000|google", "2026-01-02|7|1.000000|1|1|0.000000|google"}},
		{"Newsletter", adtally.SpendFile, "Monat;Kosten in EUR\n2026-01;500,00\n2026-02;600,50\n", "SELECT date::VARCHAR, account_id, campaign_name, currency, spend FROM adtally.uploaded_spend WHERE channel = 'Newsletter' ORDER BY 1", []string{"2026-01-01|Newsletter|Newsletter|EUR|500.000000", "2026-02-01|Newsletter|Newsletter|EUR|600.500000"}},
		{"Budgets", adtally.BudgetsFile, "Konto;Monat;Budget (EUR)\n1001;01/2026;930,00\n", "SELECT account_id, campaign_id = '', month, currency, amount FROM adtally.budgets", []string{"1001|true|2026-01|EUR|930.000000"}},
		{"Rates", adtally.RatesFile, "day,currency,rate\n2026-03-27,USD,1.25\n2026-03-26,USD,N/A\n", "SELECT day::VARCHAR, from_currency, rate FROM adtally.fx_daily WHERE to_currency = 'USD' ORDER BY 1", []string{"2026-03-27|EUR|1.2500000000", "2026-03-28|EUR|1.2500000000", "2026-03-29|EUR|1.2500000000"}},
	} {
		u.upload(c.name, c.kind, c.text, func(m *adtally.FileMapping) {
			if c.kind == adtally.SpendFile {
				m.Constants["channel"] = strings.ReplaceAll(c.name, "Google", "google")
			}
		})
		u.shows(c.name, c.query, c.want...)
	}
}

// A table of the warehouse is mapped once and follows its changes.
func TestUpload_MappedTable(t *testing.T) {
	u := newUploadTest(t)
	byHand := func(statements ...string) {
		db, err := sql.Open("duckdb", u.path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, s := range statements {
			if _, err := db.ExecContext(t.Context(), s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	byHand("CREATE SCHEMA shop", "CREATE TABLE shop.sales (id INT, customer INT, created_at TIMESTAMP, total DECIMAL(10,2), currency TEXT, utm_source TEXT)",
		"INSERT INTO shop.sales VALUES (1, 7, '2026-01-02 10:00:00', 12.5, 'EUR', 'facebook'), (2, 7, '2026-01-03 10:00:00.5', -2.5, 'EUR', NULL)")
	f, err := u.Map(t.Context(), adtally.DataFile{Name: "shop", Kind: adtally.OrdersFile, Relation: "shop.sales", By: "user:u", Mapping: adtally.FileMapping{Zone: "Europe/Berlin", NegativeRefunds: true}}, uploadAudit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Load(t.Context(), f.ID); err != nil {
		t.Fatal(err)
	}
	touch := analytics.TouchID(analytics.Touch{Source: "facebook"})
	u.shows("orders", "SELECT order_id, customer_id, ordered_at::VARCHAR, amount, touch_id FROM adtally.orders", "1|7|2026-01-02 09:00:00+00|12.500000|"+touch)
	u.shows("refunds", "SELECT refund_id, order_id, amount FROM adtally.refunds", "2/2|2|2.500000")
	byHand("INSERT INTO shop.sales VALUES (3, 8, '2026-01-04', 1, 'EUR', NULL)")
	if err := u.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	u.shows("after a refresh", "SELECT count(*) FROM adtally.orders", "2")
	byHand("ALTER TABLE shop.sales RENAME total TO sum")
	if err := u.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f, err = u.File(t.Context(), f.ID); err != nil || !strings.HasPrefix(f.Result.Problem, `There is no column "total"`) {
		t.Errorf("%+v, %v", f.Result, err)
	}
	u.shows("the rows stay", "SELECT count(*) FROM adtally.orders", "2")
	if _, err := u.Map(t.Context(), adtally.DataFile{Name: "x", Kind: adtally.OrdersFile, Relation: "shop.sale"}, uploadAudit); err == nil || adtally.FaultOf(err).Hint != `Did you mean "shop.sales"?` {
		t.Errorf("a table that is not there: %v", err)
	}
}
