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
	usage := "/api/v1/sources/" + made.field("id") + "/usage"
	h.ask("GET", usage+"?since=2026-01-02&until=2026-01-01", "").refused(422, "invalid").names(t, "query.until")
	for _, bad := range []string{"yesterday", "2026-13-01", "20260101", "17897"} {
		h.ask("GET", usage+"?since="+bad, "").refused(422, "invalid").names(t, "query.since")
	}
}

// R22: the days that are named are those that are counted, both of them too.
func TestUsage_OfTheDaysThatAreNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t).admin()
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	run := h.ask("POST", "/api/v1/sources/"+made.field("id")+"/runs", `{}`).is(201).field("id")
	for day := 1; day <= 5; day++ {
		o := adtally.Outcome{Slice: adtally.Slice{Stream: "basic_ad", Account: "7"}, Started: time.Date(2026, 1, day, 23, 59, 0, 0, time.UTC), Calls: 1}
		if err := h.ledger.SaveOutcome(ctx, run, o); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]int64{"since=2026-01-02&until=2026-01-04": 3, "since=2026-01-05&until=2026-01-05": 1, "since=2026-01-03": 3, "since=2026-01-01&until=": 5, "": 0} {
		var got struct{ Items []api.Usage }
		h.ask("GET", "/api/v1/sources/"+made.field("id")+"/usage?"+query, "").is(200).into(&got)
		var calls int64
		for _, u := range got.Items {
			calls += u.Calls
		}
		if calls != want {
			t.Errorf("%q: %d calls, want %d", query, calls, want)
		}
	}
}
