package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// typed runs a command line in this process, with secrets in the environment.
func typed(t *testing.T, secrets map[string]string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	p := &program{out: &o, err: &e, env: func(name string) string { return secrets[name] }}
	code = p.run(t.Context(), args)
	return o.String(), e.String(), code
}

// caller runs command lines against a service.
type caller struct {
	t       *testing.T
	server  string
	secrets map[string]string
}

// must returns the output of a successful command.
func (c caller) must(args ...string) string {
	c.t.Helper()
	out, errs, code := typed(c.t, c.secrets, append(args, "--server", c.server)...)
	if code != 0 {
		c.t.Fatalf("%v: %d\n%s\n%s", args, code, out, errs)
	}
	return out
}

func (c caller) object(args ...string) (one map[string]any) {
	c.t.Helper()
	if err := json.Unmarshal([]byte(c.must(append(args, "--json")...)), &one); err != nil {
		c.t.Fatal(err)
	}
	return one
}

// says has a command print some words.
func (c caller) says(words string, args ...string) {
	c.t.Helper()
	if out := c.must(args...); !strings.Contains(out, words) {
		c.t.Errorf("%v says no %q:\n%s", args, words, out)
	}
}

// The command line covers the API: a user creates a key, and with it a source is connected,
// synced, changed, deleted and restored.
func TestRemote_CommandLine(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--synthetic", "accounts=1,ads=5,days=30,seed=3")
	r := startService(t, sim)
	c := caller{t, r.url, map[string]string{passwordVariable: "correct horse battery", tokenVariable: sim.Token}}
	key := c.object("key", "create", "ci", "--role", "admin", "--permission", "credentials", "--permission", "syncs", "--as", "ana@example.com")
	c.secrets[keyVariable], _ = key["token"].(string)
	c.says("facebookads", "source", "catalog")
	since := time.Now().AddDate(0, 0, -10).Format(time.DateOnly)
	id, _ := c.object("source", "add", "facebookads", "--name", "Shop", "--all-accounts", "--table", "ads,basic_ad", "--since", since)["id"].(string)
	if soon, _ := c.object("run", "list", "--source", id)["items"].([]any); len(soon) != 1 {
		t.Errorf("right after it was added: %v", soon)
	}
	if done := r.ended(id); done["rows"] == float64(0) || done["calls"] == float64(0) || done["seconds"] == float64(0) {
		t.Errorf("a run in the list: %v", done)
	}
	c.says("running", "source", "list")
	c.says("CALLS", "run", "list")
	c.says("basic_ad: ", "run", "start", id, "--table", "basic_ad", "--since", since, "--wait")
	runs, _ := c.object("run", "list", "--source", id)["items"].([]any)
	newest, _ := runs[0].(map[string]any)
	if len(runs) != 2 || newest["trigger"] != "backfill" {
		t.Errorf("%v", runs)
	}
	run, _ := newest["id"].(string)
	for words, args := range map[string][]string{
		"ACCOUNT":                 {"run", "show", run},
		"The run ended: finished": {"run", "log", run},
		"backfill":                {"run", "list", "--source", id, "--state", "finished", "--trigger", "backfill", "--since", since},
		"basic_ad: ":              {"run", "log", run, "--account", accountOf(c, id)},
		"every minutes":           {"source", "show", id},
		"basic_ad":                {"source", "coverage", id},
		"CALLS":                   {"source", "usage", id},
		"The list is empty":       {"source", "gaps", id},
		"EUR":                     {"source", "accounts", id},
		"basic_ad_set":            {"source", "tables", id},
		"Simulated system user":   {"source", "token", id},
		"/link/":                  {"source", "link", id, "--days", "1"},
		"Shop":                    {"source", "set-token", id, "--from", id},
		"ana@example.com":         {"user", "list"},
		"/invite#":                {"user", "invite", "bo@example.com", "--role", "viewer"},
		"builder":                 {"key", "create", "two", "--role", "builder", "--as", "ana@example.com"},
		"ci":                      {"key", "list"},
		"120":                     {"source", "set", id, "--every", "120"},
	} {
		c.says(words, args...)
	}
	c.says("bo@example.com", "user", "invites")
	c.says("deleted", "source", "delete", id)
	c.says("The list is empty.", "source", "list")
	c.says("Shop", "source", "restore", id)
	c.refusals(sim, id)
}

// accountOf returns the number of the source's only account.
func accountOf(c caller, id string) string {
	c.t.Helper()
	all, _ := c.object("source", "accounts", id)["items"].([]any)
	one, _ := all[0].(map[string]any)
	number, _ := one["id"].(string)
	return number
}

// refusals are told with a sentence, a cure and an exit code.
func (c caller) refusals(sim *simulator, id string) {
	c.t.Helper()
	nobody, dead := map[string]string{}, map[string]string{keyVariable: c.secrets[keyVariable], tokenVariable: "EAAdead"}
	for name, one := range map[string]struct {
		secrets map[string]string
		server  string
		args    []string
		code    int
		says    string
	}{
		"no source":       {c.secrets, c.server, []string{"source", "show", "nobody"}, exitConfigure, "There is no such source"},
		"a wrong field":   {c.secrets, c.server, []string{"source", "set", id, "--every", "7"}, exitConfigure, "every_minutes"},
		"a key for a key": {c.secrets, c.server, []string{"key", "create", "x", "--role", "viewer"}, exitConfigure, "Log in as a person"},
		"a stranger":      {c.secrets, c.server, []string{"key", "list", "--as", "nobody@example.com"}, exitConfigure, "What to do"},
		"no change":       {c.secrets, c.server, []string{"source", "set", id}, exitConfigure, "No change was given"},
		"no service":      {c.secrets, "http://127.0.0.1:1", []string{"source", "list"}, exitLater, "No service answers"},
		"no address":      {c.secrets, "nonsense", []string{"source", "list"}, exitConfigure, "not the address of a service"},
		"another program": {c.secrets, sim.URL, []string{"source", "list"}, exitConfigure, "not Adtally"},
		"no key":          {nobody, c.server, []string{"source", "list"}, exitConfigure, keyVariable},
		"a dead token":    {dead, c.server, []string{"source", "set-token", id}, exitReconnect, "token"},
	} {
		if _, errs, code := typed(c.t, one.secrets, append(one.args, "--server", one.server)...); code != one.code || !strings.Contains(errs, one.says) {
			c.t.Errorf("%s: %d %s", name, code, errs)
		}
	}
}
