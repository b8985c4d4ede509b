package ask_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"adtally"
	"adtally/internal/ask"
)

// Each belt is needed: without it, its attack succeeds. Without the gate alone, the others
// still hold.
func TestBelts_EachIsNeeded(t *testing.T) {
	t.Parallel()
	but := map[string]string{"no_files": "gate", "locked": "gate", "read_only": "no_files"} // what holds without these
	for without, attacks := range map[string][]string{
		"gate":      {"SELECT token FROM __warehouse.internal.hidden", "SELECT name FROM duckdb_settings()", "SELECT * FROM query('SELECT 1')"},
		"no_files":  {"SELECT octet_length(content) FROM read_blob('{DB}')"},
		"locked":    {"SET GLOBAL memory_limit = '8GB'"},
		"read_only": {"SELECT nextval('__warehouse.internal.seq')", "CREATE TABLE __warehouse.adtally.made AS SELECT 1"},
	} {
		t.Run(without, func(t *testing.T) {
			t.Parallel()
			w := newWarehouse(t)
			for _, text := range attacks {
				text = strings.ReplaceAll(text, "{DB}", w.file)
				if got := w.ask(text); got.err == nil {
					t.Errorf("with all belts, %s gave %.200s", text, got.text())
				}
				if got := w.run(context.Background(), w.job(text, 5*time.Second), but[without]); without != "gate" && got.err == nil {
					t.Errorf("without %s only, %s gave %.200s", but[without], text, got.text())
				}
				if got := w.run(context.Background(), w.job(text, 5*time.Second), without); got.err != nil {
					t.Errorf("without %s, %s ended with %v", without, text, got.err)
				}
			}
		})
	}
}

func TestFunctions_AllAreSorted(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	rows, err := db.QueryContext(t.Context(), "SELECT DISTINCT lower(function_name), function_type IN ('table', 'table_macro') FROM duckdb_functions() WHERE function_type <> 'pragma'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var name string
		var table bool
		if err := rows.Scan(&name, &table); err != nil {
			t.Fatal(err)
		}
		n++
		if sorted := ask.Sorted(name, table); sorted != "allowed" && sorted != "refused" {
			t.Errorf("the function %s (table function: %t) is sorted as %q: put it into one of internal/ask/functions", name, table, sorted)
		}
	}
	if err := rows.Err(); err != nil || n < 800 {
		t.Errorf("%d functions were read: %v", n, err)
	}
}

func TestRun_Limits(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	for name, one := range map[string]struct {
		sql    string
		limits ask.Limits
		want   adtally.SQLLimit
		code   string
		rows   int
	}{
		"rows":           {"FROM range(100000)", ask.Limits{Rows: 10}, adtally.RowLimit, "", 10},
		"as many rows":   {"FROM range(10)", ask.Limits{Rows: 10}, adtally.NoSQLLimit, "", 10},
		"own limit":      {"FROM range(100000) LIMIT 3", ask.Limits{Rows: 10}, adtally.NoSQLLimit, "", 3},
		"bytes":          {"SELECT repeat('x', 1000) FROM range(1000)", ask.Limits{Bytes: 10_000}, adtally.ByteLimit, "", 9},
		"time":           {"SELECT sum(i) FROM generate_series(1, 1000000000000) t(i)", ask.Limits{Time: time.Second}, adtally.TimeLimit, "", 0},
		"no interrupt":   {"SELECT levenshtein(repeat('a',60000), repeat('b',60000))", ask.Limits{Time: time.Second}, adtally.TimeLimit, "", 0},
		"memory":         {"SELECT length(list(repeat('x',100)||i)) FROM range(50000000) t(i)", ask.Limits{}, "", "sql_memory", 0},
		"a large table":  {"SELECT * FROM facebook_ads.insights a, facebook_ads.insights b", ask.Limits{Rows: 100}, adtally.RowLimit, "", 100},
		"columns":        {"SELECT " + strings.Repeat("1,", 600) + "1", ask.Limits{}, "", "sql_refused", 0},
		"end of comment": {"SELECT 1 -- one", ask.Limits{Rows: 10}, adtally.NoSQLLimit, "", 1},
		"semicolon":      {"FROM range(100);", ask.Limits{Rows: 10}, adtally.RowLimit, "", 10},
	} {
		j := w.job(one.sql, 10*time.Second)
		if one.limits.Rows > 0 {
			j.Limits.Rows = one.limits.Rows
		}
		if one.limits.Bytes > 0 {
			j.Limits.Bytes = one.limits.Bytes
		}
		if one.limits.Time > 0 {
			j.Limits.Time = one.limits.Time
		}
		got := w.run(context.Background(), j, "")
		code := ""
		if got.err != nil {
			code = adtally.FaultOf(got.err).Code
		}
		if code != one.code || got.result.Limit != one.want || len(got.rows) != one.rows {
			t.Errorf("%s: %d rows, limit %q, %.200s", name, len(got.rows), got.result.Limit, got.text())
		}
		if got.took > j.Limits.Time+3*time.Second {
			t.Errorf("%s took %s", name, got.took)
		}
	}
}

