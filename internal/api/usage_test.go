package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/api"
)

// Joined ranges tell of every day what the newest reading of it said, do not
// touch where they could be one, and are in order.
func TestRangesTellOfEveryDayWhatTheNewestReadingSaid(t *testing.T) { // R19
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []adtally.Checkpoint
		newest := map[adtally.Day]adtally.Checkpoint{}
		for i := range rapid.IntRange(0, 12).Draw(t, "readings") {
			from := adtally.Day(rapid.IntRange(100, 130).Draw(t, "from"))
			c := adtally.Checkpoint{Table: "t", Account: "7", Window: adtally.WindowOf(from, from+adtally.Day(rapid.IntRange(0, 9).Draw(t, "days"))),
				Asked: time.Unix(int64(1000+i), 0), Partial: rapid.Bool().Draw(t, "partial")}
			all = append(all, c)
			for day := c.Window.From; day < c.Window.To; day++ {
				newest[day] = c
			}
		}
		all = rapid.Permutation(all).Draw(t, "in any order")
		seen := 0
		var last adtally.Checkpoint
		for i, r := range api.Ranges(all) {
			if i > 0 && (r.Window.From < last.Window.To || r.Window.From == last.Window.To && r.Partial == last.Partial) {
				t.Fatalf("%v after %v", r, last)
			}
			oldest := newest[r.Window.From].Asked
			for day := r.Window.From; day < r.Window.To; day++ {
				c, there := newest[day]
				if !there || c.Partial != r.Partial {
					t.Fatalf("day %s: %v, and the range says %v", day, c, r)
				}
				if c.Asked.Before(oldest) {
					oldest = c.Asked
				}
				seen++
			}
			if !oldest.Equal(r.Asked) {
				t.Fatalf("%v was asked at %s", r, oldest)
			}
			last = r
		}
		if seen != len(newest) {
			t.Fatalf("%d days are told of, %d were read", seen, len(newest))
		}
	})
}

// R20, R22: what a run said can be taken away whole, what it cost is shown.
func TestALogIsDownloadedWhole(t *testing.T) {
	t.Parallel()
	h := newHouse(t).admin()
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	run := h.ask("POST", "/api/v1/sources/"+made.field("id")+"/runs", `{}`).is(201).field("id")
	const lines = 2300
	for i := range lines {
		if err := h.ledger.AppendLog(ctx, adtally.LogLine{Run: run, At: time.Unix(int64(i), 0), Level: "info", Code: "x", Message: fmt.Sprint("line ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	got := strings.Split(strings.TrimSpace(h.ask("GET", "/api/v1/runs/"+run+"/log.jsonl", "").is(200).Body.String()), "\n")
	for i, text := range got {
		var l api.LogLine
		if err := json.Unmarshal([]byte(text), &l); err != nil || l.Message != fmt.Sprint("line ", i) {
			t.Fatalf("line %d: %s, %v", i, text, err)
		}
	}
	if len(got) != lines {
		t.Errorf("%d lines of %d", len(got), lines)
	}
	h.ask("GET", "/api/v1/runs/nobody/log.jsonl", "").refused(404, "not_found")
	h.as().ask("GET", "/api/v1/runs/"+run+"/log.jsonl", "").refused(401, "unauthenticated")
	for _, path := range []string{"/api/v1/runs/" + run + "/usage", "/api/v1/sources/" + made.field("id") + "/usage?by=day,table", "/api/v1/sources/" + made.field("id") + "/coverage"} {
		h.ask("GET", path, "").is(200)
	}
	h.ask("GET", "/api/v1/sources/"+made.field("id")+"/usage?since=2026-01-02&until=2026-01-01", "").refused(422, "invalid")
}
