package main

import (
	"os"
	"os/exec"
	"path/filepath"
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
	key := r.ask("POST", "/api/v1/keys", map[string]any{"name": "schemathesis", "role": "admin", "permissions": []string{"credentials", "syncs"}}, 201)
	token, _ := key["token"].(string)
	phases := "examples,coverage" // every parameter and property at its limits and beyond them
	if os.Getenv("ADTALLY_LONG") != "" {
		phases += ",fuzzing"
	}
	c := exec.CommandContext(t.Context(), program, "run", r.url+"/api/openapi.json", "--header", "Authorization: Bearer "+token, "--seed", "1", "--workers", "1", // CPython 3.11 parses in one thread at a time, or fails now and then
		"--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
		"--phases", phases, "--max-examples", "20", "--exclude-path-regex", "/events|/auth/oidc", "--no-color")
	c.Dir = t.TempDir()
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
