package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

// The log of a run is downloaded in full, and its usage is shown.
func TestLog_Download(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	run := h.ask("POST", "/api/v1/sources/"+made.field("id")+"/runs", `{}`).is(201).field("id")
	const lines = 2300
	for i := range lines {
		if err := h.database.AppendLog(ctx, adtally.LogLine{Run: run, At: time.Unix(int64(i), 0), Level: "info", Code: "x", Message: fmt.Sprint("line ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	got := strings.Split(strings.TrimSpace(h.ask("GET", "/api/v1/runs/"+run+"/log.txt", "").is(200).Body.String()), "\n")
	for i, text := range got {
		if !strings.HasSuffix(text, fmt.Sprint("\tline ", i)) {
			t.Fatalf("line %d: %s", i, text)
		}
	}
	if len(got) != lines {
		t.Errorf("%d lines of %d", len(got), lines)
	}
	h.ask("GET", "/api/v1/runs/nobody/log.txt", "").refused(404, "not_found")
	h.as().ask("GET", "/api/v1/runs/"+run+"/log.txt", "").refused(401, "unauthenticated")
	for _, path := range []string{"/api/v1/runs/" + run + "/usage", "/api/v1/sources/" + made.field("id") + "/usage?by=day,table", "/api/v1/sources/" + made.field("id") + "/coverage"} {
		h.ask("GET", path, "").is(200)
	}
	usage := "/api/v1/sources/" + made.field("id") + "/usage"
	h.ask("GET", usage+"?since=2026-01-02&until=2026-01-01", "").refused(422, "invalid").names(t, "query.until")
	for _, bad := range []string{"yesterday", "2026-13-01", "20260101", "17897"} {
		h.ask("GET", usage+"?since="+bad, "").refused(422, "invalid").names(t, "query.since")
	}
}

// Coverage is read in pages of ranges.
func TestCoverage_Pages(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	id := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201).field("id")
	for _, account := range []string{"7", "8"} {
		var all []adtally.Checkpoint
		for _, day := range []adtally.Day{20000, 20001, 20005} {
			all = append(all, adtally.Checkpoint{Table: "basic_ad", Window: adtally.WindowOf(day, day), Asked: time.Unix(1000, 0)})
		}
		if err := h.database.AdoptCheckpoints(ctx, id, account, all); err != nil {
			t.Fatal(err)
		}
	}
	path := "/api/v1/sources/" + id + "/coverage"
	var got []string
	for next, more := "", true; more; more = next != "" {
		var page struct {
			Items []api.Coverage
			Next  string
		}
		h.ask("GET", path+"?limit=1&cursor="+next, "").is(200).into(&page)
		for _, c := range page.Items {
			got = append(got, c.Account+" "+c.From+" "+c.To)
		}
		next = page.Next
	}
	want := "[7 2024-10-04 2024-10-05 7 2024-10-09 2024-10-09 8 2024-10-04 2024-10-05 8 2024-10-09 2024-10-09]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v", got)
	}
	var only struct{ Items []api.Coverage }
	if h.ask("GET", path+"?account=act_8", "").is(200).into(&only); len(only.Items) != 2 || only.Items[0].Account != "8" {
		t.Errorf("%v", only)
	}
	h.ask("GET", path+"?cursor=x", "").refused(422, "bad_cursor")
}

// Usage includes both the first and the last day that are named.
func TestUsage_SumsNamedDays(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	run := h.ask("POST", "/api/v1/sources/"+made.field("id")+"/runs", `{}`).is(201).field("id")
	for day := 1; day <= 5; day++ {
		o := adtally.Outcome{Slice: adtally.Slice{Stream: "basic_ad", Account: "7"}, Started: time.Date(2026, 1, day, 23, 59, 0, 0, time.UTC), Calls: 1}
		if err := h.database.SaveOutcome(ctx, run, o); err != nil {
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
