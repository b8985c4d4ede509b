package main

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Schemathesis sends requests that the OpenAPI document allows, and many that it does not.
// No response is a server error or a status that the document does not list.
func TestAPI_AnswersArbitraryRequestsAsDocumented(t *testing.T) {
	t.Parallel()
	program, err := filepath.Abs("../../.tools/venv/bin/schemathesis")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("schemathesis is not there; make test installs it")
	}
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=1,ads=4,days=10,seed=3")
	r := startService(t, sim)
	// Streams do not end, and the login of a provider redirects to it. To log out comes last: with it
	// every later request would be refused.
	r.schemathesis(program, "--exclude-operation-id-regex", "^(log-out|stream-.*|(start|finish)-oidc)$")
	if text, status := r.read("/api/v1/session", r.http); status != http.StatusOK {
		t.Errorf("a request ended the login, so that those after it were refused: %d %s", status, text)
	}
	r.schemathesis(program, "--include-operation-id", "log-out")
}

// schemathesis sends every parameter and property of some operations at its limits and beyond them.
func (r *running) schemathesis(program string, args ...string) {
	r.t.Helper()
	phases := "examples,coverage"
	if os.Getenv("ADTALLY_LONG") != "" {
		phases += ",fuzzing"
	}
	args = append([]string{"run", r.url + "/api/openapi.json", "--seed", "1",
		"--header", "Cookie: " + r.cookie(), "--header", "Authorization: ", // otherwise it invents a key
		"--workers", "1", // CPython 3.11 parses in one thread at a time, or fails now and then
		"--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
		"--phases", phases, "--max-examples", "20", "--no-color"}, args...)
	c := exec.CommandContext(r.t.Context(), program, args...)
	c.Dir = r.t.TempDir()
	if out, err := c.CombinedOutput(); err != nil {
		r.t.Errorf("%v\n%s", err, out)
	}
}

// cookie is the login of the first admin, as a header.
func (r *running) cookie() string {
	r.t.Helper()
	at, err := url.Parse(r.url)
	if err != nil {
		r.t.Fatal(err)
	}
	var all []string
	for _, c := range r.http.Jar.Cookies(at) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}
