package mcp_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/mcp"
)

const (
	june  = `"from":"2026-06-01","to":"2026-06-02"`
	spend = `{"metrics":["spend"],` + june + `}`
)

// good returns data for one answer of every tool.
func good() *fake {
	return &fake{
		answer:  analytics.Answer{Columns: []analytics.Column{{Metric: "spend", Title: "Spend", Unit: "money"}}, Rows: []analytics.Row{{Figures: []analytics.Figure{money("12.50", "EUR")}}}, AsOf: now},
		members: []analytics.Member{{ID: "1", Name: "Spring"}, {ID: "2", Name: "Summer"}},
		sources: []mcp.SourceState{{ID: "s1", Name: "Shop", Connector: "facebookads", AsOf: now, Accounts: []mcp.AccountState{{ID: "7", Through: day("2026-06-01")}, {ID: "8"}}, Gaps: []mcp.Gap{{Account: "7", Window: adtally.WindowOf(day("2026-05-01"), day("2026-05-03")), Code: "too_old"}}, Alerts: []string{"stale"}}},
		kind:    "VARCHAR",
		rows:    [][]*string{{new("a")}, {nil}},
	}
}

func day(text string) adtally.Day {
	d, err := adtally.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}

// arguments of a call of every tool.
var arguments = map[string]string{
	"list_metrics": `{"search":"spe"}`, "list_dimension_values": `{"dimension":"campaign","limit":1}`, "query_metrics": spend, "get_freshness": `{}`,
	"list_dashboards": `{}`, "get_dashboard": `{"id":"performance"}`, "list_tables": `{}`, "describe_table": `{"table":"FACEBOOK_ADS.basic_ad"}`, "run_sql": `{"sql":"SELECT 1"}`,
}

type listedTool struct {
	Name, Description string
	Input             *jsonschema.Schema `json:"inputSchema"`
	Output            *jsonschema.Schema `json:"outputSchema"`
	Annotations       struct {
		ReadOnly    bool  `json:"readOnlyHint"`
		Idempotent  bool  `json:"idempotentHint"`
		Destructive *bool `json:"destructiveHint"`
		OpenWorld   *bool `json:"openWorldHint"`
	}
}

// Every answer fits the schema that the tool publishes, and every tool says that it only reads.
func TestTools_AnswerAsTheyPublish(t *testing.T) {
	t.Parallel()
	c := start(t, good(), asker)
	var list struct{ Tools []listedTool }
	c.rpc("tools/list", `{}`, &list)
	if len(list.Tools) != len(arguments) {
		t.Fatalf("there are %d tools", len(list.Tools))
	}
	for _, one := range list.Tools {
		if a := one.Annotations; !a.ReadOnly || !a.Idempotent || a.Destructive == nil || *a.Destructive || a.OpenWorld == nil || *a.OpenWorld {
			t.Errorf("%s: %+v", one.Name, a)
		}
		schema, err := one.Output.Resolve(nil)
		if err != nil {
			t.Fatal(err)
		}
		r := c.call(one.Name, arguments[one.Name])
		var value any
		if err := json.Unmarshal(r.Structured, &value); err != nil {
			t.Fatalf("%s: %v", one.Name, r)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v\n%s", one.Name, err, r.Structured)
		}
		if got := c.call(one.Name, `{"more":1}`).code(); got != "invalid_arguments" {
			t.Errorf("%s takes what it does not know: %s", one.Name, got)
		}
	}
}

// The list of tools is constant text: a change of what a model reads changes this hash, so that
// a review shows it.
func TestTools_ListIsConstant(t *testing.T) {
	t.Parallel()
	const want = "d3447bed3acdbf6bda09ad4e66e4c23b1af343a864f315849fb240a507dbcb57"
	c := start(t, good(), asker)
	var list struct{ Tools json.RawMessage }
	c.rpc("tools/list", `{}`, &list)
	sum := sha256.Sum256(list.Tools)
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("the hash of the list is %s", got)
	}
}

func TestTools_SQLNeedsItsScope(t *testing.T) {
	t.Parallel()
	c := start(t, good(), mcp.Principal{Key: "k1"})
	var list struct{ Tools []listedTool }
	c.rpc("tools/list", `{}`, &list)
	for _, one := range list.Tools {
		if strings.Contains(one.Name, "table") || strings.Contains(one.Name, "sql") {
			t.Errorf("%s is listed", one.Name)
		}
	}
	status, raw, err := c.post(t.Context(), `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_sql","arguments":{"sql":"SELECT 1"}}}`)
	if err != nil || strings.Contains(string(raw), `"result"`) {
		t.Errorf("%d %s %v", status, raw, err)
	}
}

// What is not meant for the caller stays in the log.
func TestFault_TellsOnlyWhatIsKnown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"a refused question": {&analytics.Refusal{Code: "mixed_currency", Message: "Spend is in several currencies", Hint: "Convert."}, "mixed_currency"},
		"a known fault":      {&adtally.Fault{Act: adtally.Wait, Code: "warehouse_busy", Message: "Another process is using it", Hint: "Wait."}, "warehouse_busy"},
		"SQL with a value":   {&adtally.Fault{Act: adtally.Configure, Code: "sql_failed", Message: "cannot cast SECRET"}, "sql_failed"},
		"another fault":      {&adtally.Fault{Act: adtally.Configure, Code: "data", Message: "cannot open SECRET"}, "unexpected"},
		"an error":           {errors.New("SECRET"), "unexpected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := good()
			f.err = c.err
			one := start(t, f, asker)
			r := one.call("query_metrics", spend)
			if r.code() != c.code || strings.Contains(fmt.Sprint(r), "SECRET") {
				t.Errorf("%v", r)
			}
			if f.calls[0].Outcome != c.code || f.calls[0].Tool != "query_metrics" || f.calls[0].Key != "k1" {
				t.Errorf("the log has %+v", f.calls[0])
			}
		})
	}
}

