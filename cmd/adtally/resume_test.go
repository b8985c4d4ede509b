package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Days that are final at the simulator's clock, so that two runs find the same.
const finalDays = "--clock 2026-06-02T10:00:00Z --synthetic accounts=2,ads=40,days=240,seed=5 --job-time 300ms --latency 5ms"

func finalArgs() []string { return finalSince("2026-03-01") }

func finalSince(day string) []string {
	return []string{"--account", "all", "--since", day, "--until", "2026-04-20"}
}

// The sync is killed at random points and run again. The tables equal those of an undisturbed
// run, no finished report is requested twice, and nothing is committed twice.
func TestResume_KilledAnywhere(t *testing.T) {
	t.Parallel()
	killSweep(t, longOr(60, 2), "", finalArgs())
}

// The same while requests are too large, jobs fail and accounts are blocked.
func TestResume_KilledAmongFaults(t *testing.T) {
	t.Parallel()
	killSweep(t, longOr(100, 1), `too much when days > 9 on insights
job fails
job completes but 2601 twice
throttle score on {account} for 2s after 20 calls
error 1/99 status 500 twice on GET act/ads
`, finalSince("2026-04-01"))
}

// longOr returns the number of iterations: long in make test-long, share in make test.
func longOr(long, share int) int {
	if os.Getenv("ADTALLY_LONG") != "" {
		return long
	}
	return share
}

