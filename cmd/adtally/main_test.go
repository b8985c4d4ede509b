package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

// asProgram makes the test binary run as adtally, so that tests can start and kill it.
const asProgram = "ADTALLY_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" || len(os.Args) > 1 && os.Args[1] == askWorker { // a child has no environment
		main()
		return
	}
	os.Exit(m.Run())
}

// theProgram is the path of a normally built adtally for tests that start processes. If it is
// not set, they start the test binary. The race detector would slow processes down several
// times, and it already covers the tests that run everything in one process.
const theProgram = "ADTALLY_PROGRAM"

// command is adtally as a process with only the given environment.
func command(ctx context.Context, env []string, args ...string) *exec.Cmd {
	path := os.Getenv(theProgram)
	if path == "" {
		path = os.Args[0]
	}
	c := exec.CommandContext(ctx, path, args...)
	c.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GORACE=exitcode=66"}, env...)
	return c
}

type ran struct {
	out, err string
	code     int
}

func runProgram(t testing.TB, env []string, args ...string) ran {
	t.Helper()
	c := command(t.Context(), env, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ran{out.String(), errs.String(), c.ProcessState.ExitCode()}
}

// must fails the test if the program failed.
func must(t testing.TB, r ran) ran {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", r.code, r.out, r.err)
	}
	return r
}

// simulator is a running adtally sim.
type simulator struct {
	URL      string   `json:"url"`
	Token    string   `json:"token"`
	Accounts []string `json:"accounts"`
	App      string   `json:"app_id"`
	Secret   string   `json:"app_secret"` // of the app
	proves   bool     // commands know the app
	pid      int
}

func startSim(t testing.TB, args ...string) *simulator {
	t.Helper()
	c := command(t.Context(), nil, append([]string{"sim", "--listen", "127.0.0.1:0"}, args...)...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	s := &simulator{pid: c.Process.Pid}
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		t.Fatalf("the simulator's first line: %q, %v", line, err)
	}
	return s
}

func (s *simulator) env() []string {
	if s.proves {
		return []string{"ADTALLY_TOKEN=" + s.Token, "ADTALLY_APP_ID=" + s.App, "ADTALLY_APP_SECRET=" + s.Secret}
	}
	return []string{"ADTALLY_TOKEN=" + s.Token}
}

// sync runs adtally sync against the simulator.
func (s *simulator) sync(t testing.TB, to string, args ...string) ran {
	t.Helper()
	return runProgram(t, s.env(), s.args(to, args...)...)
}

func (s *simulator) args(to string, args ...string) []string {
	return append([]string{"sync", "--graph-url", s.URL, "--to", to}, args...)
}

// control speaks to /__sim/.
func (s *simulator) control(t testing.TB, method, path, body string, answer any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/__sim/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s %v", method, path, res.StatusCode, raw, err)
	}
	if answer != nil {
		if err := json.Unmarshal(raw, answer); err != nil {
			t.Fatalf("%s: %v in %s", path, err, raw)
		}
	}
}

type calls struct {
	Counted, HTTP int
	By            map[string]int
}

func (s *simulator) calls(t testing.TB) (c calls) {
	t.Helper()
	s.control(t, "GET", "calls", "", &c)
	return c
}

// ask queries a warehouse file with a separate DuckDB, as a person would.
func ask(t testing.TB, file, query string) (rows [][]string) {
	t.Helper()
	db, err := sql.Open("duckdb", file+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for found.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := found.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = cell(*c.(*any))
		}
		rows = append(rows, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return v.Format("2006-01-02")
		}
		return v.UTC().Format(time.RFC3339)
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}

// one returns a single row with its cells separated by spaces.
func one(t testing.TB, file, query string) string {
	t.Helper()
	rows := ask(t, file, query)
	if len(rows) != 1 {
		t.Fatalf("%s: %d rows", query, len(rows))
	}
	return strings.Join(rows[0], " ")
}

func shared(t testing.TB, parts ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"..", "..", "..", "shared"}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not there: this test needs the shared folder beside the project", path)
	}
	return path
}

// get asks the simulator as any client would.
func get(t testing.TB, sim *simulator, path string, answer any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, sim.URL+"/v25.0/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+sim.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(answer); err != nil {
		t.Fatal(err)
	}
}
