package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The command line takes precedence, a password is masked, and an unknown setting is
// rejected.
func TestConfig_Precedence(t *testing.T) {
	t.Setenv("ADTALLY_LISTEN", "127.0.0.1:2")
	file := filepath.Join(t.TempDir(), "adtally.toml")
	write(t, file, `listen = "127.0.0.1:1"
data = "/srv/adtally"
workers = 7
behind-proxy = true
database-url = "postgres://ada:hunter2@db/adtally"
oidc-domain = ["a.example", "b.example"]
public-url = "https://file.example"
`)
	out, errs, code := typed(t, nil, "config", "--config", file, "--public-url", "https://typed.example")
	if code != 0 {
		t.Fatal(errs)
	}
	for want, from := range map[string]string{
		`listen = "127.0.0.1:2"`: "the environment", `data = "/srv/adtally"`: "the file", "workers = 7": "the file", "behind-proxy = true": "the file",
		`database-url = "postgres://ada:xxxxx@db/adtally"`: "the file", `oidc-domain = ["a.example", "b.example"]`: "the file",
		`public-url = "https://typed.example"`: "the command line", `oidc-name = "OIDC"`: "the default",
	} {
		found := false
		for line := range strings.Lines(out) {
			found = found || strings.HasPrefix(line, want+" ") && strings.HasSuffix(strings.TrimSpace(line), "# "+from)
		}
		if !found {
			t.Errorf("no %s from %s in\n%s", want, from, out)
		}
	}
	if strings.Contains(out+errs, "hunter2") {
		t.Error("the password is shown")
	}
	for text, says := range map[string]string{"lisen = 1\n": `"lisen"`, "listen = \n": "line 1", "workers = \"many\"\n": "workers", "data = 2020-01-01\n": "data"} {
		write(t, file, text)
		if _, errs, code := typed(t, nil, "config", "--config", file); code != exitConfigure || !strings.Contains(errs, says) {
			t.Errorf("%q: %d %s", text, code, errs)
		}
	}
	write(t, file, "")
	if _, errs, code := typed(t, nil, "serve", "--config", file, "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--oidc-issuer", "https://x.example"); code != exitConfigure || !strings.Contains(errs, "only in part") {
		t.Errorf("half of OIDC: %d %s", code, errs)
	}
}