func killSweep(t *testing.T, kills int, script string, args []string) {
	t.Helper()
	sim := startSim(t, strings.Fields(finalDays)...)
	script = strings.ReplaceAll(script, "{account}", sim.Accounts[0])
	folder := t.TempDir()
	reference := filepath.Join(folder, "reference.duckdb")
	began := time.Now()
	must(t, sim.sync(t, reference, args...))
	if script != "" {
		sim.control(t, "POST", "script", script, nil)
		began = time.Now()
		must(t, sim.sync(t, filepath.Join(folder, "undisturbed.duckdb"), args...))
	}
	whole := time.Since(began)
	seed := uint64(began.UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("an undisturbed run takes %s; seed %d", whole.Round(time.Millisecond), seed)
	for n := range kills {
		file := filepath.Join(folder, fmt.Sprintf("killed%d.duckdb", n))
		whole = killedMidway(t, random, whole, func() {
			removeAll(t, file)
			sim.control(t, "POST", "reset", "", nil)
			sim.control(t, "POST", "script", script, nil)
		}, func(after time.Duration) bool { return killedAfter(t, sim, file, args, after) })
		must(t, sim.sync(t, file, args...))
		sameTables(t, reference, file)
		noJobTwice(t, sim)
		if got := one(t, file, "SELECT count(*) FROM (SELECT stream, table_name, account_id, date_from FROM facebook_ads._loads WHERE NOT starts_with(stream, '_') GROUP BY ALL HAVING count(*) > 1)"); got != "0" {
			t.Errorf("kill %d: %s slices were committed twice", n, got)
		}
		if t.Failed() {
			t.Fatalf("failed at kill %d", n)
		}
		removeAll(t, file)
	}
}

// killedMidway kills runs at random times until at least one was killed before it ended,
// and sometimes the run after it too. It returns how long a run takes: less than whole if
// the machine has become faster.
func killedMidway(t *testing.T, random *rand.Rand, whole time.Duration, fresh func(), kill func(time.Duration) bool) time.Duration {
	t.Helper()
	for range 20 {
		fresh()
		midway := false
		for again := true; again; again = random.IntN(3) == 0 {
			midway = kill(time.Duration(random.Int64N(int64(whole)))) || midway
		}
		if midway {
			return whole
		}
		whole = whole * 3 / 4
	}
	t.Fatal("no kill came before the end of a run")
	return whole
}

// removeAll removes a warehouse and its state.
func removeAll(t *testing.T, file string) {
	t.Helper()
	files, err := filepath.Glob(file + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.RemoveAll(f); err != nil {
			t.Fatal(err)
		}
	}
}

// killedAfter runs a sync and kills it; false when it had ended by itself.
func killedAfter(t *testing.T, sim *simulator, file string, args []string, after time.Duration) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	c := command(ctx, sim.env(), sim.args(file, args...)...)
	_ = c.Run() // CommandContext kills with SIGKILL
	status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// sameTables compares two warehouses row by row, except picture links, which change with
// every read.
func sameTables(t *testing.T, a, b string) {
	t.Helper()
	if rows := sameRows(t, a, b, userTables(t, a)); rows < 1000 {
		t.Errorf("only %d rows were compared", rows)
	}
}

// sameRows compares tables of two warehouses, except bookkeeping and volatile columns, and
// returns the number of rows.
func sameRows(t *testing.T, a, b string, tables []string, but ...string) (rows int) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, file := range map[string]string{"a": a, "b": b} {
		if _, err := db.ExecContext(t.Context(), fmt.Sprintf("ATTACH '%s' AS %s (READ_ONLY)", file, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range tables {
		except := "_asked_at, _synced_at, _load_id"
		for _, c := range ask(t, a, "SELECT column_name FROM information_schema.columns WHERE table_name = '"+table+"'") {
			if slices.Contains(volatile, c[0]) || slices.Contains(but, c[0]) {
				except += ", " + c[0]
			}
		}
		side := func(db string) string {
			return fmt.Sprintf("SELECT * EXCLUDE (%s) FROM %s.facebook_ads.%s", except, db, table)
		}
		var n, missing, extra int
		err := db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT (SELECT count(*) FROM a.facebook_ads.%[3]s), (SELECT count(*) FROM (%[1]s EXCEPT ALL %[2]s)), (SELECT count(*) FROM (%[2]s EXCEPT ALL %[1]s))", side("a"), side("b"), table)).Scan(&n, &missing, &extra)
		if err != nil {
			t.Fatal(err)
		}
		if missing+extra > 0 {
			t.Errorf("%s: %d of %d rows are missing, %d are too many", table, missing, n, extra)
		}
		rows += n
	}
	return rows
}

func userTables(t *testing.T, file string) (names []string) {
	t.Helper()
	for _, r := range ask(t, file, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'facebook_ads' AND table_type = 'BASE TABLE' AND NOT starts_with(table_name, '_') ORDER BY ALL") {
		names = append(names, r[0])
	}
	if len(names) < 13 {
		t.Fatalf("only the tables %v are there", names)
	}
	return names
}

type job struct {
	ID, Account, Level, Since, Until string
	CompletedSeen                    bool `json:"completed_seen"`
}

// noJobTwice checks that of the jobs for the same days of a level, only the last was seen
// completed.
func noJobTwice(t *testing.T, sim *simulator) {
	t.Helper()
	var jobs []job
	sim.control(t, "GET", "jobs", "", &jobs)
	done := map[string]string{}
	for _, j := range jobs {
		key := strings.Join([]string{j.Account, j.Level, j.Since, j.Until}, " ")
		if earlier, twice := done[key]; twice {
			t.Errorf("the report %s was done as %s and was asked for again as %s", key, earlier, j.ID)
		}
		if j.CompletedSeen {
			done[key] = j.ID
		}
	}
	if len(jobs) == 0 {
		t.Error("the simulator tells of no jobs")
	}
}

// Ctrl-C stops cleanly; the same command goes on.
func TestResume_Interrupted(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(finalDays)...)
	file := filepath.Join(t.TempDir(), "interrupted.duckdb")
	c := command(t.Context(), sim.env(), sim.args(file, append(finalArgs(), "--json")...)...)
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return sim.calls(t).By["POST act/insights"] > 0 })
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	if said := strings.ReplaceAll(out.String(), " ", ""); !strings.Contains(said, `"state":"interrupted"`) || strings.Contains(said, `"bug"`) {
		t.Errorf("a program is told %s", said)
	}
	if c.ProcessState.ExitCode() != exitInterrupted || !strings.Contains(errs.String(), "the same command goes on from there") {
		t.Errorf("exit code %d, said %q", c.ProcessState.ExitCode(), errs.String())
	}
	r := must(t, sim.sync(t, file, finalArgs()...))
	if !strings.Contains(r.err, "Going on with the run") {
		t.Errorf("it did not go on: %s", r.err)
	}
	if r := must(t, sim.sync(t, file, finalArgs()...)); strings.Contains(r.err, "Going on") {
		t.Errorf("a finished run was taken up again: %s", r.err)
	}
}

// waitFor asks until something holds, for a bounded time.
func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	for range 600 {
		if holds() {
			return
		}
		select {
		case <-t.Context().Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatal("it did not come to hold")
}
