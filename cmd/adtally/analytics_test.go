package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// rowSum adds up the first figures of an answer's rows, and names the members.
func rowSum(t *testing.T, answer map[string]any) (sum *big.Rat, members []string) {
	t.Helper()
	sum = new(big.Rat)
	all, _ := answer["rows"].([]any)
	for _, one := range all {
		r, _ := one.(map[string]any)
		ids, _ := r["members"].([]any)
		members = append(members, fmt.Sprint(ids...))
		figures, _ := r["figures"].([]any)
		figure, _ := figures[0].(map[string]any)
		n, ok := new(big.Rat).SetString(fmt.Sprint(figure["value"]))
		if !ok {
			t.Fatalf("the figure %v is no number", figure)
		}
		sum.Add(sum, n)
	}
	return sum, members
}

func rat(t *testing.T, text string) *big.Rat {
	t.Helper()
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return n
}

// totalOf is the first figure of an answer's total.
func totalOf(answer map[string]any) string {
	all, _ := answer["total"].([]any)
	figure, _ := all[0].(map[string]any)
	return fmt.Sprint(figure["value"])
}

// From an empty installation to own metrics and dimensions, over HTTP.
func TestServe_Analytics(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=1,ads=40,days=60,seed=3")
	r := startService(t, sim)
	today := time.Now().UTC()
	question := func(metric, by string) map[string]any {
		return map[string]any{"metrics": []string{metric}, "from": today.AddDate(0, 0, -30).Format(time.DateOnly), "to": today.AddDate(0, 0, -2).Format(time.DateOnly), "by": []string{by}, "totals": true}
	}
	made := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true, "since": today.AddDate(0, 0, -40).Format(time.DateOnly)}, 201)
	if first := r.ended(fmt.Sprint(made["id"])); first["state"] != "finished" {
		t.Fatalf("%v\n%s", first, r.said)
	}
	links, clicks := totalOf(r.ask("POST", "/api/v1/query", question("link_clicks", "campaign"), 200)), totalOf(r.ask("POST", "/api/v1/query", question("clicks", "campaign"), 200))
	if l, c := rat(t, links), rat(t, clicks); l.Sign() <= 0 || l.Cmp(c) >= 0 {
		t.Errorf("%s link clicks of %s clicks", links, clicks)
	}
	r.ownDefinitions(question)
	r.ownDimensions(question)
	health := r.ask("GET", "/api/v1/data-health", nil, 200)
	if got, _ := r.read("/api/v1/restatement?metric=spend", r.http); !strings.Contains(got, `"items":[`) || strings.Contains(fmt.Sprint(health["items"]), "ties:0 ") {
		t.Errorf("%v %s", health, got)
	}
	r.ask("POST", "/api/v1/dashboards/performance/duplicate", map[string]any{}, 201)
	r.readyTiles()
}

// ownDefinitions stores a metric, which is in force at once.
func (r *running) ownDefinitions(question func(metric, by string) map[string]any) {
	r.t.Helper()
	r.ask("POST", "/api/v1/query", question("double", "campaign"), 422)
	double := map[string]any{"yaml": "metrics:\n  - {name: double, type: derived, expr: 2 * spend, input_metrics: [{name: spend}], config: {meta: {title: Double, unit: money}}}\n"}
	r.ask("PUT", "/api/v1/definitions/own", double, 428)
	r.ask("PUT", "/api/v1/definitions/own", double, 200, "If-Match", `"0"`)
	spend, _ := new(big.Rat).SetString(totalOf(r.ask("POST", "/api/v1/query", question("spend", "campaign"), 200)))
	twice, _ := new(big.Rat).SetString(totalOf(r.ask("POST", "/api/v1/query", question("double", "campaign"), 200)))
	if spend == nil || spend.Sign() <= 0 || twice == nil || twice.Cmp(spend.Add(spend, spend)) != 0 {
		r.t.Errorf("the double of %v is %v", spend, twice)
	}
	if text, _ := r.read("/api/v1/definitions.yaml", r.http); !strings.Contains(text, "name: double") || !strings.Contains(text, "name: cac") {
		r.t.Error("the export lacks a metric")
	}
}

// ownDimensions stores a naming rule, whose parts are dimensions at once. The spend of all
// parts is the whole spend.
func (r *running) ownDimensions(question func(metric, by string) map[string]any) {
	r.t.Helper()
	rule := map[string]any{"title": "Even", "level": "campaign", "kind": "regex", "pattern": "([02468])$", "parts": []map[string]any{{"index": 1, "dimension": "last_digit"}}}
	preview := r.ask("POST", "/api/v1/naming-rules/preview", rule, 200)
	names, unparsed := preview["names"].(float64), preview["unparsed"].(float64)
	if names == 0 {
		r.t.Errorf("the preview: %v", preview)
	}
	r.ask("POST", "/api/v1/naming-rules", rule, 201)
	answer := r.ask("POST", "/api/v1/query", question("spend", "last_digit"), 200)
	sum, members := rowSum(r.t, answer)
	if sum.FloatString(2) != totalOf(answer) || strings.Contains(fmt.Sprint(members), "(unparsed)") != (unparsed > 0) {
		r.t.Errorf("%v of %v names cannot be split; by parts %v %v, in total %s", unparsed, names, members, sum, totalOf(answer))
	}
	if got, _ := r.read("/api/v1/dimensions/last_digit/members", r.http); !strings.Contains(got, `"id":"`+members[len(members)-1]+`"`) {
		r.t.Errorf("members: %s", got)
	}
}

// readyTiles asks the question of every tile of the built-in dashboards. Each has an answer,
// though neither customers nor orders were uploaded.
func (r *running) readyTiles() {
	r.t.Helper()
	boards, _ := r.ask("GET", "/api/v1/dashboards", nil, 200)["items"].([]any)
	for _, one := range boards {
		d, _ := one.(map[string]any)
		tiles, _ := d["tiles"].([]any)
		for _, one := range tiles {
			tile, _ := one.(map[string]any)
			if tile["metrics"] == nil {
				continue
			}
			q := map[string]any{"from": d["from"], "to": d["to"], "as_of": d["as_of"]}
			if d["compare"] != nil {
				q["compare"] = d["compare"]
			}
			for _, key := range []string{"metrics", "by", "grain", "top", "totals", "filters"} {
				if tile[key] != nil {
					q[key] = tile[key]
				}
			}
			r.askedTile(fmt.Sprint(d["id"], "/", tile["id"]), q)
		}
	}
}

func (r *running) askedTile(name string, q map[string]any) {
	r.t.Helper()
	text, status := r.post("/api/v1/query", q)
	if status != 200 {
		r.t.Errorf("%s: %d %.500s", name, status, text)
	}
}

// post sends a request and gives the answer, whatever it is.
func (r *running) post(path string, body any) (text string, status int) {
	r.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+path, bytes.NewReader(raw))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(out), res.StatusCode
}
