package mcp

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"adtally"
)

// call is one call of a tool.
type call struct {
	*Server
	who  Principal
	rows int // of the answer, for the log
}

// tool is a tool with what checks its input and what answers it.
type tool struct {
	definition *mcp.Tool
	input      *jsonschema.Resolved
	sql        bool // needs the scope for SQL
	answer     func(ctx context.Context, c *call, arguments json.RawMessage) (any, error)
}

// with reads the arguments for a function.
func with[I any](f func(context.Context, *call, I) (any, error)) func(context.Context, *call, json.RawMessage) (any, error) {
	return func(ctx context.Context, c *call, raw json.RawMessage) (any, error) {
		var in I
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, configure("invalid_arguments", "The arguments do not fit the tool's schema", "Send them as the schema says.")
		}
		return f(ctx, c, in)
	}
}

//go:embed tools.json
var toolsText []byte

// tools are all tools, in the order of tools.json.
var tools = readTools(map[string]tool{
	"list_metrics":          {answer: with(listMetrics)},
	"list_dimension_values": {answer: with(listValues)},
	"query_metrics":         {answer: with(queryMetrics)},
	"get_freshness":         {answer: with(getFreshness)},
	"list_dashboards":       {answer: with(listDashboards)},
	"get_dashboard":         {answer: with(getDashboard)},
	"list_tables":           {sql: true, answer: with(listTables)},
	"describe_table":        {sql: true, answer: with(describeTable)},
	"run_sql":               {sql: true, answer: with(runSQL)},
})

// readTools reads the descriptions. Every tool only reads, and reaches nothing else.
func readTools(functions map[string]tool) (all []tool) {
	var texts []struct {
		Name, Title, Description string
		Input, Output            *jsonschema.Schema
	}
	if err := json.Unmarshal(toolsText, &texts); err != nil {
		panic(fmt.Sprintf("tools.json: %v", err))
	}
	no := false
	for _, t := range texts {
		one, ok := functions[t.Name]
		if !ok {
			panic("tools.json: there is no function for " + t.Name)
		}
		resolved, err := t.Input.Resolve(nil)
		if err != nil {
			panic(fmt.Sprintf("tools.json: %s: %v", t.Name, err))
		}
		one.input = resolved
		one.definition = &mcp.Tool{Name: t.Name, Title: t.Title, Description: t.Description, InputSchema: t.Input, OutputSchema: t.Output,
			Annotations: &mcp.ToolAnnotations{Title: t.Title, ReadOnlyHint: true, DestructiveHint: &no, IdempotentHint: true, OpenWorldHint: &no}}
		all = append(all, one)
	}
	return all
}

// handler answers calls of a tool and logs them. A call ends with the request, whatever the
// version of the protocol.
func (s *Server) handler(request context.Context, who Principal, t tool) mcp.ToolHandler {
	return func(ctx context.Context, r *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		ctx, stop := context.WithTimeout(ctx, s.Timeout)
		defer stop()
		defer context.AfterFunc(request, stop)()
		began := s.Now()
		c := &call{Server: s, who: who}
		arguments := r.Params.Arguments
		if len(arguments) == 0 {
			arguments = json.RawMessage("{}")
		}
		out, err := c.run(ctx, t, arguments, began)
		outcome := "ok"
		if err != nil {
			refused := told(err)
			if refused.Code == "unexpected" {
				s.Log.ErrorContext(ctx, "a tool failed", "tool", t.definition.Name, "key", who.Key, "error", err)
			}
			out, outcome = refused.result(), refused.Code
		}
		s.log(ctx, adtally.ToolCall{ID: s.NewID(), At: began, Key: who.Key, KeyName: who.Name, Tool: t.definition.Name,
			Arguments: hashOf(arguments), Took: s.Now().Sub(began), Rows: c.rows, Outcome: outcome})
		return out, nil
	}
}

// run checks the arguments and the limits, and answers. A panic is an error: it would end the
// process, because the protocol calls tools on goroutines of its own.
func (c *call) run(ctx context.Context, t tool, arguments json.RawMessage, now time.Time) (out *mcp.CallToolResult, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("a tool panicked: %v\n%s", p, debug.Stack())
		}
	}()
	var values map[string]any
	if err := json.Unmarshal(arguments, &values); err != nil {
		return nil, configure("invalid_arguments", "The arguments are not a JSON object", "Send an object.")
	}
	if err := t.input.Validate(values); err != nil {
		return nil, configure("invalid_arguments", "The arguments do not fit the tool's schema: "+clean(err.Error()), "Send them as the schema says.")
	}
	end, err := c.meter.take(ctx, c.who.Key, t.definition.Name == "run_sql", now)
	if err != nil {
		return nil, err
	}
	defer end()
	answer, err := t.answer(ctx, c, arguments)
	if err != nil {
		return nil, err
	}
	return resultOf(answer)
}

// resultOf is an answer as structured content, and as the same text for older clients.
func resultOf(answer any) (*mcp.CallToolResult, error) {
	raw, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return &mcp.CallToolResult{StructuredContent: json.RawMessage(raw), Content: []mcp.Content{&mcp.TextContent{Text: string(raw)}}}, nil
}

// hashOf is the hash of arguments, which is the same for the same values in another order.
func hashOf(arguments json.RawMessage) string {
	var values any
	if json.Unmarshal(arguments, &values) == nil {
		if sorted, err := json.Marshal(values); err == nil {
			arguments = sorted
		}
	}
	sum := sha256.Sum256(arguments)
	return hex.EncodeToString(sum[:8])
}

// log keeps a call, also if the client has gone.
func (s *Server) log(ctx context.Context, c adtally.ToolCall) {
	ctx = context.WithoutCancel(ctx)
	s.Log.InfoContext(ctx, "tool", "tool", c.Tool, "key", c.Key, "arguments", c.Arguments, "took", c.Took, "rows", c.Rows, "outcome", c.Outcome)
	if err := s.Calls.AddToolCall(ctx, c); err != nil {
		s.Log.ErrorContext(ctx, "a call could not be logged", "error", err)
	}
}

// named returns the one with a name, or a fault that suggests another.
func named[T any](all []T, name, what string, of func(T) string) (T, error) {
	i := slices.IndexFunc(all, func(one T) bool { return of(one) == name })
	if i >= 0 {
		return all[i], nil
	}
	var none T
	return none, configure("not_found", "There is no "+what+" with this name", "List them first.")
}
