package api

import (
	"context"
	"net/http"
	"time"

	"adtally"
)

// ToolCalls is what assistants asked the MCP server.
type ToolCalls interface {
	// ToolCalls returns the calls before a position, newest first.
	ToolCalls(ctx context.Context, before adtally.PagePosition, limit int) ([]adtally.ToolCall, error)
}

// toolCalls lists what assistants asked.
type toolCalls struct {
	*shell
	store ToolCalls
}

func (g toolCalls) register() {
	handle(g.shell, operation{ID: "list-tool-calls", Method: http.MethodGet, Path: "/api/v1/tool-calls", Tag: tagPeople, Access: forAdmins, Summary: "List what assistants asked the MCP server, newest first",
		Text: "Calls are kept for 90 days. Questions and answers are not stored; equal questions have the same arguments_hash."}, g.list)
}

// ToolCall is what an assistant asked.
type ToolCall struct {
	ID        string    `json:"id" doc:"ID of the call"`
	At        time.Time `json:"at" doc:"When it was called"`
	Key       string    `json:"key" doc:"ID of the API key"`
	KeyName   string    `json:"key_name" doc:"Name of the API key"`
	Tool      string    `json:"tool" example:"query_metrics" doc:"Name of the tool"`
	Arguments string    `json:"arguments_hash" doc:"Hash of the arguments"`
	Took      int64     `json:"took_ms" doc:"How long the call took, in milliseconds"`
	Rows      int       `json:"rows" doc:"Number of rows of the answer"`
	Outcome   string    `json:"outcome" example:"ok" doc:"ok, or the code of the refusal"`
}

func (g toolCalls) list(ctx context.Context, _ Caller, in *struct{ Pages }) (*listed[ToolCall], error) {
	return newest(g.shell, "tool-calls", in.Pages, func(before adtally.PagePosition, limit int) ([]adtally.ToolCall, error) {
		return g.store.ToolCalls(ctx, before, limit)
	}, func(c adtally.ToolCall) ToolCall {
		return ToolCall{c.ID, c.At.UTC(), c.Key, c.KeyName, c.Tool, c.Arguments, c.Took.Milliseconds(), c.Rows, c.Outcome}
	}, func(c adtally.ToolCall) adtally.PagePosition { return adtally.PagePosition{At: c.At, ID: c.ID} })
}