// A bug in a tool ends the call, not the process.
func TestTool_SurvivesPanic(t *testing.T) {
	t.Parallel()
	f := good()
	f.panics = true
	c := start(t, f, asker)
	if got := c.call("query_metrics", spend).code(); got != "unexpected" || !strings.Contains(c.log.String(), "a bug") {
		t.Errorf("%s, and the log is %s", got, c.log)
	}
}

func TestLimit_CallsOfAKey(t *testing.T) {
	t.Parallel()
	for tool, most := range map[string]int{"list_dashboards": 60, "run_sql": 10} {
		at := now
		c := start(t, good(), asker, func(c *mcp.Config) { c.Now = func() time.Time { return at } })
		for i := range most {
			if r := c.call(tool, arguments[tool]); r.IsError {
				t.Fatalf("%s: call %d: %v", tool, i, r)
			}
		}
		if got := c.call(tool, arguments[tool]).code(); got != "too_many_calls" {
			t.Errorf("%s: %s", tool, got)
		}
		at = at.Add(time.Minute)
		if r := c.call(tool, arguments[tool]); r.IsError {
			t.Errorf("%s: a minute later: %v", tool, r)
		}
	}
}

func TestLimit_Requests(t *testing.T) {
	t.Parallel()
	c := start(t, good(), asker)
	ping := `{"jsonrpc":"2.0","id":%d,"method":"ping"}`
	var many []string
	for i := range 11 {
		many = append(many, fmt.Sprintf(ping, i+1))
	}
	for name, one := range map[string]struct {
		body string
		want int
	}{
		"too large": {`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"` + strings.Repeat("x", 64<<10) + `"}}`, http.StatusRequestEntityTooLarge},
		"too many":  {"[" + strings.Join(many, ",") + "]", http.StatusBadRequest},
		"no JSON":   {"{", http.StatusBadRequest},
		"a ping":    {fmt.Sprintf(ping, 1), http.StatusOK},
	} {
		if status, raw, err := c.post(t.Context(), one.body); status != one.want {
			t.Errorf("%s: %d %s %v", name, status, raw, err)
		}
	}
}

func TestLimit_TimeEndsACall(t *testing.T) {
	t.Parallel()
	f := good()
	f.wait, f.waiting = true, make(chan struct{}, 1)
	c := start(t, f, asker, func(c *mcp.Config) { c.Timeout = time.Millisecond })
	if got := c.call("query_metrics", spend).code(); got != "timeout" {
		t.Error(got)
	}
}

// A client that goes takes its question with it, also in the protocol in which the client
// would have to say so.
func TestCall_EndsWithTheClient(t *testing.T) {
	t.Parallel()
	f := good()
	f.wait, f.waiting = true, make(chan struct{})
	c := start(t, f, asker, func(c *mcp.Config) { c.Timeout = 10 * time.Second })
	ctx, leave := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, _, err := c.post(ctx, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query_metrics","arguments":`+spend+`}}`)
		gone <- err
	}()
	<-f.waiting
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("the client got %v", err)
	}
	for began := time.Now(); !f.canceled.Load(); {
		if time.Since(began) > 2*time.Second {
			t.Fatal("the question goes on")
		}
	}
}

// Equal questions have the same hash; nothing of them is in the log.
func TestLog_HasHashesAndNoValues(t *testing.T) {
	t.Parallel()
	c := start(t, good(), asker)
	c.call("query_metrics", `{"metrics":["spend"],`+june+`,"filters":[{"dimension":"campaign","op":"in","values":["SECRET"]}]}`)
	c.call("query_metrics", `{"filters":[{"op":"in","values":["SECRET"],"dimension":"campaign"}],`+june+`,"metrics":["spend"]}`)
	c.call("query_metrics", spend)
	a, b, other := c.calls[0], c.calls[1], c.calls[2]
	if a.Arguments != b.Arguments || a.Arguments == other.Arguments || a.Rows != 1 || a.KeyName != "claude" || a.Outcome != "ok" {
		t.Errorf("%+v %+v %+v", a, b, other)
	}
	if strings.Contains(c.log.String()+fmt.Sprint(c.calls), "SECRET") || strings.Count(c.log.String(), "\n") != 3 {
		t.Errorf("%s", c.log)
	}
}

// The newest revision of the protocol is served without a handshake.
func TestServer_NewestProtocol(t *testing.T) {
	t.Parallel()
	c := start(t, good(), asker)
	body := `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list"} {
		r.Header.Set(name, value)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var list struct {
		Result struct {
			Tools []listedTool
			Scope string `json:"cacheScope"`
			TTL   *int   `json:"ttlMs"`
		}
	}
	if err := json.NewDecoder(got.Body).Decode(&list); err != nil || len(list.Result.Tools) != len(arguments) || list.Result.Scope != "private" || list.Result.TTL == nil || *list.Result.TTL != 0 {
		t.Errorf("%d %+v %v", got.StatusCode, list, err)
	}
}
