package adtally

import "time"

// ToolCall is what an assistant asked the MCP server. It holds no value of a question or an
// answer.
type ToolCall struct {
	ID        string
	At        time.Time
	Key       string // the ID of the API key
	KeyName   string
	Tool      string
	Arguments string // their hash, so that equal questions can be recognized
	Took      time.Duration
	Rows      int
	Outcome   string // ok, or the code of the refusal
}
