package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// assistant is a client of the MCP server of a running service.
type assistant struct {
	*running
	key string
}

// rpc calls a method with a key and further headers, and returns the status and the body.
func (a assistant) rpc(method string, params any, headers ...string) (status int, body map[string]any) {
	a.t.Helper()
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		a.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.url+"/mcp", bytes.NewReader(raw))
	if err != nil {
		a.t.Fatal(err)
	}
	for i, h := 0, append([]string{"Content-Type", "application/json", "Accept", "application/json, text/event-stream"}, headers...); i+1 < len(h); i += 2 {
		r.Header.Set(h[i], h[i+1])
	}
	if a.key != "" {
		r.Header.Set("Authorization", "Bearer "+a.key)
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	got, err := a.http.Do(r) // with the cookies of the admin
	if err != nil {
		a.t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := json.Unmarshal(text, &body); err != nil && got.StatusCode == http.StatusOK {
		a.t.Fatalf("%s: %s", method, text)
	}
	return got.StatusCode, body
}

// call calls a tool and returns its structured content.
func (a assistant) call(tool string, arguments map[string]any) map[string]any {
	a.t.Helper()
	status, body := a.rpc("tools/call", map[string]any{"name": tool, "arguments": arguments})
	result, _ := body["result"].(map[string]any)
	content, _ := result["structuredContent"].(map[string]any)
	if status != http.StatusOK || content == nil {
		a.t.Fatalf("%s %v: %d %v", tool, arguments, status, body)
	}
	return content
}

// askKey creates a key with scopes.
func (r *running) askKey(role string, expires time.Time, scopes ...string) (id, token string) {
	r.t.Helper()
	made := r.ask("POST", "/api/v1/keys", map[string]any{"name": "claude", "role": role, "scopes": scopes, "expires": expires.UTC().Format(time.RFC3339Nano)}, 201)
	return fmt.Sprint(made["id"]), fmt.Sprint(made["token"])
}

func TestServe_Assistants(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=2,ads=40,days=60,seed=3")
	r := startService(t, sim)
	today := time.Now().UTC()
	made := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true, "since": today.AddDate(0, 0, -40).Format(time.DateOnly)}, 201)
	if first := r.ended(fmt.Sprint(made["id"])); first["state"] != "finished" {
		t.Fatalf("%v\n%s", first, r.said)
	}
	_, token := r.askKey("viewer", today.Add(time.Hour), "ask")
	a := assistant{r, token}
	if status, body := a.rpc("tools/list", map[string]any{}); status != http.StatusForbidden || body["code"] != "mcp_off" {
		t.Fatalf("before an admin turns it on: %d %v", status, body)
	}
	settings := r.ask("GET", "/api/v1/settings", nil, 200)
	if address := settings["mcp_address"]; address != r.url+"/mcp" {
		t.Errorf("the address is %v", address)
	}
	r.ask("PATCH", "/api/v1/settings", map[string]any{"mcp": true}, 200, "If-Match", fmt.Sprint(settings["etag"]))
	r.onlyItsKeys(a)
	r.onlyItsAddress(a)
	a.equalsTheAPI(today)
	a.saysHowFresh()
	a.foreignClient(today)
	r.asksInSQL(today)
	calls, _ := r.ask("GET", "/api/v1/tool-calls?limit=200", nil, 200)["items"].([]any)
	if len(calls) < 20 || strings.Contains(fmt.Sprint(calls), token) {
		t.Errorf("%d calls are logged", len(calls))
	}
	r.stop()
	if strings.Contains(r.said.String(), `"who":"`+token) {
		t.Error("the log holds the key")
	}
}

// onlyItsKeys tries every tool with every kind of key that must not work.
func (r *running) onlyItsKeys(a assistant) {
	r.t.Helper()
	gone, revoked := r.askKey("viewer", time.Now().Add(time.Hour), "ask")
	r.ask("DELETE", "/api/v1/keys/"+gone, nil, 204)
	_, expired := r.askKey("viewer", time.Now().Add(time.Second), "ask")
	other := fmt.Sprint(r.ask("POST", "/api/v1/keys", map[string]any{"name": "api", "role": "admin"}, 201)["token"])
	for began := time.Now(); ; { // until it has expired; bounded: 30 s
		if status, _ := (assistant{r, expired}).rpc("ping", map[string]any{}); status == http.StatusUnauthorized {
			break
		} else if time.Since(began) > 30*time.Second {
			r.t.Fatal("the key does not expire")
		}
	}
	// Unknown keys come last of each tool, because they slow this address down.
	tools := []string{"list_metrics", "list_dimension_values", "query_metrics", "get_freshness", "list_dashboards", "get_dashboard", "list_tables", "describe_table", "run_sql"}
	for _, tool := range tools {
		for _, c := range []struct {
			kind, key string
			want      []int
		}{
			{"none", "", []int{401}}, {"of the API", other, []int{403}}, {"wrong", "atk_wrong", []int{401, 429}}, {"revoked", revoked, []int{401, 429}}, {"expired", expired, []int{401, 429}},
		} {
			status, body := (assistant{r, c.key}).rpc("tools/call", map[string]any{"name": tool, "arguments": map[string]any{}})
			if status != c.want[0] && status != c.want[len(c.want)-1] || body["result"] != nil {
				r.t.Errorf("%s with a key that is %s: %d %v", tool, c.kind, status, body)
			}
		}
	}
	if status, body := a.rpc("tools/list", map[string]any{}); status != http.StatusOK {
		r.t.Errorf("the right key is slowed down: %d %v", status, body)
	}
	for _, path := range []string{"/api/v1/metrics", "/api/v1/sources", "/api/v1/session", "/api/v1/keys"} {
		r.ask("GET", path, nil, 403, "Authorization", "Bearer "+a.key)
	}
}

