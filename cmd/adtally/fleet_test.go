package main

import (
	"database/sql"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"adtally"
	"adtally/internal/postgrestest"
	"adtally/internal/store"
	"adtally/internal/vault"
)

// worker is a worker in a process of its own.
type worker struct {
	*exec.Cmd
	id string
}

// startWorker starts a worker, and waits until it is ready.
func startWorker(t *testing.T, sim *simulator, dsn, dir string) worker {
	t.Helper()
	c := command(t.Context(), nil, "work", "--database-url", dsn, "--data", dir, "--graph-url", sim.URL)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // it has ended already, or must
		_ = c.Wait()
	})
	w := worker{Cmd: c}
	if _, err := fmt.Fscanf(out, "Worker %s is ready.\n", &w.id); err != nil {
		t.Fatal(err)
	}
	return w
}

// Three workers on PostgreSQL and many sources. One worker is killed, and one is
// frozen past its leases and thawed: what they had in hand goes on elsewhere within
// a minute, every run ends, nothing is loaded twice, and the thawed one works on.
func TestWorker_KilledAndFrozen(t *testing.T) {
	t.Parallel()
	sources := longOr(40, 14)
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", fmt.Sprintf("accounts=%d,ads=10,days=60,seed=3", sources), "--latency", "30ms")
	dsn := postgrestest.Start(t)
	r := startService(t, sim, "--database-url", dsn, "--workers", "0")
	killed, frozen, third := startWorker(t, sim, dsn, r.dir), startWorker(t, sim, dsn, r.dir), startWorker(t, sim, dsn, r.dir)
	ids := plant(t, sim, dsn, r.dir)
	r.begun(5)
	db := openDatabase(t, dsn)
	struck := time.Now()
	if err := killed.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := frozen.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(40*time.Second, func() { _ = frozen.Process.Signal(syscall.SIGCONT) }) // twice its lease
	inHand := append(db.held(killed.id), db.held(frozen.id)...)
	if len(inHand) == 0 {
		t.Error("neither had a step in hand")
	}
	for _, s := range inHand {
		db.takenOver(s, struck.Add(time.Minute))
	}
	t.Logf("%d steps in hand went on elsewhere %s after the blow", len(inHand), time.Since(struck).Round(time.Second))
	for _, id := range ids {
		if last := r.endedWithin(id, 4*time.Minute); last["state"] != "finished" {
			t.Errorf("%s: %v", id, last)
		}
	}
	t.Logf("all %d runs ended %s after the blow", sources, time.Since(struck).Round(time.Second))
	r.stop()
	for name, w := range map[string]worker{"the one that was frozen": frozen, "the third": third} {
		_ = w.Process.Signal(syscall.SIGCONT)
		_ = w.Process.Signal(syscall.SIGTERM)
		if err := w.Wait(); err != nil {
			t.Errorf("%s ended with %v", name, err)
		}
	}
	alone := filepath.Join(t.TempDir(), "x.duckdb")
	c := command(t.Context(), sim.env(), sim.args(alone, "--account", "all", "--tables", "basic_ad", "--since", firstDay())...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for i, account := range sim.Accounts {
		sums := "SELECT count(*) || ' ' || count(DISTINCT (date, ad_id)) || ' ' || sum(spend)::VARCHAR FROM %s.basic_ad WHERE account_id = '" + strings.TrimPrefix(account, "act_") + "'"
		got := one(t, filepath.Join(r.dir, "warehouse.duckdb"), fmt.Sprintf(sums, fmt.Sprintf("s%02d", i)))
		if want := one(t, alone, fmt.Sprintf(sums, "facebook_ads")); got != want {
			t.Errorf("dataset s%02d holds %s, want %s", i, got, want)
		}
		twice := fmt.Sprintf("SELECT coalesce(string_agg(w, ', '), '') FROM (SELECT table_name || ' ' || date_from || ' ' || date_to AS w FROM s%02d._loads GROUP BY ALL HAVING count(*) > 1)", i)
		if got := one(t, filepath.Join(r.dir, "warehouse.duckdb"), twice); got != "" {
			t.Errorf("dataset s%02d was loaded twice: %s", i, got)
		}
	}
}

// stepsNow are the steps of the database, as another program sees them.
type stepsNow struct {
	*sql.DB
	t *testing.T
}

func openDatabase(t *testing.T, dsn string) stepsNow {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return stepsNow{db, t}
}

type heldStep struct{ run, account, worker string }

// held are the steps that a worker has in hand.
func (l stepsNow) held(worker string) (all []heldStep) {
	l.t.Helper()
	rows, err := l.QueryContext(l.t.Context(), "SELECT run, account FROM adtally.steps WHERE state = 'running' AND worker = $1", worker)
	if err != nil {
		l.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		s := heldStep{worker: worker}
		if err := rows.Scan(&s.run, &s.account); err != nil {
			l.t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		l.t.Fatal(err)
	}
	return all
}

// takenOver waits until another worker has a step, or has ended it.
func (l stepsNow) takenOver(s heldStep, until time.Time) {
	l.t.Helper()
	for {
		var now, state string
		if err := l.QueryRowContext(l.t.Context(), "SELECT worker, state FROM adtally.steps WHERE run = $1 AND account = $2", s.run, s.account).Scan(&now, &state); err != nil {
			l.t.Fatal(err)
		}
		switch {
		case now != s.worker && state != "waiting": // with another one, or ended by it
			return
		case time.Now().After(until):
			l.t.Errorf("the step %s of run %s is still %s, with %q", s.account, s.run, state, now)
			return
		}
		time.Sleep(100 * time.Millisecond) // bounded: a minute
	}
}

func firstDay() string { return time.Now().UTC().AddDate(0, 0, -30).Format(time.DateOnly) }

// plant puts sources into the database, one for each account, all with the same
// token: to ask about each of them through the API would use up Meta's budget.
func plant(t *testing.T, sim *simulator, dsn, dir string) (ids []string) {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	v := &vault.Vault{Versions: db, Seals: db, Keys: vault.Folder(filepath.Join(dir, "keys")), NewID: newID, Now: time.Now}
	err = v.Admit(t.Context(), adtally.Credential{Connector: "facebookads", Name: "All"}, adtally.NewSecret(sim.Token), adtally.Grant{}, "", db.AddVersion)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := db.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	since, err := adtally.ParseDay(firstDay())
	if err != nil {
		t.Fatal(err)
	}
	for i, account := range sim.Accounts {
		s := adtally.SourceRecord{Stage: adtally.InitialLoad, Created: time.Now(), Next: time.Now(), Source: adtally.Source{ID: newID(), Connector: "facebookads", Dataset: fmt.Sprintf("s%02d", i),
			Credential: kept[0].ID, Accounts: []string{strings.TrimPrefix(account, "act_")}, Tables: []string{"basic_ad"}, Since: since, Every: time.Hour}}
		if err := db.AddSource(t.Context(), s, adtally.Handover{}, adtally.AuditEntry{ID: newID(), At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, s.ID)
	}
	return ids
}

// begun waits until so many runs have ended: the others are under way.
func (r *running) begun(n int) {
	r.t.Helper()
	for range 1200 {
		items, _ := r.ask("GET", "/api/v1/runs?limit=200", nil, 200)["items"].([]any)
		over := 0
		for _, item := range items {
			if one, _ := item.(map[string]any); one["ended"] != nil {
				over++
			}
		}
		if over >= n {
			return
		}
		time.Sleep(100 * time.Millisecond) // bounded: two minutes
	}
	r.t.Fatalf("no %d runs have ended: %s", n, r.said)
}
