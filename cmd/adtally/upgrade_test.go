package main

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // restores a database of the past

	"adtally/internal/postgrestest"
	"adtally/internal/store"
)

// testdata/baseline is the state of a service with the baseline migration: a user, an
// API key, an invite, a source and its first run. Its only secrets are the simulator's.
// TestUpgrade_WriteBaseline wrote it.
const first = "testdata/baseline"

func unpacked(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(filepath.Join(first, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// write creates a file that only its owner can read.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// An installation with the baseline state opens with all its data: users log in, runs are
// shown, and with a new token the source continues.
func TestUpgrade_BaselineInstallationOpens(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", "2026-11-20T10:00:00Z", "--synthetic", "accounts=1,ads=5,days=40,seed=4")
	for name, prepare := range map[string]func(t *testing.T, dir string) []string{
		"sqlite": func(t *testing.T, dir string) []string {
			write(t, filepath.Join(dir, "adtally.db"), unpacked(t, "adtally.db.gz"))
			return nil
		},
		"postgres": func(t *testing.T, _ string) []string {
			address := postgrestest.Start(t)
			db, err := sql.Open("pgx", address+"?default_query_exec_mode=simple_protocol")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), unpacked(t, "postgres.sql.gz")); err != nil {
				t.Fatal(err)
			}
			return []string{"--database-url", address}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			more := prepare(t, dir)
			keys, err := filepath.Glob(filepath.Join(first, name+"-keys", "*.key"))
			if err != nil || len(keys) != 1 {
				t.Fatal(keys, err)
			}
			text, err := os.ReadFile(keys[0])
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "keys", filepath.Base(keys[0])), string(text))
			r := startAgain(t, sim, dir, more...)
			r.goesOn(sim)
			r.stop()
		})
	}
}

// startAgain starts a service on existing state and logs Ana in.
func startAgain(t *testing.T, sim *simulator, dir string, args ...string) *running {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, dir: dir, said: &safeBuffer{}, http: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	stop := run(t, r.said, "its API is described", append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir, "--graph-url", sim.URL}, args...)...)
	r.stop = func() {
		if code := stop(); code != 0 {
			t.Errorf("it ended with %d: %s", code, r.said)
		}
	}
	if strings.Contains(r.said.String(), "Nobody can log in") {
		t.Fatalf("its people are gone: %s", r.said)
	}
	r.url = regexp.MustCompile(`http://\S+:\d+`).FindString(r.said.String())
	r.ask("POST", "/api/v1/session", map[string]any{"email": "ana@example.com", "password": "correct horse battery"}, 200)
	return r
}

// goesOn checks the restored state and syncs the source with a new token.
func (r *running) goesOn(sim *simulator) {
	r.t.Helper()
	sources, _ := r.ask("GET", "/api/v1/sources", nil, 200)["items"].([]any)
	if len(sources) != 1 {
		r.t.Fatalf("sources %v", sources)
	}
	s, _ := sources[0].(map[string]any)
	id, _ := s["id"].(string)
	if s["name"] != "Shop" || s["dataset"] != "facebook_ads" || s["stage"] != "running" || s["last_good"] == nil {
		r.t.Errorf("%v", s)
	}
	for list, want := range map[string]int{"users": 1, "invites": 1, "keys": 1, "runs?source=" + id: 1, "sources/" + id + "/accounts": 1} {
		if items, _ := r.ask("GET", "/api/v1/"+list, nil, 200)["items"].([]any); len(items) < want {
			r.t.Errorf("%s: %v", list, items)
		}
	}
	runs, _ := r.ask("GET", "/api/v1/runs?source="+id, nil, 200)["items"].([]any)
	first, _ := runs[len(runs)-1].(map[string]any)
	r.ask("PUT", "/api/v1/sources/"+id+"/credential", map[string]any{"token": sim.Token}, 200) // makes the source due
	run := r.endedAfter(id, first["id"])
	if run["state"] == "failed" { // it began with the old token, since it was due for long
		run = r.endedAfter(id, run["id"])
	}
	if run["state"] != "finished" {
		r.t.Errorf("with the new token: %v", run)
	}
}

// endedAfter waits for a run of a source that is newer than the one named, to its end.
func (r *running) endedAfter(source string, run any) map[string]any {
	r.t.Helper()
	for range 300 {
		if newest := r.ended(source); newest["id"] != run {
			return newest
		}
		time.Sleep(100 * time.Millisecond) // bounded: 30 s
	}
	r.t.Fatalf("nothing goes on after %s: %s", run, r.said)
	return nil
}

// TestUpgrade_WriteBaseline writes testdata/baseline again. It runs only if
// ADTALLY_WRITE_BASELINE is set: the files must stay as an earlier version wrote them.
func TestUpgrade_WriteBaseline(t *testing.T) {
	if os.Getenv("ADTALLY_WRITE_BASELINE") == "" {
		t.Skip("ADTALLY_WRITE_BASELINE is not set")
	}
	sim := startSim(t, "--clock", "2026-11-20T10:00:00Z", "--synthetic", "accounts=1,ads=5,days=40,seed=4")
	for _, name := range []string{"sqlite", "postgres"} {
		var args []string
		address := ""
		if name == "postgres" {
			address = postgrestest.Start(t)
			args = []string{"--database-url", address}
		}
		r := startService(t, sim, args...)
		r.ask("POST", "/api/v1/invites", map[string]any{"email": "ben@example.com", "role": "viewer"}, 201)
		r.ask("POST", "/api/v1/keys", map[string]any{"name": "ci", "role": "viewer"}, 201)
		source := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "name": "Shop", "token": sim.Token, "all_accounts": true, "tables": []string{"basic_ad"}, "since": "2026-11-01"}, 201)
		if run := r.ended(source["id"].(string)); run["state"] != "finished" {
			t.Fatalf("%v", run)
		}
		r.stop()
		keys, err := filepath.Glob(filepath.Join(r.dir, "keys", "*.key"))
		if err != nil || len(keys) != 1 {
			t.Fatal(keys, err)
		}
		key, err := os.ReadFile(keys[0])
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(first, name+"-keys", filepath.Base(keys[0])), string(key))
		if name == "sqlite" {
			state := filepath.Join(t.TempDir(), "copy.db")
			if err := store.Copy(t.Context(), filepath.Join(r.dir, "adtally.db"), state); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(state)
			if err != nil {
				t.Fatal(err)
			}
			pack(t, "adtally.db.gz", text)
			continue
		}
		dumps, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
		if err != nil || len(dumps) == 0 {
			t.Fatal("there is no pg_dump", err)
		}
		text, err := exec.CommandContext(t.Context(), dumps[len(dumps)-1], "--no-owner", "--no-privileges", "--inserts", "--schema=adtally", "--schema=river", address).Output()
		if err != nil {
			t.Fatal(err)
		}
		pack(t, "postgres.sql.gz", bytes.ReplaceAll(text, []byte("\n\\"), []byte("\n-- \\"))) // psql's own commands
	}
}

func pack(t *testing.T, name string, text []byte) {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(first, name), out.String())
}