// onlyItsAddress sends requests as a page of another site would.
func (r *running) onlyItsAddress(a assistant) {
	r.t.Helper()
	port := r.url[strings.LastIndex(r.url, ":"):]
	for _, c := range []struct {
		headers []string
		want    int
	}{
		{nil, 200},
		{[]string{"Host", "localhost" + port}, 200},
		{[]string{"Origin", r.url}, 200},
		{[]string{"Host", "evil.example"}, 421},
		{[]string{"Host", "127.0.0.1.evil.example" + port}, 421},
		{[]string{"Host", "evil.example" + port}, 421},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
		{[]string{"Content-Type", "text/plain"}, 415},
		{[]string{"Accept", "application/json"}, 400},
	} {
		if status, body := a.rpc("tools/list", map[string]any{}, c.headers...); status != c.want {
			r.t.Errorf("%v: %d, want %d: %v", c.headers, status, c.want, body)
		}
	}
}

// equalsTheAPI asks the same twenty questions here and there.
func (a assistant) equalsTheAPI(today time.Time) {
	a.t.Helper()
	from, to := today.AddDate(0, 0, -30).Format(time.DateOnly), today.AddDate(0, 0, -2).Format(time.DateOnly)
	rows := 0
	for _, metrics := range [][]string{{"spend"}, {"impressions", "clicks"}, {"spend", "clicks", "platform_conversions"}, {"platform_value"}, {"cpm", "ctr"}} {
		for _, c := range []struct{ by, grain, tool, compare, against string }{
			{"account", "", "none", "", "none"}, {"campaign", "", "none", "previous_period", "previous"}, {"channel", "iso_week", "week", "", "none"}, {"account", "day", "day", "previous_year", "last_year"},
		} {
			theirs := a.ask("POST", "/api/v1/query", map[string]any{"metrics": metrics, "from": from, "to": to, "by": []string{c.by, "currency"}, "grain": c.grain, "compare": c.compare}, 200)
			ours := a.call("query_metrics", map[string]any{"metrics": metrics, "from": from, "to": to, "dimensions": []string{c.by, "currency"}, "grain": c.tool, "compare": c.against, "names": false, "limit": 1000})
			columns, _ := ours["columns"].([]any)
			got, want := flat(ours, columns, metrics), flatAnswer(theirs)
			if got != want || theirs["as_of"] == nil || ours["as_of"] != theirs["as_of"] {
				a.t.Errorf("%v by %s: %.300s\nnot\n%.300s\nas of %v and %v", metrics, c.by, got, want, ours["as_of"], theirs["as_of"])
			}
			n, _ := ours["row_count"].(float64)
			rows += int(n)
			if ours["truncated"] != false || ours["definitions"] == nil || ours["complete"] == nil {
				a.t.Errorf("%v", ours)
			}
		}
	}
	if rows < 100 {
		a.t.Errorf("only %d rows were compared", rows)
	}
}

// flat prints the figures of an envelope without what they are compared with.
func flat(answer map[string]any, columns []any, metrics []string) string {
	var b strings.Builder
	all, _ := answer["rows"].([]any)
	for _, one := range all {
		cells, _ := one.([]any)
		for i, c := range columns {
			column, _ := c.(map[string]any)
			for _, m := range metrics {
				if column["name"] == m {
					fmt.Fprintf(&b, "%v ", cells[i])
				}
			}
		}
	}
	return b.String()
}

// flatAnswer prints the figures of an answer of the API.
func flatAnswer(answer map[string]any) string {
	var b strings.Builder
	all, _ := answer["rows"].([]any)
	for _, one := range all {
		row, _ := one.(map[string]any)
		figures, _ := row["figures"].([]any)
		for _, f := range figures {
			figure, _ := f.(map[string]any)
			fmt.Fprintf(&b, "%v ", figure["value"])
		}
	}
	return b.String()
}

