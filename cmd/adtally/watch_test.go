package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// inbox is a webhook receiver.
type inbox struct {
	*httptest.Server
	mu   sync.Mutex
	said []string
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{}
	in.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var call struct {
			Type string
			Data struct{ Alert, Name string }
		}
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &call); err != nil || r.Header.Get("Webhook-Signature") == "" {
			t.Errorf("%s: %v", body, err)
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		in.said = append(in.said, strings.TrimSpace(call.Type+" "+call.Data.Alert))
	}))
	t.Cleanup(in.Close)
	return in
}

// hears waits for a notification and returns all of them.
func (in *inbox) hears(t *testing.T, what string) []string {
	t.Helper()
	for range 450 {
		in.mu.Lock()
		said := in.said
		in.mu.Unlock()
		for _, s := range said {
			if s == what {
				return said
			}
		}
		time.Sleep(100 * time.Millisecond) // bounded: 45 s
	}
	t.Fatalf("%q was not said within 45 s, only %q", what, in.said)
	return nil
}

// An invalid token is sent once to a signed webhook and shown at the source and in the list of
// alerts. The calls of each table are counted as the platform counts them.
func TestNotify_InvalidToken(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=1,ads=5,days=40,seed=4")
	in := newInbox(t)
	r := startService(t, sim)
	made := r.ask("POST", "/api/v1/channels", map[string]any{"kind": "webhook", "name": "Ours", "settings": map[string]string{"url": in.URL}}, 201)
	if key, _ := made["signing_key"].(string); !strings.HasPrefix(key, "whsec_") {
		t.Errorf("its key: %v", made)
	}
	channel := "/api/v1/channels/" + made["id"].(string)
	r.ask("POST", channel+"/test", nil, 204)
	in.hears(t, "alert.test")
	source := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true, "tables": []string{"ads", "basic_ad"},
		"since": time.Now().AddDate(0, 0, -20).Format(time.DateOnly)}, 201)
	id, _ := source["id"].(string)
	if run := r.ended(id); run["state"] != "finished" {
		t.Fatalf("%v", run)
	}
	r.usage(id, sim)
	sim.control(t, "POST", "script", "token dead 463", nil)
	r.ask("POST", "/api/v1/sources/"+id+"/runs", map[string]any{}, 201)
	said := in.hears(t, "alert.opened auth_expired")
	if len(said) != 2 {
		t.Errorf("people hear %q", said)
	}
	s := r.ask("GET", "/api/v1/sources/"+id, nil, 200)
	if f, _ := s["fault"].(map[string]any); f["act"] != "reconnect" || f["since"] == nil {
		t.Errorf("%v", s)
	}
	alerts, _ := r.ask("GET", "/api/v1/alerts", nil, 200)["items"].([]any)
	if a, _ := alerts[0].(map[string]any); len(alerts) != 1 || a["alert"] != "auth_expired" || a["severity"] != "critical" || a["told"] == nil {
		t.Errorf("%v", alerts)
	}
	deliveries, _ := r.ask("GET", channel+"/deliveries", nil, 200)["items"].([]any)
	if d, _ := deliveries[0].(map[string]any); len(deliveries) != 1 || d["arrived"] == nil {
		t.Errorf("%v", deliveries)
	}
}

// usage compares the service's counts with the simulator's.
func (r *running) usage(source string, sim *simulator) {
	r.t.Helper()
	calls, tables := 0.0, map[string]bool{}
	items, _ := r.ask("GET", "/api/v1/sources/"+source+"/usage?by=table,account,day", nil, 200)["items"].([]any)
	for _, one := range items {
		u, _ := one.(map[string]any)
		calls += u["calls"].(float64)
		tables[u["table"].(string)] = true
		if u["bytes"].(float64) <= 0 || u["seconds"].(float64) <= 0 || u["account"] == nil || u["day"] == nil || u["rows"].(float64) <= 0 {
			r.t.Errorf("%v", u)
		}
	}
	// Beside the slices' own, the token was looked at, twice: when it was saved and when the run began.
	counted := -1.0 // when it was saved, a row of figures was read
	for name, n := range sim.calls(r.t).By {
		if strings.HasPrefix(name, "GET act/") || strings.HasPrefix(name, "POST act/") || strings.HasPrefix(name, "GET run") {
			counted += float64(n)
		}
	}
	if calls != counted || !tables["basic_ad"] || !tables["ads"] {
		r.t.Errorf("%v calls were counted, %v were made: %v", calls, counted, sim.calls(r.t))
	}
	covered, _ := r.ask("GET", "/api/v1/sources/"+source+"/coverage?table=basic_ad", nil, 200)["items"].([]any)
	if c, _ := covered[0].(map[string]any); len(covered) != 1 || c["from"] != time.Now().AddDate(0, 0, -20).Format(time.DateOnly) || c["partial"] != false {
		r.t.Errorf("covered is %v", covered)
	}
}
