package main

import (
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"adtally"
)

// A source is deleted during a run: the run ends as cancelled, not as failed. After it is
// restored, it has the same rows. Thirty days after a deletion it is removed with its secret
// and, if requested, its tables.
func TestSource_DeletedDuringARun(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=2,ads=20,days=100,seed=3", "--latency", "50ms")
	r := startService(t, sim)
	since := time.Now().AddDate(0, 0, -80).Format(time.DateOnly)
	made := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "name": "Shop", "token": sim.Token, "all_accounts": true, "tables": []string{"ad_accounts", "ads", "basic_ad"}, "since": since}, 201)
	id, _ := made["id"].(string)
	path := "/api/v1/sources/" + id
	r.reads(id)
	tag, _ := r.ask("GET", path, nil, 200)["etag"].(string)
	gone := r.ask("DELETE", path, nil, 200, "If-Match", tag)
	cut := r.ended(id)
	if cut["state"] != "interrupted" || cut["error"] != "The source was deleted by Ana" {
		t.Errorf("the run: %v", cut)
	}
	back := r.ask("POST", path+"/restore", nil, 200, "If-Match", fmt.Sprint(gone["etag"]))
	// A restored source is due immediately: it has missed something.
	if run := r.endedAfter(id, cut["id"]); run["state"] != "finished" || r.ask("GET", path, nil, 200)["last_good"] == nil {
		t.Errorf("the run after it was restored: %v", run)
	}
	r.sameAsTheCommandLine(sim, since)
	r.ask("DELETE", path+"?data=drop", nil, 422, "If-Match", fmt.Sprint(back["etag"]))
	if d := r.ask("GET", path+"/dependents", nil, 200); d["oldest"] != true || d["from"] != since || len(d["tables"].([]any)) < 3 {
		t.Errorf("what goes with it: %v", d)
	}
	tag, _ = r.ask("GET", path, nil, 200)["etag"].(string)
	r.ask("DELETE", path+"?data=drop&name=Shop", nil, 200, "If-Match", tag)
	r.stop()
	r.forgotten(id)
}

// reads waits until the first rows of a source are in the warehouse.
func (r *running) reads(source string) {
	r.t.Helper()
	for range 300 {
		if used, _ := r.ask("GET", "/api/v1/sources/"+source+"/usage", nil, 200)["items"].([]any); len(used) > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond) // bounded: 15 s
	}
	r.t.Fatalf("nothing is read: %s", r.said)
}

// forgotten has thirty days go by.
func (r *running) forgotten(id string) {
	r.t.Helper()
	f := &serviceFlags{Data: r.dir}
	s, err := f.open(r.t.Context(), &program{out: io.Discard, err: io.Discard, env: func(string) string { return "" }})
	if err != nil {
		r.t.Fatal(err)
	}
	defer s.close()
	left := func(days int) (sources, tables int) {
		if err := s.forget(r.t.Context(), time.Now().AddDate(0, 0, days)); err != nil {
			r.t.Fatal(err)
		}
		all, err := s.store.Sources(r.t.Context(), true)
		if err != nil {
			r.t.Fatal(err)
		}
		n := one(r.t, filepath.Join(r.dir, "warehouse.duckdb"), "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'facebook_ads'")
		return len(all), atoi(n)
	}
	if sources, tables := left(29); sources != 1 || tables == 0 {
		r.t.Errorf("after 29 days there are %d sources and %d tables", sources, tables)
	}
	source, err := s.store.Source(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	if sources, tables := left(31); sources != 0 || tables != 0 {
		r.t.Errorf("after 31 days there are %d sources and %d tables", sources, tables)
	}
	if _, err := s.vault.Open(r.t.Context(), source.Credential, 0); adtally.FaultOf(err).Code != "secret_wiped" {
		r.t.Errorf("its secret: %v", err)
	}
}