// saysHowFresh compares the freshness with that of the API.
func (a assistant) saysHowFresh() {
	a.t.Helper()
	all, _ := a.call("get_freshness", map[string]any{})["sources"].([]any)
	health, _ := a.ask("GET", "/api/v1/data-health", nil, 200)["items"].([]any)
	if len(all) != 1 || len(health) != 1 {
		a.t.Fatalf("%v %v", all, health)
	}
	ours, _ := all[0].(map[string]any)
	theirs, _ := health[0].(map[string]any)
	if ours["as_of"] != theirs["as_of"] || theirs["through"] == nil || fmt.Sprint(ours["complete_until"]) < fmt.Sprint(theirs["through"]) {
		a.t.Errorf("%v\n%v", ours, theirs)
	}
}

// asksInSQL compares SQL with metrics, and tries statements that must be refused.
func (r *running) asksInSQL(today time.Time) {
	r.t.Helper()
	_, token := r.askKey("editor", today.Add(time.Hour), "ask", "ask:sql")
	a := assistant{r, token}
	tables := fmt.Sprint(a.call("list_tables", map[string]any{}))
	if !strings.Contains(tables, "facebook_ads.basic_account") || strings.Contains(tables, "_loads") {
		r.t.Errorf("the tables are %s", tables)
	}
	a.call("describe_table", map[string]any{"table": "facebook_ads.basic_account"})
	from, to := today.AddDate(0, 0, -20).Format(time.DateOnly), today.AddDate(0, 0, -5).Format(time.DateOnly)
	ours := a.call("query_metrics", map[string]any{"metrics": []string{"impressions"}, "from": from, "to": to})
	theirs := a.call("run_sql", map[string]any{"sql": "SELECT CAST(sum(impressions) AS VARCHAR) FROM facebook_ads.basic_account WHERE date BETWEEN '" + from + "' AND '" + to + "'"})
	if got, want := fmt.Sprint(theirs["rows"]), fmt.Sprint(ours["rows"]); got != want || theirs["as_of"] == nil {
		r.t.Errorf("SQL says %s, the metric is %s: %v", got, want, theirs)
	}
	tried := 0
	for i, text := range refusedSQL(r.t) {
		if i%8 == 0 { // a key runs ten statements a minute
			_, a.key = r.askKey("editor", today.Add(time.Hour), "ask", "ask:sql")
		}
		status, body := a.rpc("tools/call", map[string]any{"name": "run_sql", "arguments": map[string]any{"sql": text}})
		result, _ := body["result"].(map[string]any)
		said := fmt.Sprint(result["content"])
		if status != http.StatusOK || result["isError"] != true || strings.Contains(said, "unexpected") || strings.Contains(said, r.dir) {
			r.t.Errorf("%.200s: %d %.300s", text, status, said)
		}
		tried++
	}
	r.t.Logf("%d statements were refused", tried)
}

// refusedSQL returns some of the attacks that DuckDB must not run; none if they are absent.
func refusedSQL(t *testing.T) (some []string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "security", "attacks.json"))
	if err != nil {
		t.Logf("the attacks are absent: %v", err)
		return nil
	}
	var all struct {
		Attacks []struct{ Engine, Expect, SQL string }
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for i, one := range all.Attacks {
		if one.Engine == "duckdb" && one.Expect == "refused" && one.SQL != "" && i%5 == 0 {
			some = append(some, one.SQL)
		}
	}
	return some
}

// foreignClient asks with the official Python SDK.
func (a assistant) foreignClient(today time.Time) {
	a.t.Helper()
	python, err := filepath.Abs(filepath.Join("..", "..", ".tools", "venv", "bin", "python"))
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		a.t.Logf("the Python client is not installed at %s; make test installs it", python)
		return
	}
	question := map[string]any{"metrics": []string{"spend"}, "from": today.AddDate(0, 0, -30).Format(time.DateOnly), "to": today.AddDate(0, 0, -2).Format(time.DateOnly), "dimensions": []string{"account"}}
	text, err := json.Marshal(question)
	if err != nil {
		a.t.Fatal(err)
	}
	out, err := exec.CommandContext(a.t.Context(), python, filepath.Join("testdata", "assistant.py"), a.url+"/mcp", a.key, string(text)).Output()
	if err != nil {
		a.t.Fatalf("the Python client failed: %v\n%s", err, stderr(err))
	}
	var told struct {
		Server  string
		Tools   []string
		Answer  map[string]any
		Failed  []bool
		Refusal string
	}
	if err := json.Unmarshal(out, &told); err != nil {
		a.t.Fatalf("%s: %v", out, err)
	}
	ours := a.call("query_metrics", question)
	if told.Server != "adtally" || len(told.Tools) != 6 || fmt.Sprint(told.Failed) != "[false true]" || !strings.Contains(told.Refusal, "unknown_metric") || fmt.Sprint(told.Answer["rows"]) != fmt.Sprint(ours["rows"]) {
		a.t.Errorf("%s\nrows %v", out, ours["rows"])
	}
}