func TestRun_CutsLongValues(t *testing.T) {
	t.Parallel()
	got := newWarehouse(t).ask("SELECT repeat('é', 90000) AS long, 'x' AS short")
	if got.err != nil || got.result.CutValues != 1 || len(*got.rows[0][0]) > ask.MaxValue+3 || !strings.HasSuffix(*got.rows[0][0], "é…") {
		t.Errorf("got %+v %.100s", got.result, got.text())
	}
}

// Values are text as DuckDB prints them.
func TestRun_Values(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	for sql, want := range map[string]string{
		"1.50::DECIMAL(10,3)": "1.500", "-0.05::DECIMAL(4,2)": "-0.05", "0::DECIMAL(4,2)": "0.00", "DATE '2026-01-02'": "2026-01-02",
		"TIMESTAMP '2026-01-02 03:04:05.678'": "2026-01-02 03:04:05.678", "TIMESTAMPTZ '2026-01-02 03:04:05+02'": "2026-01-02 01:04:05+00",
		"TIME '03:04:05'": "03:04:05", "true": "true", "1e300": "1e+300", "123456789012345678901234567890::HUGEINT": "123456789012345678901234567890",
		"[1, 2]": "[1,2]", "{'a': 1.10::DECIMAL(4,2)}": `{"a":1.10}`, "'x'::BLOB": `\x78`, "'{\"b\": [1]}'::JSON": `{"b":[1]}`,
		"'b5b6a1c4-7d1a-4c6e-9a55-0123456789ab'::UUID": "b5b6a1c4-7d1a-4c6e-9a55-0123456789ab", "INTERVAL 3 DAY": "3 days", "12::UTINYINT": "12",
	} {
		if got := w.ask("SELECT " + sql); got.err != nil || *got.rows[0][0] != want {
			t.Errorf("%s gives %.200s, want %s", sql, got.text(), want)
		}
	}
	if got := w.ask("SELECT NULL"); got.err != nil || got.rows[0][0] != nil {
		t.Errorf("NULL gives %s", got.text())
	}
}

// The file is free as soon as the result is there, and a cancelled statement ends at once.
func TestRun_FreesTheFileAndStops(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	r := ask.Runner{Command: []string{os.Args[0], asWorker, ""}, Dir: w.empty(), Now: time.Now}
	freed := 0
	_, err := r.Run(context.Background(), w.job("FROM adtally.day", 10*time.Second), func() { freed++ }, func(b adtally.SQLBatch) error {
		if freed != 1 {
			t.Error("the file was not free when the first batch came")
		}
		db := openFile(t, w.file)
		_, err := db.ExecContext(t.Context(), "CREATE OR REPLACE TABLE adtally.written AS SELECT 1")
		return errors.Join(err, db.Close())
	})
	if err != nil || freed != 1 {
		t.Errorf("freed %d times, %v", freed, err)
	}
	ctx, stop := context.WithCancelCause(context.Background())
	time.AfterFunc(300*time.Millisecond, func() {
		stop(&adtally.Fault{Act: adtally.Configure, Code: "sql_stopped", Message: "Stopped", Hint: "None."})
	})
	got := w.run(ctx, w.job("SELECT levenshtein(repeat('a',60000), repeat('b',60000))", 10*time.Second), "")
	if adtally.FaultOf(got.err).Code != "sql_stopped" || got.took > 2*time.Second {
		t.Errorf("after %s it ended with %v", got.took, got.err)
	}
}

