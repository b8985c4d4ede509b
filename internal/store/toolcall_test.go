package store_test

import (
	"testing"
	"time"

	"adtally"
)

func TestToolCalls_NewestFirstUntilForgotten(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		old := adtally.ToolCall{ID: "a", At: moment, Key: "k", KeyName: "n", Tool: "query_metrics", Arguments: "h", Took: time.Second, Rows: 3, Outcome: "ok"}
		recent := adtally.ToolCall{ID: "b", At: moment.Add(time.Hour), Key: "k", Tool: "run_sql", Outcome: "bad_query"}
		is(t, "add", db.AddToolCall(ctx, old), "")
		is(t, "add", db.AddToolCall(ctx, recent), "")
		all, err := db.ToolCalls(ctx, adtally.PagePosition{}, 10)
		is(t, "list", err, "")
		same(t, "newest first", all, []adtally.ToolCall{recent, old})
		all, err = db.ToolCalls(ctx, adtally.PagePosition{At: recent.At, ID: recent.ID}, 10)
		is(t, "list", err, "")
		same(t, "the next page", all, []adtally.ToolCall{old})
		is(t, "forget", db.ForgetToolCalls(ctx, recent.At), "")
		all, err = db.ToolCalls(ctx, adtally.PagePosition{}, 10)
		is(t, "list", err, "")
		same(t, "what is left", all, []adtally.ToolCall{recent})
	})
}
