package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
	sqlask "adtally/internal/ask"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// sqlAnswer is a result as run-sql streams it.
type sqlAnswer struct {
	Columns []struct{ Name, Type string }
	Rows    [][]*string
	End     *struct {
		Rows  int
		Limit string
		AsOf  string `json:"as_of"`
	}
	Fault *struct{ Code, Message string }
}

// sql runs a statement.
func (r *running) sql(text string) (a sqlAnswer) {
	r.t.Helper()
	body, status := r.post("/api/v1/sql/run", map[string]any{"sql": text})
	if status != 200 {
		r.t.Fatalf("%s: %d %s", text, status, body)
	}
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		one := sqlAnswer{}
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			r.t.Fatalf("%s: %v", line, err)
		}
		a.Columns, a.Rows = append(a.Columns, one.Columns...), append(a.Rows, one.Rows...)
		if one.End != nil {
			a.End = one.End
		}
		if one.Fault != nil {
			a.Fault = one.Fault
		}
	}
	return a
}

// From an empty installation to statements, over HTTP.
func TestServe_SQL(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=1,ads=40,days=60,seed=3")
	r := startService(t, sim)
	if a := r.sql("SELECT 1 AS one"); a.Fault != nil || len(a.Rows) != 1 {
		t.Fatalf("an empty warehouse gave %+v %+v", a, a.Fault)
	}
	today := time.Now().UTC()
	made := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true, "since": today.AddDate(0, 0, -40).Format(time.DateOnly)}, 201)
	if first := r.ended(fmt.Sprint(made["id"])); first["state"] != "finished" {
		t.Fatalf("%v\n%s", first, r.said)
	}
	from, to := today.AddDate(0, 0, -30).Format(time.DateOnly), today.AddDate(0, 0, -2).Format(time.DateOnly)
	r.everyTableCanBeRead()
	r.sameAsADashboard(from, to)
	r.hidesBookkeeping(fmt.Sprint(made["dataset"]))
	r.crashesBesideQuestions(from, to)
}

// A statement that does not listen is killed in time, and a load that waits for it then goes
// on. The loan leaves no log of DuckDB behind.
func TestStatements_LoadWaitsAtMostForTheLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w, err := destinations["duckdb"](destinationOptions{LockTimeout: time.Minute}).Open(t.Context(), adtally.Destination{Kind: "duckdb", Location: path}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	file, free, err := w.(destination.Lender).Lend(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	job := sqlask.NewJob(adtally.SQLQuery{SQL: "SELECT levenshtein(repeat('a',60000), repeat('b',60000))", Limits: adtally.SQLLimits{Time: time.Second}}, file, nil)
	began := time.Now()
	ended := make(chan error, 1)
	go func() {
		runner := sqlask.Runner{Command: []string{"/proc/self/exe", askWorker}, Dir: t.TempDir(), Now: time.Now}
		out, err := runner.Run(context.Background(), job, free, func(adtally.SQLBatch) error { return nil })
		if err == nil && out.Limit != adtally.TimeLimit {
			err = fmt.Errorf("it ended with %+v", out)
		}
		ended <- err
	}()
	number := table.Column{Name: "n", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "A number."}
	_, err = w.(destination.Sharer).Share(t.Context(), "adtally", destination.Change{Rows: &destination.Rows{Select: "SELECT 1 AS n",
		Table: &table.Schema{Name: "numbers", Description: "Numbers.", Columns: []table.Column{number}}}})
	if waited := time.Since(began); err != nil || waited < time.Second || waited > job.Limits.Time+sqlask.Grace+2*time.Second {
		t.Errorf("the load ended after %s with %v", waited, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path + ".wal"); err == nil {
		t.Error("a log is left")
	}
}

// everyTableCanBeRead reads each table and view that is listed, with all its columns.
func (r *running) everyTableCanBeRead() {
	r.t.Helper()
	items, _ := r.ask("GET", "/api/v1/sql/tables", nil, 200)["items"].([]any)
	views, pause := 0, 0
	for _, one := range items {
		table, _ := one.(map[string]any)
		name := fmt.Sprint(table["dataset"], ".", table["name"])
		if strings.HasPrefix(fmt.Sprint(table["name"]), "_") || table["description"] == "" {
			r.t.Errorf("%v is listed", table)
		}
		if table["view"] == true {
			views++
		}
		if pause++; pause > 12 { // 20 a minute
			continue
		}
		if a := r.sql("SELECT * FROM " + name + " LIMIT 3"); a.Fault != nil || a.End == nil || a.End.AsOf == "" {
			r.t.Errorf("%s: %+v", name, a.Fault)
		}
	}
	if len(items) < 5 || views == 0 {
		r.t.Errorf("%d tables and %d views are listed", len(items), views)
	}
}

// sameAsADashboard compares a statement with a question.
func (r *running) sameAsADashboard(from, to string) {
	r.t.Helper()
	want, _ := new(big.Rat).SetString(totalOf(r.ask("POST", "/api/v1/query", map[string]any{"metrics": []string{"spend"}, "from": from, "to": to, "by": []string{"campaign"}, "totals": true}, 200)))
	a := r.sql(fmt.Sprintf("SELECT sum(spend) FROM adtally.marketing_spend WHERE date BETWEEN DATE '%s' AND DATE '%s'", from, to))
	if a.Fault != nil || len(a.Rows) != 1 || a.Rows[0][0] == nil {
		r.t.Fatalf("got %+v %+v", a, a.Fault)
	}
	if got, _ := new(big.Rat).SetString(*a.Rows[0][0]); got == nil || got.Cmp(want) != 0 {
		r.t.Errorf("a statement gives %s, a dashboard %s", *a.Rows[0][0], want.FloatString(2))
	}
}

func (r *running) hidesBookkeeping(dataset string) {
	r.t.Helper()
	for _, text := range []string{"SELECT * FROM " + dataset + "._loads", "FROM duckdb_tables()", "SELECT _load_id FROM " + dataset + ".basic_ad"} {
		if a := r.sql(text); a.Fault == nil || len(a.Rows) > 0 {
			r.t.Errorf("%s gave %+v", text, a)
		}
	}
}

// crashesBesideQuestions makes children crash while a dashboard asks.
func (r *running) crashesBesideQuestions(from, to string) {
	r.t.Helper()
	var both sync.WaitGroup
	both.Go(func() {
		for range 3 {
			if a := r.sql("SELECT json_structure(repeat('[',200000)||repeat(']',200000))"); a.Fault == nil {
				r.t.Errorf("a crash gave %+v", a)
			}
		}
	})
	for range 6 {
		r.ask("POST", "/api/v1/query", map[string]any{"metrics": []string{"spend"}, "from": from, "to": to, "by": []string{"campaign"}, "totals": true}, 200)
	}
	both.Wait()
}