func TestClean_HidesPathsAndSuggestions(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"Catalog Error: Table x does not exist!\nDid you mean \"internal.hidden\"?":      "Catalog Error: Table x does not exist",
		"IO Error: Cannot open file \"/srv/adtally/warehouse.duckdb\": no such file":     `IO Error: Cannot open file "…": no such file`,
		"Binder Error: no column y in __warehouse.a.b. Candidate bindings: \"_load_id\"": "Binder Error: no column y in a.b",
		"Conversion Error: " + strings.Repeat("é", 1000):                                 "Conversion Error: " + strings.Repeat("é", 239) + "…",
	} {
		if got := ask.Clean(message); got != want {
			t.Errorf("%.80s becomes %q, want %q", message, got, want)
		}
	}
}

// resident is the memory of this process, in bytes.
func resident(t *testing.T) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("this system has no /proc")
	}
	var all, pages int64
	if _, err := fmt.Sscan(string(text), &all, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// Children that crash, run out of memory or are killed leave their parent as it was.
func TestRun_CrashesLeaveTheParentAlone(t *testing.T) {
	w := newWarehouse(t)
	before := resident(t)
	for i := range 20 {
		text := "SELECT json_structure(repeat('[',200000)||repeat(']',200000))"
		if i%4 == 0 {
			text = "SELECT length(string_split(repeat('a,', 200000000), ','))"
		}
		got := w.run(context.Background(), w.job(text, time.Second), "")
		if got.err == nil && got.result.Limit == adtally.NoSQLLimit || len(got.rows) > 0 {
			t.Errorf("%s gave %.200s", text, got.text())
		}
	}
	if grown := resident(t) - before; grown > 50<<20 {
		t.Errorf("the parent has grown by %d MB", grown>>20)
	}
	var children syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children); err != nil {
		t.Fatal(err)
	}
	if most := children.Maxrss >> 10; most > 1300 {
		t.Errorf("a child took %d MB", most)
	} else {
		t.Logf("the largest child took %d MB", most)
	}
	if got := w.ask("SELECT 1"); got.err != nil {
		t.Error(got.err)
	}
}

// asParent is the argument with which this test binary runs a statement without an end.
const asParent = "ask-parent"

// parent runs a statement that does not end.
func parent(file string) {
	r := ask.Runner{Command: []string{os.Args[0], asWorker, ""}, Dir: os.TempDir(), Now: time.Now}
	j := ask.NewJob(adtally.SQLQuery{SQL: "SELECT levenshtein(repeat('a',60000), repeat('b',60000))", Limits: adtally.SQLLimits{Time: time.Minute}}, file, nil)
	_, _ = r.Run(context.Background(), j, func() {}, func(adtally.SQLBatch) error { return nil })
}

// childrenOf are the processes that a process has started.
func childrenOf(t *testing.T, pid int) []string {
	t.Helper()
	text, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range text {
		some, _ := os.ReadFile(file) // a thread may have ended
		all = append(all, strings.Fields(string(some))...)
	}
	return all
}

// A child ends with its parent, even if the parent is killed.
func TestRun_ChildEndsWithItsParent(t *testing.T) {
	t.Parallel()
	w := newWarehouse(t)
	c := exec.CommandContext(t.Context(), os.Args[0], asParent, w.file) //nolint:gosec // this test itself
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	var all []string
	for len(all) == 0 && time.Now().Before(deadline) {
		<-time.After(20 * time.Millisecond)
		all = childrenOf(t, c.Process.Pid)
	}
	if len(all) != 1 {
		t.Skipf("the system does not tell children: %v", all)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	for time.Now().Before(deadline) {
		status, err := os.ReadFile("/proc/" + all[0] + "/stat")
		if err != nil || strings.Contains(string(status), ") Z ") {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	t.Errorf("the child %s lives on", all[0])
}
