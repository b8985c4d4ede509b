package main

import (
	"math"
	"strings"
	"testing"
)

// The estimate of a report is close to what it takes then.
func TestReport_EstimateIsCloseToCost(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=40,days=230,seed=6,steady=1")
	report := map[string]any{"name": "by_age", "level": "ad", "breakdowns": []string{"age", "gender"}, "fields": []string{"spend", "reach"}}
	id := h.connected(h.sim.Token(), map[string]any{"since": "2026-04-01"})
	path := "/api/v1/sources/" + id
	before := h.sim.Calls().Counted
	e := h.ask("POST", path+"/report-estimate", report, 200)
	if made := h.sim.Calls().Counted - before; made != 0 {
		t.Errorf("the estimate took %d calls", made)
	}
	first, _ := e["first_load"].(map[string]any)
	warnings, _ := e["warnings"].([]any)
	if e["seen"] != true || first["months"] != 3.0 || len(warnings) != 3 || !strings.Contains(warnings[0].(string), "reach") {
		t.Errorf("%v", e)
	}
	accounts, _ := e["accounts"].([]any)
	for _, one := range accounts {
		a, _ := one.(map[string]any)
		now, _ := a["used_now"].(float64)
		if after, known := a["used_after"].(float64); len(accounts) != 2 || a["name"] == "" || known && after <= now {
			t.Errorf("%v", a)
		}
	}
	tag := h.ask("GET", path, nil, 200)["etag"].(string)
	h.ask("PATCH", path, map[string]any{"reports": []any{report}, "tables": []string{"by_age"}}, 200, "If-Match", tag)
	before = h.sim.Calls().Counted
	h.ask("POST", path+"/runs", map[string]any{}, 201)
	h.tick()
	made := float64(h.sim.Calls().Counted - before)
	rows := 0.0
	for _, u := range h.ask("GET", path+"/usage", nil, 200)["items"].([]any) {
		if one, _ := u.(map[string]any); one["table"] == "by_age" {
			rows = one["rows"].(float64)
		}
	}
	days := 63.0
	t.Logf("%v calls and %v rows a day are estimated; %v calls and %v rows a day came", first["calls"], e["rows_per_day"], made, rows/days)
	if calls := first["calls"].(float64); math.Abs(calls-made) > made/2 {
		t.Errorf("%v calls are estimated, %v were made", calls, made)
	}
	if perDay := e["rows_per_day"].(float64); perDay < rows/days/3 || perDay > rows/days*3 {
		t.Errorf("%v rows a day are estimated, %v came", perDay, rows/days)
	}
	h.ask("POST", path+"/report-estimate", map[string]any{"name": "bad", "level": "ad", "breakdowns": []string{"age", "country"}, "fields": []string{"spend"}}, 422)
}
