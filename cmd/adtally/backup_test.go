package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/archive"
)

// A backup is taken in the middle of the first load and restored on an empty machine. Users,
// keys, the source and its token are there, the load continues from the backup, and the next
// sync reads only what is due.
func TestBackup_TakenWhileRunningGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=1,ads=10,days=200,seed=3", "--latency", "50ms")
	r := startService(t, sim)
	since := time.Now().AddDate(0, 0, -150).Format(time.DateOnly)
	id := fmt.Sprint(r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true, "tables": []string{"ad_accounts", "ads", "basic_ad"}, "since": since}, 201)["id"])
	key := fmt.Sprint(r.ask("POST", "/api/v1/keys", map[string]any{"name": "program", "role": "viewer"}, 201)["token"])
	r.begunLoading(id)
	file, word := filepath.Join(t.TempDir(), "b.adtally"), "five words of no sense at all"
	env := []string{passphraseVariable + "=" + word}
	must(t, runProgram(t, env, "backup", file, "--data", r.dir))
	r.stop()
	sim.holdsInBackup(t, file, r.dir)
	refusedBackups(t, file, r.dir, env)

	r.dir, r.said = filepath.Join(t.TempDir(), "new", "machine"), &safeBuffer{}
	must(t, runProgram(t, env, "restore", file, "--data", r.dir))
	stop := run(t, r.said, "described at", "serve", "--listen", "127.0.0.1:0", "--data", r.dir, "--graph-url", sim.URL)
	r.url = regexp.MustCompile(`http://\S+:\d+`).FindString(r.said.String())
	r.ask("GET", "/api/v1/session", nil, 200) // the browser is still known
	if first := r.ended(id); first["state"] != "finished" {
		t.Errorf("the load that was on: %v\n%s", first, r.said)
	}
	before := sim.calls(t).HTTP
	r.ask("POST", "/api/v1/sources/"+id+"/runs", map[string]any{}, 201)
	if last := r.ended(id); last["state"] != "finished" {
		t.Errorf("the next sync: %v\n%s", last, r.said)
	}
	if calls := sim.calls(t).HTTP - before; calls > 20 {
		t.Errorf("it took %d calls: what was there is read anew", calls)
	}
	r.http = &http.Client{Timeout: time.Minute}
	r.ask("POST", "/api/v1/session", map[string]any{"email": "ana@example.com", "password": "correct horse battery"}, 200)
	r.ask("GET", "/api/v1/sources/"+id, nil, 200, "Authorization", "Bearer "+key)
	r.sameAsTheCommandLine(sim, since)
	if code := stop(); code != 0 {
		t.Errorf("it ended with %d: %s", code, r.said)
	}
}

// begunLoading waits until the first load of a source has committed something, and fails
// if it has already ended.
func (r *running) begunLoading(source string) {
	r.t.Helper()
	for range 600 {
		items, _ := r.ask("GET", "/api/v1/runs?source="+source, nil, 200)["items"].([]any)
		run := map[string]any{}
		if len(items) > 0 {
			run, _ = items[0].(map[string]any)
		}
		if id, _ := run["id"].(string); id != "" { // a run that is about to begin has no ID yet
			log := r.ask("GET", fmt.Sprintf("/api/v1/runs/%s/log?text=slice_done&limit=1", run["id"]), nil, 200)
			if run["ended"] != nil {
				r.t.Fatal("the load has ended before it could be looked at")
			}
			if lines, _ := log["items"].([]any); len(lines) > 0 {
				return
			}
		}
		time.Sleep(50 * time.Millisecond) // bounded: 30 s
	}
	r.t.Fatal("the load does not begin")
}

// holdsInBackup searches a backup for secrets, packed and unpacked.
func (s *simulator) holdsInBackup(t *testing.T, file, dir string) {
	t.Helper()
	folder := t.TempDir()
	raw, err := os.ReadFile(file)
	if err == nil {
		_, err = archive.Unpack(bytes.NewReader(raw), folder)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "whole"), raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{s.Token}
	for _, pattern := range []string{"keys/*.key", signingName} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, one := range found {
			text, err := os.ReadFile(one)
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, strings.TrimSpace(string(text)))
		}
	}
	if len(secrets) != 3 {
		t.Fatalf("%d secrets to look for", len(secrets))
	}
	for _, secret := range secrets {
		nowhere(t, folder, adtally.NewSecret(secret))
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info, err)
	}
}

// refusedBackups checks that rejected commands say why and leave the folder unchanged.
func refusedBackups(t *testing.T, file, dir string, env []string) {
	t.Helper()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad")
	changed := bytes.Clone(whole)
	changed[len(changed)/2] ^= 1
	for what, c := range map[string]struct {
		text []byte
		env  []string
		data string
		says string
	}{
		"another passphrase": {whole, []string{passphraseVariable + "=another passphrase of none"}, "", "The passphrase does not open the keys"},
		"no passphrase":      {whole, nil, "", "There is no passphrase"},
		"a cut file":         {whole[:len(whole)-100], env, "", "is not a backup, is incomplete, or was changed"},
		"a changed byte":     {changed, env, "", "is not a backup, is incomplete, or was changed"},
		"another file":       {[]byte("something else"), env, "", "is not a backup, is incomplete, or was changed"},
		"a folder in use":    {whole, env, dir, "is not empty"},
	} {
		data := c.data
		if data == "" {
			data = filepath.Join(t.TempDir(), "data")
		}
		write(t, bad, string(c.text))
		r := runProgram(t, c.env, "restore", bad, "--data", data)
		if r.code != exitConfigure || !strings.Contains(r.err, c.says) || !strings.Contains(r.err, "What to do: ") {
			t.Errorf("%s: %d %s", what, r.code, r.err)
		}
		left, _ := filepath.Glob(filepath.Join(data, "*"))
		if c.data == "" && (len(left) > 1 || len(left) == 1 && filepath.Base(left[0]) != lockFile) {
			t.Errorf("%s leaves %v", what, left)
		}
	}
	for what, c := range map[string]struct {
		says string
		args []string
	}{
		"over a file":   {"already exists", []string{file, "--data", dir}},
		"of PostgreSQL": {"pg_dump", []string{bad + "2", "--data", dir, "--database-url", "postgres://ada:hunter2@db/x"}},
		"of nothing":    {"There is no service in the folder", []string{bad + "2", "--data", t.TempDir()}},
	} {
		if r := runProgram(t, env, append([]string{"backup"}, c.args...)...); r.code != exitConfigure || !strings.Contains(r.err, c.says) || strings.Contains(r.err, "hunter2") {
			t.Errorf("%s: %d %s", what, r.code, r.err)
		}
	}
	if r := runProgram(t, []string{passphraseVariable + "=short"}, "backup", bad+"2", "--data", dir); r.code != exitConfigure || !strings.Contains(r.err, "shorter than 15 characters") {
		t.Errorf("a short passphrase: %d %s", r.code, r.err)
	}
}
