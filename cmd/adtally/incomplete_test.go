package main

import (
	"strings"
	"testing"
	"time"
)

// A value that could not be loaded makes a run incomplete without retries. The run's log,
// the source and an alert report it.
func TestService_AQuarantinedValueMakesTheRunIncomplete(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=1,ads=5,days=40,seed=4")
	sim.control(t, "POST", "script", `field clicks says "NaN"`, nil)
	r := startService(t, sim)
	source := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true, "tables": []string{"basic_campaign"},
		"since": time.Now().AddDate(0, 0, -20).Format(time.DateOnly)}, 201)
	id, _ := source["id"].(string)
	run := r.ended(id)
	text, _ := run["error"].(string)
	if run["state"] != "incomplete" || !strings.HasSuffix(text, "could not be loaded") {
		t.Fatalf("%v", run)
	}
	whole := r.ask("GET", "/api/v1/runs/"+run["id"].(string), nil, 200)
	if n, _ := whole["quarantined"].(float64); n == 0 {
		t.Errorf("%v", whole)
	}
	said := map[string]string{}
	lines, _ := r.ask("GET", "/api/v1/runs/"+run["id"].(string)+"/log", nil, 200)["items"].([]any)
	for _, l := range lines {
		line, _ := l.(map[string]any)
		said[line["code"].(string)+" "+line["level"].(string)], _ = line["message"].(string)
	}
	if said["quarantined warn"] == "" || said["run_ended warn"] == "" {
		t.Errorf("the log says %v", said)
	}
	s := r.ask("GET", "/api/v1/sources/"+id, nil, 200)
	if f, _ := s["fault"].(map[string]any); f["code"] != "quarantined" || s["failures"] != 0.0 || s["last_good"] == nil {
		t.Errorf("%v", s)
	}
}
