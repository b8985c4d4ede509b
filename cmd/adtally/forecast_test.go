package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// counted is how many calls the simulator has counted.
func (s *simulator) counted(t *testing.T) int {
	t.Helper()
	return s.calls(t).Counted
}

// A custom report can be previewed for a day before it is saved, an invalid one is rejected
// without a call, and a backfill costs about as much as estimated.
func TestReport_PreviewAndBackfillEstimate(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--synthetic", "accounts=2,ads=60,days=90,seed=6,steady=1")
	r := startService(t, sim)
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	source := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true, "tables": []string{"ads", "basic_ad"}, "since": day(80)}, 201)
	id, _ := source["id"].(string)
	if run := r.ended(id); run["state"] != "finished" {
		t.Fatalf("%v", run)
	}
	r.previews(sim, id, day(2))
	r.estimates(sim, id, day(70), day(5))
	r.keepsAReport(id)
	r.stop()
}

var platformReport = map[string]any{"name": "by_platform", "level": "ad", "breakdowns": []string{"publisher_platform"}, "fields": []string{"impressions", "spend"}}

func (r *running) previews(sim *simulator, id, day string) {
	r.t.Helper()
	before := sim.counted(r.t)
	p := r.ask("POST", "/api/v1/sources/"+id+"/preview", map[string]any{"report": platformReport, "day": day}, 200)
	rows, _ := p["rows"].([]any)
	columns, _ := p["columns"].([]any)
	if len(rows) != 100 || p["total"].(float64) <= 100 || p["day"] != day || p["quota_after"] == nil {
		r.t.Errorf("%d rows of %v on %v, quota %v", len(rows), p["total"], p["day"], p["quota_after"])
	}
	names := ""
	for _, c := range columns {
		one, _ := c.(map[string]any)
		names += one["name"].(string) + " "
	}
	if first, _ := rows[0].([]any); len(first) != len(columns) || !strings.Contains(names, "publisher_platform") || !strings.Contains(names, "spend") {
		r.t.Errorf("columns %s, first row %v", names, rows[0])
	}
	if made := sim.counted(r.t) - before; float64(made) != p["calls"].(float64) || made > 3 {
		r.t.Errorf("%d calls were made, %v are told", made, p["calls"])
	}
	before = sim.counted(r.t)
	bad := map[string]any{"name": "bad", "level": "ad", "breakdowns": []string{"age", "country"}, "fields": []string{"spend"}}
	r.ask("POST", "/api/v1/sources/"+id+"/preview", map[string]any{"report": bad}, 422)
	r.ask("POST", "/api/v1/sources/"+id+"/preview", map[string]any{"report": platformReport, "account": "99"}, 422)
	if made := sim.counted(r.t) - before; made != 0 {
		r.t.Errorf("%d calls were made for what cannot be", made)
	}
}

func (r *running) estimates(sim *simulator, id, since, until string) {
	r.t.Helper()
	extent := map[string]any{"tables": []string{"basic_ad"}, "since": since, "until": until}
	before := sim.counted(r.t)
	e := r.ask("POST", "/api/v1/sources/"+id+"/estimate", extent, 200)
	if sim.counted(r.t) != before || e["seen"] != true {
		r.t.Errorf("an estimate took calls, or saw nothing: %v", e)
	}
	run := r.ask("POST", "/api/v1/sources/"+id+"/runs", extent, 201)
	for range 300 {
		if r.ask("GET", "/api/v1/runs/"+run["id"].(string), nil, 200)["ended"] != nil {
			break
		}
		time.Sleep(100 * time.Millisecond) // bounded: 30 s
	}
	var calls, rows float64
	used, _ := r.ask("GET", "/api/v1/runs/"+run["id"].(string)+"/usage", nil, 200)["items"].([]any)
	for _, one := range used {
		u, _ := one.(map[string]any)
		calls += u["calls"].(float64)
		rows += u["rows"].(float64)
	}
	near := func(what string, said, was float64) {
		r.t.Helper()
		r.t.Logf("%s: %v were said, %v it took", what, said, was)
		if was == 0 || said > was*1.5 || said < was/1.5 {
			r.t.Errorf("%s: %v were said, %v it took", what, said, was)
		}
	}
	near("calls", e["calls"].(float64), calls)
	near("rows", e["rows"].(float64), rows)
}

func (r *running) keepsAReport(id string) {
	r.t.Helper()
	path := "/api/v1/sources/" + id
	tag, _ := r.ask("GET", path, nil, 200)["etag"].(string)
	r.ask("PATCH", path, map[string]any{"reports": []any{map[string]any{"name": "x", "level": "nobody"}}}, 422, "If-Match", tag)
	s := r.ask("PATCH", path, map[string]any{"reports": []any{platformReport}, "tables": []string{"ads", "basic_ad", "by_platform"}}, 200, "If-Match", tag)
	if kept, _ := s["reports"].([]any); len(kept) != 1 {
		r.t.Errorf("%v", s)
	}
	r.ask("POST", path+"/runs", map[string]any{}, 201)
	if run := r.ended(id); run["state"] != "finished" {
		r.t.Errorf("%v", run)
	}
	if n := one(r.t, filepath.Join(r.dir, "warehouse.duckdb"), "SELECT count(*) > 100 FROM facebook_ads.by_platform"); n != "true" {
		r.t.Error("the report has no rows")
	}
}
