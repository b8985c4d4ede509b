package mcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/mcp"
)

var now = time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)

// fake answers everything that the server asks for.
type fake struct {
	mu       sync.Mutex
	answer   analytics.Answer
	err      error
	asked    []analytics.Query
	members  []analytics.Member
	wait     bool // until the caller gives up
	waiting  chan struct{}
	panics   bool
	sources  []mcp.SourceState
	boards   []adtally.StoredDashboard
	rows     [][]*string
	kind     string
	end      adtally.SQLResult
	calls    []adtally.ToolCall
	canceled atomic.Bool
}

func (f *fake) Ask(ctx context.Context, q analytics.Query) (*analytics.Answer, error) {
	f.mu.Lock()
	f.asked = append(f.asked, q)
	f.mu.Unlock()
	switch {
	case f.panics:
		panic("a bug")
	case f.wait:
		f.waiting <- struct{}{}
		<-ctx.Done()
		f.canceled.Store(true)
		return nil, ctx.Err()
	case f.err != nil:
		return nil, f.err
	}
	a := f.answer
	return &a, nil
}

func (f *fake) Metrics(context.Context) ([]analytics.MetricInfo, error) {
	return []analytics.MetricInfo{
		{Name: "spend", Title: "Spend", Description: "What was spent.", Unit: "money", Dimensions: []string{"account", "campaign"}, Caveat: "Without tax."},
		{Name: "orders", Title: "Orders", Description: "Orders.", Unit: "count", Dimensions: []string{"campaign"}},
		{Name: "platform_conversions", Title: "Claimed purchases", Description: "Claims.", Unit: "count", Dimensions: []string{"account"}, Claimed: true},
	}, nil
}

func (f *fake) Dimensions(context.Context) ([]analytics.DimensionInfo, error) {
	return []analytics.DimensionInfo{{Name: "campaign", Title: "Campaign"}}, nil
}

func (f *fake) Members(_ context.Context, _, search string, limit int) (all []analytics.Member, err error) {
	for _, m := range f.members {
		if strings.Contains(m.Name, search) && len(all) < limit {
			all = append(all, m)
		}
	}
	return all, nil
}

func (f *fake) Settings(context.Context) (analytics.Settings, error) {
	return analytics.Settings{Zone: "Europe/Berlin"}, nil
}

func (f *fake) Dashboards(context.Context) ([]adtally.StoredDashboard, error) { return f.boards, nil }

func (f *fake) SourceStates(context.Context) ([]mcp.SourceState, error) { return f.sources, nil }

func (f *fake) ModelledTables(context.Context) ([]adtally.ModelledTable, error) {
	return []adtally.ModelledTable{{Dataset: "facebook_ads", Name: "basic_ad", Description: "Ads by day.", Columns: []adtally.ModelledColumn{{Name: "spend", Type: "DECIMAL(18,2)", Unit: "money", Additive: "sum", Description: "What was spent."}}}}, nil
}

func (f *fake) RunSQL(_ context.Context, person string, _ adtally.SQLQuery, emit func(adtally.SQLBatch) error) (adtally.SQLResult, error) {
	if person != "key:k1" {
		return adtally.SQLResult{}, fmt.Errorf("the statement runs for %s", person)
	}
	if f.err != nil {
		return adtally.SQLResult{}, f.err
	}
	return f.end, emit(adtally.SQLBatch{Columns: []adtally.SQLColumn{{Name: "v", Type: f.kind}}, Rows: f.rows})
}

func (f *fake) AddToolCall(_ context.Context, c adtally.ToolCall) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, c)
	return nil
}

// client calls a server over HTTP.
type client struct {
	t   *testing.T
	url string
	log *bytes.Buffer
	*fake
}

var asker = mcp.Principal{Key: "k1", Name: "claude", SQL: true}

func start(t *testing.T, f *fake, who mcp.Principal, change ...func(*mcp.Config)) *client {
	t.Helper()
	c := &client{t: t, log: &bytes.Buffer{}, fake: f}
	config := mcp.Config{Analytics: f, Dashboards: f, Freshness: f, SQL: f, Calls: f, Log: slog.New(slog.NewJSONHandler(c.log, nil)), Now: func() time.Time { return now }, NewID: func() string { return "id" }, Version: "1"}
	for _, one := range change {
		one(&config)
	}
	s := mcp.New(config)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Serve(who, w, r) }))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// post sends a body in the protocol that most clients speak.
func (c *client) post(ctx context.Context, body string) (int, []byte, error) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("MCP-Protocol-Version", "2025-11-25")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	return got.StatusCode, raw, err
}

// result is the answer of a tool.
type result struct {
	IsError    bool
	Content    []struct{ Type, Text string }
	Structured json.RawMessage `json:"structuredContent"`
}

// refusal is the code of an error.
func (r result) code() string {
	var f struct{ Code, Message, Hint string }
	if len(r.Content) != 1 || json.Unmarshal([]byte(r.Content[0].Text), &f) != nil || !r.IsError || f.Message == "" {
		return "no refusal"
	}
	return f.Code
}

// rpc calls a method and decodes its result.
func (c *client) rpc(method, params string, into any) {
	c.t.Helper()
	status, raw, err := c.post(c.t.Context(), `{"jsonrpc":"2.0","id":1,"method":"`+method+`","params":`+params+`}`)
	if err != nil || status != http.StatusOK {
		c.t.Fatalf("%s: %d %s %v", method, status, raw, err)
	}
	var got struct {
		Result json.RawMessage
		Error  json.RawMessage
	}
	if err := json.Unmarshal(raw, &got); err != nil || got.Error != nil {
		c.t.Fatalf("%s: %s", method, raw)
	}
	if err := json.Unmarshal(got.Result, into); err != nil {
		c.t.Fatalf("%s: %s: %v", method, raw, err)
	}
}

// call calls a tool.
func (c *client) call(tool, arguments string) (r result) {
	c.t.Helper()
	c.rpc("tools/call", `{"name":"`+tool+`","arguments":`+arguments+`}`, &r)
	if !r.IsError && (len(r.Content) != 1 || r.Content[0].Text != string(r.Structured)) {
		c.t.Errorf("%s: the text is not the structured content: %v", tool, r.Content)
	}
	return r
}

// answer is the part of an envelope that tests read.
type answer struct {
	Columns     []struct{ Name, Unit, Definition, Content string }
	Rows        [][]*string
	Total       []*string
	RowCount    int `json:"row_count"`
	Truncated   bool
	AsOf        *time.Time `json:"as_of"`
	Complete    bool
	Incomplete  []struct{ Account, From, To, Why string }
	Currency    *string
	Timezone    string
	Definitions map[string]struct {
		Definition string
		Caveats    []string
	}
	Warnings []struct{ Code, Message string }
}

func (c *client) ask(arguments string) (a answer) {
	c.t.Helper()
	r := c.call("query_metrics", arguments)
	if r.IsError {
		c.t.Fatalf("%s: %v", arguments, r.Content)
	}
	if err := json.Unmarshal(r.Structured, &a); err != nil {
		c.t.Fatal(err)
	}
	return a
}

func text(rows ...[]*string) string {
	var lines []string
	for _, r := range rows {
		var cells []string
		for _, v := range r {
			if v == nil {
				cells = append(cells, "-")
			} else {
				cells = append(cells, *v)
			}
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return strings.Join(lines, "\n")
}

func money(value, currency string) analytics.Figure {
	return analytics.Figure{Value: value, Currency: currency}
}
