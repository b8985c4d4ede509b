package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"adtally"
	"adtally/internal/analytics"
)

// refusal is what a model is told if there is no answer.
type refusal struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// knownFaults are the faults whose sentences contain no path and no value. Others are logged
// and hidden.
var knownFaults = []string{
	"too_many_calls", "not_found", "invalid_arguments", "too_many_values",
	"no_data", "warehouse_busy", "bad_definition", "unknown_table",
	"sql_refused", "sql_memory", "sql_off", "sql_stopped", "sql_running", "sql_rate", "sql_busy",
}

// told returns what a model is told of an error.
func told(err error) refusal {
	if r, ok := errors.AsType[*analytics.Refusal](err); ok {
		return refusal{r.Code, r.Message + ".", r.Hint}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return refusal{"timeout", "The answer took too long.", "Ask for fewer days or fewer dimensions."}
	}
	if errors.Is(err, context.Canceled) {
		return refusal{"canceled", "The client has gone.", ""}
	}
	f := adtally.FaultOf(err)
	switch {
	case f.Code == "sql_failed": // the engine's sentence can contain a value of a row
		return refusal{f.Code, "The warehouse refused the statement, or failed while it ran.", "Check names and types with describe_table, and use TRY_CAST for conversions."}
	case slices.Contains(knownFaults, f.Code):
		return refusal{f.Code, cut(strings.TrimSuffix(f.Message, "."), 500) + ".", f.Hint}
	}
	return refusal{"unexpected", "An internal error occurred.", "An admin finds the details in the server's log."}
}

// result is a refusal as the answer of a tool.
func (r refusal) result() *mcp.CallToolResult {
	raw, err := json.Marshal(r)
	if err != nil {
		raw = []byte(`{"code":"unexpected"}`) // three strings always have a form in JSON
	}
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: string(raw)}}}
}

// configure is a fault that the caller can correct.
func configure(code, message, hint string) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint}
}
