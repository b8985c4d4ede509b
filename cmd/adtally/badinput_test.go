package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const smallSim = "--clock 2026-06-02T10:00:00Z --synthetic accounts=1,ads=10,days=30,seed=3"

// Bad input gets one clear sentence, what to do, and an exit code; nothing is
// half-written.
func TestSync_BadInputGetsACureAndAnExitCode(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	token := []string{"ADTALLY_TOKEN=" + sim.Token}
	account := sim.Accounts[0]
	folder := t.TempDir()
	text := filepath.Join(folder, "text.duckdb")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database, this\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  []string
		args []string // after sync --graph-url …; a missing --to is a fresh file
		code int
		says []string
	}{
		"no token":            {nil, []string{"--account", account}, exitConfigure, []string{"There is no access token", "ADTALLY_TOKEN"}},
		"a dead token":        {[]string{"ADTALLY_TOKEN=EAAdead"}, []string{"--account", account}, exitReconnect, []string{"access token", "Reconnect with a new token"}},
		"an unknown account":  {token, []string{"--account", "act_999"}, exitConfigure, []string{"no access to the ad account act_999", account}},
		"until before since":  {token, []string{"--account", account, "--since", "2026-05-02", "--until", "2026-05-01"}, exitConfigure, []string{"--until 2026-05-01 is before --since 2026-05-02"}},
		"since in the future": {token, []string{"--account", account, "--since", "2026-06-03"}, exitConfigure, []string{"--since 2026-06-03 is in the future"}},
		"no day":              {token, []string{"--account", account, "--since", "May"}, exitConfigure, []string{"YYYY-MM-DD"}},
		"an unknown table":    {token, []string{"--account", account, "--tables", "basic_add"}, exitConfigure, []string{`no table "basic_add"`, "basic_ad_set"}},
		"no database":         {token, []string{"--account", account, "--to", text}, exitConfigure, []string{"text.duckdb", "What to do"}},
		"no folder":           {token, []string{"--account", account, "--to", filepath.Join(folder, "no", "such", "x.duckdb")}, exitConfigure, []string{"What to do"}},
		"no such address":     {token, []string{"--account", account, "--graph-url", "http://127.0.0.1:1"}, exitLater, []string{"could not be reached"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := filepath.Join(t.TempDir(), "x.duckdb")
			args := append([]string{"sync", "--graph-url", sim.URL}, c.args...)
			if !strings.Contains(strings.Join(c.args, " "), "--to") {
				args = append(args, "--to", to)
			}
			r := runProgram(t, c.env, args...)
			if r.code != c.code {
				t.Errorf("exit code %d, want %d", r.code, c.code)
			}
			for _, want := range c.says {
				if !strings.Contains(r.err, want) {
					t.Errorf("it says %q, want %q in it", r.err, want)
				}
			}
			if strings.Contains(r.err, "panic") || strings.Contains(r.err+r.out, sim.Token) {
				t.Errorf("it says %q", r.err)
			}
			if _, err := os.Stat(to); err == nil {
				t.Errorf("%s was made", to)
			}
		})
	}
	after, err := os.ReadFile(text)
	if err != nil || !strings.HasPrefix(string(after), "no database, this") {
		t.Errorf("the file that is no warehouse was changed: %v", err)
	}
}

func TestSync_NamesAMissingPermission(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	sim.control(t, "POST", "faults", `[{"scopes":["public_profile"]}]`, nil)
	for _, r := range []ran{sim.sync(t, filepath.Join(t.TempDir(), "x.duckdb"), "--account", sim.Accounts[0]), runProgram(t, sim.env(), "check", "--graph-url", sim.URL)} {
		if r.code != exitConfigure || !strings.Contains(r.err, "lacks the permission ads_read") {
			t.Errorf("exit code %d, says %q", r.code, r.err)
		}
	}
}

// A token that expires during a sync ends the run immediately. Committed data stays, and the
// same command continues with a new token.
func TestSync_TokenExpiresDuringTheRun(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	few := []string{"--account", sim.Accounts[0], "--tables", "ads,basic_ad"}
	file := filepath.Join(t.TempDir(), "x.duckdb")
	sim.control(t, "POST", "faults", `[{"match":"GET run/insights","times":100,"status":400,"code":190,"subcode":463,"message":"Error validating access token: Session has expired"},
		{"match":"GET me","times":100,"status":400,"code":190,"subcode":463,"message":"Error validating access token: Session has expired"}]`, nil)
	r := sim.sync(t, file, few...)
	if r.code != exitReconnect || !strings.Contains(r.err, "The access token has expired") {
		t.Errorf("exit code %d, says %q", r.code, r.err)
	}
	sim.control(t, "POST", "reset", "", nil)
	must(t, sim.sync(t, file, few...))
	whole := filepath.Join(t.TempDir(), "whole.duckdb")
	must(t, sim.sync(t, whole, few...))
	count := "SELECT (SELECT count(*) FROM facebook_ads.basic_ad), (SELECT count(*) FROM facebook_ads.ads)"
	if a, b := one(t, file, count), one(t, whole, count); a != b {
		t.Errorf("rows after the cure: %s, want %s", a, b)
	}
}

func TestSync_NamesALockedFile(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	file := filepath.Join(t.TempDir(), "open.duckdb")
	db, err := sql.Open("duckdb", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE mine (x INT); INSERT INTO mine VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	r := sim.sync(t, file, "--account", sim.Accounts[0], "--lock-timeout", "300ms")
	if r.code == 0 || !strings.Contains(r.err, "open.duckdb") || !strings.Contains(r.err, "What to do") {
		t.Errorf("exit code %d, says %q", r.code, r.err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	must(t, sim.sync(t, file, "--account", sim.Accounts[0]))
	if got := one(t, file, "SELECT x FROM mine"); got != "1" {
		t.Errorf("the table of somebody else holds %s", got)
	}
}

func TestSync_SinceIsLimitedToMetasRetention(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	file := filepath.Join(t.TempDir(), "x.duckdb")
	r := must(t, sim.sync(t, file, "--account", sim.Accounts[0], "--since", "2015-01-01", "--tables", "basic_account"))
	if !strings.Contains(r.err, "Meta serves 37 months") || !strings.Contains(r.err, "2023-05-02 instead of 2015-01-01") {
		t.Errorf("it says %q", r.err)
	}
}

// The token is in no output, file or database after a sync.
func TestSync_TokenLeavesNoTrace(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	folder := t.TempDir()
	file := filepath.Join(folder, "x.duckdb")
	said := must(t, sim.sync(t, file, "--account", sim.Accounts[0], "--since", "2026-05-20"))
	sim.control(t, "POST", "clock", `{"advance":"1m"}`, nil)
	sim.control(t, "POST", "faults", `[{"match":"GET act/ads","times":9,"status":400,"code":100,"message":"bad token `+sim.Token+`"}]`, nil)
	failing := sim.sync(t, file, "--account", sim.Accounts[0], "--since", "2026-05-20", "--reread", "--tables", "ads,basic_ad")
	if failing.code == 0 {
		t.Error("a refused request went unnoticed")
	}
	checked := must(t, runProgram(t, sim.env(), "check", "--graph-url", sim.URL))
	everything := said.out + said.err + failing.out + failing.err + checked.out + checked.err
	files, err := filepath.Glob(folder + "/*")
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		everything += string(raw)
	}
	if strings.Contains(everything, sim.Token) {
		t.Error("the token stands somewhere in what was printed or written")
	}
}
