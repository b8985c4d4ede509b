package ask_test

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"adtally/internal/ask"
)

// pieces are what mutations put into statements.
var pieces = []string{"internal.hidden", "__warehouse.internal.hidden", "facebook_ads._loads", "facebook_ads.insights", "adtally.day", "hidden", "insights", "d", "x",
	"(SELECT token FROM internal.hidden)", "(FROM adtally.day)", "WITH hidden AS (SELECT 1 AS token) ", "WITH d AS (FROM internal.hidden) ", "FROM", "SELECT", "JOIN", "UNION ALL",
	"LATERAL", "VALUES (1)", "duckdb_tables()", "query('FROM internal.hidden')", "read_text('/etc/passwd')", "nextval('internal.seq')", "adtally.two()", "range(3)", ",", "(", ")", ";", "--\n", "/*", "*/", "'", "\"", "*", "token",
	"AS", "LIMIT", "IN", "EXISTS", "PIVOT", "DESCRIBE", "SUMMARIZE", "TABLE", "AT (VERSION => 1)", "wh.", "main.", "memory.", "internal.", "POSITIONAL", "USING SAMPLE 3", "ON true", "WHERE", "GROUP BY ALL", "QUALIFY"}

// mutate changes words of a statement.
func mutate(r *rand.Rand, text string) string {
	words := strings.SplitAfter(text, " ")
	for range 1 + r.IntN(4) {
		at := r.IntN(len(words))
		piece := pieces[r.IntN(len(pieces))] + " "
		switch r.IntN(4) {
		case 0:
			words[at] = piece
		case 1:
			words = append(words[:at], append([]string{piece}, words[at:]...)...)
		case 2:
			words = append(words[:at], words[at+1:]...)
		case 3:
			other := r.IntN(len(words))
			words[at], words[other] = words[other], words[at]
		}
		if len(words) == 0 {
			words = []string{piece}
		}
	}
	return strings.Join(words, "")
}

// scanned matches tables in a plan.
var scanned = regexp.MustCompile(`"Table": "((?:[^"\\]|\\.)*)"`)

// visible are the tables of the file that a plan may scan.
var visible = map[string]bool{"facebook_ads.insights": true, "adtally.day": true}

// planner plans statements on the views that a child has.
func planner(t *testing.T, w *testWarehouse) *sql.DB {
	t.Helper()
	db := openMemory(t)
	db.SetMaxOpenConns(1)
	for _, statement := range w.views() {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return db
}

// What the gate lets through scans only tables that people may read.
func TestGate_LetsOnlyVisibleTablesThrough(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	gate, err := ask.NewGate(w.job("", time.Second))
	if err != nil {
		t.Fatal(err)
	}
	db := planner(t, w)
	good := []string{"SELECT * FROM adtally.day LIMIT 3", "SELECT count(*) FROM facebook_ads.insights WHERE date IN (SELECT date FROM adtally.day)", "SELECT 1 UNION ALL SELECT 2"}
	var bad []string
	for _, a := range readAttacks(t) {
		switch {
		case a.Expect == "allowed":
			good = append(good, a.SQL)
		case strings.HasPrefix(a.ID, "G"):
			bad = append(bad, a.SQL)
		}
	}
	n := 10_000
	if os.Getenv("ADTALLY_LONG") != "" {
		n = 200_000
	}
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same statements each time
	through, planned := 0, 0
	for i := range n {
		seeds := good
		if i%3 == 0 {
			seeds = bad
		}
		text := mutate(r, seeds[r.IntN(len(seeds))])
		if !gate.Allows(text) {
			continue
		}
		through++
		plan, ok := explain(t.Context(), db, text)
		if !ok {
			continue
		}
		planned++
		for _, m := range scanned.FindAllStringSubmatch(plan, -1) {
			name := strings.TrimPrefix(strings.ReplaceAll(m[1], `\"`, ""), "__warehouse.")
			if !visible[name] {
				t.Fatalf("%s scans %s", text, m[1])
			}
		}
		if strings.Contains(plan, "TOPSECRET") {
			t.Fatalf("the plan of %s shows a secret", text)
		}
	}
	t.Logf("%d statements: the gate let %d through, and %d of them have a plan", n, through, planned)
	if planned < n/100 {
		t.Errorf("only %d statements have a plan", planned)
	}
}

// explain returns the plan of a statement, if it has one.
func explain(ctx context.Context, db *sql.DB, text string) (plan string, ok bool) {
	var kind string
	if err := db.QueryRowContext(ctx, "EXPLAIN (FORMAT json) "+text).Scan(&kind, &plan); err != nil {
		return "", false
	}
	return plan, true
}

// FuzzGate finds statements that make the gate panic, or that it lets through with a hidden
// name outside of a text.
func FuzzGate(f *testing.F) {
	for _, seed := range []string{"SELECT 1", "WITH a AS (SELECT 1) FROM a", "SELECT (SELECT token FROM internal.hidden)", "FROM adtally.day", "SELECT 1; SELECT 2", "\x00", "SELECT $$a$$"} {
		f.Add(seed)
	}
	gate, err := ask.NewGate(ask.Job{Memory: ask.Memory, Tables: []ask.Table{{Dataset: "adtally", Name: "day"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if gate.Allows(text) && len(text) > ask.MaxSQL {
			t.Errorf("%d bytes are let through", len(text))
		}
	})
}
