package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally/internal/postgrestest"
)

// An open page is told of a run while it is in progress. Afterwards the source is up to
// date, its figures tie with the platform's totals, and nothing is missing.
func TestServe_LivePages(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=2,ads=8,days=20,seed=3")
	databases := map[string][]string{"sqlite": nil, "postgres": {"--database-url", postgrestest.Start(t)}}
	for name, more := range databases {
		t.Run(name, func(t *testing.T) {
			r := startService(t, sim, more...)
			events := r.watches()
			id, _ := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "name": "Shop", "token": sim.Token, "all_accounts": true, "since": time.Now().AddDate(0, 0, -9).Format(time.DateOnly)}, 201)["id"].(string)
			run := r.ended(id)
			seen := map[string]bool{}
			for want := range map[string]bool{"source " + id: true, fmt.Sprint("run ", run["id"]): true} {
				for !seen[want] {
					select {
					case e, open := <-events:
						if seen[e] = true; !open {
							t.Fatal("the stream ended")
						}
					case <-time.After(10 * time.Second):
						t.Fatalf("no event for %s, only %v", want, seen)
					}
				}
			}
			r.upToDate(id, fmt.Sprint(run["id"]))
			r.stop()
		})
	}
}

// watches opens the stream of events, and returns kind and ID of what changes.
func (r *running) watches() <-chan string {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+"/api/v1/events", http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	client := &http.Client{Jar: r.http.Jar} // without the timeout
	answer, err := client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	events := make(chan string, 1000)
	go func() {
		defer close(events)
		defer answer.Body.Close()
		for in := bufio.NewScanner(answer.Body); in.Scan(); {
			text, is := strings.CutPrefix(in.Text(), "data: ")
			var e struct{ Kind, ID string }
			if is && json.Unmarshal([]byte(text), &e) == nil {
				events <- e.Kind + " " + e.ID
			}
		}
	}()
	return events
}

// upToDate reads what pages show of a source after its first load.
func (r *running) upToDate(id, run string) {
	r.t.Helper()
	path := "/api/v1/sources/" + id
	s := r.ask("GET", path, nil, 200)
	health, _ := s["health"].(map[string]any)
	if health["state"] != "fine" || health["sentence"] != "All 2 accounts are up to date." || s["accounts_up_to_date"] != float64(2) || s["running_run"] != nil {
		r.t.Errorf("the source: %v", s)
	}
	both := r.ask("GET", path+"/reconciliation?by=account", nil, 200)
	items, _ := both["items"].([]any)
	for _, item := range items {
		one, _ := item.(map[string]any)
		figures, _ := one["figures"].([]any)
		if one["state"] != "ties" || one["currency"] == "" || one["account_name"] == nil || len(figures) < 3 {
			r.t.Errorf("a comparison: %v", one)
		}
		for _, f := range figures {
			if f, _ := f.(map[string]any); f["difference"] != "0" || f["ours"] == nil || f["ours"] != f["platform"] {
				r.t.Errorf("a figure: %v", f)
			}
		}
	}
	summary, _ := both["summary"].([]any)
	if len(items) != 2 || both["table"] != "basic_ad" || len(summary) == 0 {
		r.t.Errorf("%v", both)
	}
	if gaps, _ := r.ask("GET", path+"/gaps", nil, 200)["items"].([]any); len(gaps) != 0 {
		r.t.Errorf("gaps: %v", gaps)
	}
	if d := r.ask("GET", path+"/dependents", nil, 200); d["rows"] == nil || d["rows"] == float64(0) || len(d["table_rows"].([]any)) < 8 {
		r.t.Errorf("dependents: %v", d)
	}
	one := r.ask("GET", "/api/v1/runs/"+run, nil, 200)
	log, _ := one["log"].(map[string]any)
	if one["accounts_done"] != float64(2) || one["accounts_total"] != float64(2) || log["errors"] != float64(0) || log["lines"] == float64(0) || one["remaining_seconds"] != nil {
		r.t.Errorf("the run: %v", one)
	}
	history, _ := r.ask("GET", "/api/v1/sources/history?days=1", nil, 200)["items"].([]any)
	if text, _ := json.Marshal(history); !strings.Contains(string(text), `"state":"ok"`) {
		r.t.Errorf("history: %s", text)
	}
	if d := r.ask("GET", "/api/v1/diagram?source="+id, nil, 200); len(d["tables"].([]any)) < 20 || len(d["references"].([]any)) < 20 {
		r.t.Errorf("the diagram: %v", d)
	}
	if l := r.ask("GET", "/api/v1/lineage", nil, 200); len(l["nodes"].([]any)) < 5 || l["foreign_unknown"] != nil {
		r.t.Errorf("the lineage: %v", l)
	}
}
