package ask_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"adtally"
	"adtally/internal/ask"
)

// asWorker is the argument with which this test binary is a child process.
const asWorker = "ask-worker"

func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != asWorker && os.Args[1] != asParent {
		os.Exit(m.Run())
	}
	if os.Args[1] == asParent {
		parent(os.Args[2])
		return
	}
	if err := ask.WorkWithout(context.Background(), os.Stdin, os.Stdout, os.Args[2]); err != nil {
		os.Exit(1)
	}
}

// seed fills a warehouse with tables that people may read and tables that they may not.
var seed = []string{
	"CREATE SCHEMA facebook_ads", "CREATE SCHEMA adtally", "CREATE SCHEMA internal",
	`CREATE TABLE facebook_ads.insights AS SELECT 'act_' || i % 5 AS account_id, DATE '2025-01-01' + (i % 365)::INTEGER AS date, 'Campaign ' || i % 40 AS campaign_name,
		(i % 977)::DECIMAL(18,2) / 7 AS spend, i % 10000 AS impressions, i % 100 AS clicks, 'EUR' AS currency, 'RAWHIDDEN' AS _raw FROM range(40000) t(i)`,
	"CREATE TABLE adtally.day AS SELECT DATE '2025-01-01' + i::INTEGER AS date FROM range(365) t(i)",
	"CREATE VIEW adtally.marketing_spend AS SELECT 'facebook_ads' AS channel, date, spend FROM facebook_ads.insights",
	"CREATE TABLE facebook_ads._loads AS SELECT 'TOPSECRET-LOAD' AS load_id",
	"CREATE TABLE internal.hidden AS SELECT 'TOPSECRET-TOKEN-EAAB' AS token",
	"CREATE SEQUENCE internal.seq",
	"CREATE MACRO adtally.two() AS (SELECT token FROM internal.hidden)",
	"CREATE TYPE internal.secret AS ENUM ('TOPSECRET-ENUM')",
}

// testWarehouse is a warehouse in a folder of its own.
type testWarehouse struct {
	t    *testing.T
	dir  string
	file string
}

// newWarehouse makes a folder with a warehouse wh.duckdb.
func newWarehouse(t *testing.T) *testWarehouse {
	t.Helper()
	w := &testWarehouse{t, t.TempDir(), ""}
	w.file = filepath.Join(w.dir, "wh.duckdb")
	db, err := sql.Open("duckdb", w.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range seed {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return w
}

// job is a statement on the visible tables.
func (w *testWarehouse) job(text string, limit time.Duration) ask.Job {
	return ask.Job{SQL: text, File: w.file, Catalog: "wh", Memory: ask.Memory, Limits: ask.Limits{Rows: ask.MaxRows, Bytes: ask.MaxBytes, Time: limit}, Tables: []ask.Table{
		{Dataset: "facebook_ads", Name: "insights", Columns: []string{"account_id", "date", "campaign_name", "spend", "impressions", "clicks", "currency"}},
		{Dataset: "adtally", Name: "day", Columns: []string{"date"}},
		{Dataset: "adtally", Name: "marketing_spend", Columns: []string{"channel", "date", "spend"}},
	}}
}

// answer is everything that a statement gave.
type answer struct {
	columns []adtally.SQLColumn
	rows    [][]*string
	result  adtally.SQLResult
	err     error
	took    time.Duration
}

// text is everything that a person could see.
func (a answer) text() string {
	var b strings.Builder
	for _, c := range a.columns {
		fmt.Fprint(&b, c.Name, " ", c.Type, "|")
	}
	for _, row := range a.rows {
		b.WriteString("\n")
		for _, v := range row {
			if v == nil {
				b.WriteString("NULL|")
			} else {
				b.WriteString(*v + "|")
			}
		}
	}
	if a.err != nil {
		f := adtally.FaultOf(a.err)
		fmt.Fprintf(&b, "\n%s: %s %s %v", f.Code, f.Message, f.Hint, a.err)
	}
	return b.String()
}

// run runs a job in a child, without a belt if one is named.
func (w *testWarehouse) run(ctx context.Context, j ask.Job, without string) (a answer) {
	r := ask.Runner{Command: []string{os.Args[0], asWorker, without}, Dir: w.empty(), Now: time.Now}
	began := time.Now()
	a.result, a.err = r.Run(ctx, j, func() {}, func(b adtally.SQLBatch) error {
		a.columns = append(a.columns, b.Columns...)
		a.rows = append(a.rows, b.Rows...)
		return nil
	})
	a.took = time.Since(began)
	return a
}

// ask runs a statement as the service does.
func (w *testWarehouse) ask(text string) answer {
	w.t.Helper()
	return w.run(context.Background(), w.job(text, 10*time.Second), "")
}

// empty is the folder in which children run.
func (w *testWarehouse) empty() string {
	dir := filepath.Join(w.dir, "empty")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

// state is the hash of the warehouse and the listing of its folder.
func (w *testWarehouse) state() string {
	w.t.Helper()
	text, err := os.ReadFile(w.file)
	if err != nil {
		w.t.Fatal(err)
	}
	all := []string{fmt.Sprintf("%x", sha256.Sum256(text))}
	err = filepath.WalkDir(w.dir, func(path string, _ os.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// openMemory opens an empty DuckDB.
func openMemory(t *testing.T) *sql.DB {
	t.Helper()
	return openFile(t, "")
}

func openFile(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// views are the statements that make the visible tables.
func (w *testWarehouse) views() []string {
	j := w.job("", time.Second)
	return j.Views()
}
