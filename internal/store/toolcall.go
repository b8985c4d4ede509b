package store

import (
	"context"
	"database/sql"
	"time"

	"adtally"
)

const callColumns = `id, at, key, key_name, tool, arguments, took, rows, outcome`

// AddToolCall stores what an assistant asked.
func (db *DB) AddToolCall(ctx context.Context, c adtally.ToolCall) error {
	_, err := db.exec(ctx, "log the call of a tool", `INSERT INTO tool_calls (`+callColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.At.UnixMicro(), c.Key, c.KeyName, c.Tool, c.Arguments, c.Took.Microseconds(), c.Rows, c.Outcome)
	return err
}

// ToolCalls returns what assistants asked before a position, newest first.
func (db *DB) ToolCalls(ctx context.Context, before adtally.PagePosition, limit int) (all []adtally.ToolCall, err error) {
	w := from(before, "at")
	err = db.query(ctx, "read the calls of tools", func(rows *sql.Rows) error {
		var c adtally.ToolCall
		var at, took int64
		if err := rows.Scan(&c.ID, &at, &c.Key, &c.KeyName, &c.Tool, &c.Arguments, &took, &c.Rows, &c.Outcome); err != nil {
			return err
		}
		c.At, c.Took = time.UnixMicro(at).UTC(), time.Duration(took)*time.Microsecond
		all = append(all, c)
		return nil
	}, `SELECT `+callColumns+` FROM tool_calls WHERE `+w.text+` ORDER BY at DESC, id DESC LIMIT ?`, append(w.args, limit)...)
	return all, err
}

// ForgetToolCalls deletes what was asked before a time.
func (db *DB) ForgetToolCalls(ctx context.Context, before time.Time) error {
	_, err := db.exec(ctx, "forget the calls of tools", `DELETE FROM tool_calls WHERE at < ?`, before.UnixMicro())
	return err
}
