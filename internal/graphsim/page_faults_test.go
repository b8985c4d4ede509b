package graphsim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"adtally/internal/graphsim"
)

// spendOf sums rows by ad.
func spendOf(t testing.TB, r reply) map[string]int {
	t.Helper()
	sums := map[string]int{}
	for _, row := range decode[list](t, r).Data {
		id, _ := row["ad_id"].(string)
		sums[id]++
	}
	return sums
}

// next returns the next page.
func (s *within) next(r reply) reply {
	s.t.Helper()
	u, err := url.Parse(decode[list](s.t, r).Paging.Next)
	if err != nil || u.Path == "" {
		s.t.Fatalf("no next page: %s", r.body)
	}
	q := u.Query()
	q.Del("access_token")
	got, err := s.try(http.MethodGet, u.Path+"?"+q.Encode())
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

// A dead cursor stays dead; a restarted listing is complete.
func TestFaults_CursorDies(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"act_1/insights", "act_1/adcreatives"} {
		bubble(t, graphsim.Options{}, "cursor dies after page 1 on "+strings.TrimPrefix(path, "act_1/"), func(t *testing.T, s *within) {
			q := []string{"level", "ad", "time_range", twoDays, "time_increment", "1", "limit", "1"}
			first := s.get(path, q...)
			for range 3 {
				wantRefusal(t, s.next(first), 400, 2642, 0)
			}
			first = s.get(path, q...)
			if r := s.next(first); len(decode[list](t, r).Data) != 1 {
				t.Errorf("%s: %s", path, r.body)
			}
		})
	}
}

// Clients must stop only when next is absent (docs/meta-api.md#paging).
func TestFaults_EmptyPageWithNext(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"act_1/insights", "act_1/adcreatives", "act_1/ads"} {
		bubble(t, graphsim.Options{}, "empty page with next on act_1", func(t *testing.T, s *within) {
			q := []string{"level", "ad", "time_range", twoDays, "time_increment", "1", "limit", "1"}
			want := string(s.rowsOf(decode[list](t, s.get("act_2"+path[5:], q...))))
			empty := s.get(path, q...)
			p := decode[list](t, empty)
			if len(p.Data) != 0 || p.Paging.Next == "" || p.Paging.Cursors.After == "" {
				t.Fatalf("%s: %s", path, empty.body)
			}
			if got := string(s.rowsOf(decode[list](t, s.next(empty)))); strings.ReplaceAll(got, `"1"`, `"2"`) != strings.ReplaceAll(want, `"1"`, `"2"`) {
				t.Errorf("%s: the next one is %s, want %s", path, got, want)
			}
			if byCursor := decode[list](t, s.get(path, append(slices.Clone(q), "after", p.Paging.Cursors.After)...)); len(byCursor.Data) != 1 {
				t.Errorf("%s: its cursor leads to %v", path, byCursor)
			}
		})
	}
}

func (s *within) rowsOf(l list) (b []byte) {
	for _, row := range l.Data {
		for _, name := range slices.Sorted(func(yield func(string) bool) {
			for name := range row {
				if !yield(name) {
					return
				}
			}
		}) {
			text, _ := row[name].(string)
			b = append(b, name+`:"`+text+`" `...)
		}
	}
	return b
}

// Rows are lost without an error, and only where the line says.
func TestFaults_RowsLost(t *testing.T) {
	t.Parallel()
	total := []string{"time_range", twoDays, "fields", "spend,actions"}
	bubble(t, graphsim.Options{}, "drop ad 3 from insights\ndrop ad 6 from lists", func(t *testing.T, s *within) {
		if rows := spendOf(t, s.get("act_1/insights", byAd...)); rows["3"] != 0 || rows["6"] != 2 {
			t.Errorf("%v", rows)
		}
		for _, filter := range []string{"[]", allStatuses, `[{"field":"ad.id","operator":"NOT_IN","value":["99"]}]`} { // the last one adds up ads
			if r := s.get("act_1/insights", append([]string{"filtering", filter}, total...)...); decode[list](t, r).Data[0]["spend"] != "20" {
				t.Errorf("%s: %s", filter, r.body)
			}
		}
		if ads := decode[list](t, s.get("act_1/ads")).Data; len(ads) != 1 || ads[0]["id"] != "3" {
			t.Errorf("%v", ads)
		}
	})
	bubble(t, graphsim.Options{}, "rows lost on page 2 on insights\n1 rows lost on ads", func(t *testing.T, s *within) {
		first := s.get("act_1/insights", append([]string{"limit", "2"}, byAd...)...)
		second := s.next(first)
		if len(decode[list](t, first).Data) != 2 || len(decode[list](t, second).Data) != 0 || !strings.Contains(string(second.body), `"paging"`) {
			t.Errorf("%s\n%s", first.body, second.body)
		}
		if ads := decode[list](t, s.get("act_1/ads", "summary", "true")); len(ads.Data) != 1 || ads.Summary["total_count"] != 2.0 {
			t.Errorf("%+v", ads)
		}
	})
	bubble(t, graphsim.Options{}, "empty answer on insights when level ad", func(t *testing.T, s *within) {
		wantBody(t, s.get("act_1/insights", byAd...), `{"data":[]}`)
		wantBody(t, s.get(s.job(byAd...)+"/insights"), `{"data":[]}`)
		if r := s.get("act_1/insights", total...); decode[list](t, r).Data[0]["spend"] != "20" {
			t.Errorf("%s", r.body)
		}
	})
	bubble(t, graphsim.Options{}, "actions purchase missing at account level\nfield spend missing at account level\nfield clicks says \"NaN\"", func(t *testing.T, s *within) {
		row := decode[list](t, s.get("act_1/insights", "time_range", twoDays, "fields", "spend,actions,action_values,clicks")).Data[0]
		if row["spend"] != nil || row["action_values"] != nil || row["clicks"] != "NaN" || len(row["actions"].([]any)) != 1 {
			t.Errorf("%v", row)
		}
		row = decode[list](t, s.get("act_1/insights", byAd...)).Data[0]
		if row["spend"] == nil || len(row["actions"].([]any)) != 2 {
			t.Errorf("%v", row)
		}
	})
}

func TestFaults_Statuses(t *testing.T) {
	t.Parallel()
	all := append([]string{"filtering", allStatuses}, byAd...)
	for script, want := range map[string][2]string{"": {"36", "3456"}, "archived hidden in lists": {"36", "356"}, "archived shown in lists": {"346", "3456"}, "deleted shown in lists\narchived hidden in lists": {"356", "356"}} {
		bubble(t, graphsim.Options{}, script, func(t *testing.T, s *within) {
			for i, q := range [][]string{byAd, all} {
				got := ""
				for id := range spendOf(t, s.get("act_1/insights", q...)) {
					got += id
				}
				sorted := []byte(got)
				slices.Sort(sorted)
				if string(sorted) != want[i] {
					t.Errorf("%q, question %d: %s, want %s", script, i, sorted, want[i])
				}
			}
			if r := s.get("act_1/insights", "time_range", twoDays, "fields", "spend"); decode[list](t, r).Data[0]["spend"] != "20" {
				t.Errorf("%q: the total is %s", script, r.body)
			}
		})
	}
}

// There are no rows and no error (docs/meta-api.md#insights).
func TestFaults_NeedsOptIn(t *testing.T) {
	t.Parallel()
	for script, inJob := range map[string]int{"breakdown country needs opt-in": 0, "breakdown country needs opt-in when read at once": 4} {
		bubble(t, graphsim.Options{}, script, func(t *testing.T, s *within) {
			q := append([]string{"breakdowns", "country"}, byAd...)
			wantBody(t, s.get("act_1/insights", q...), `{"data":[]}`)
			if rows := decode[list](t, s.get(s.job(q...)+"/insights")).Data; len(rows) != inJob {
				t.Errorf("%s: %v", script, rows)
			}
			if rows := decode[list](t, s.get("act_1/insights", byAd...)).Data; len(rows) != 4 {
				t.Errorf("%v", rows)
			}
		})
	}
}

// Network faults also work without a socket.
func TestTransport_NetworkFaults(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "reset connection\ntruncate at 10 bytes\nhtml 502\nbody \"\" status 200\ntruncate at 9999 bytes", func(t *testing.T, s *within) {
		if _, err := s.try("GET", "act_1"); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v", err)
		}
		if r, err := s.try("GET", "act_1"); !errors.Is(err, io.ErrUnexpectedEOF) || len(r.body) != 10 || r.status != 200 {
			t.Errorf("%v %s", err, r.body)
		}
		if r := s.get("act_1"); r.status != 502 || !strings.HasPrefix(string(r.body), "<!DOCTYPE html>") {
			t.Errorf("%d %s", r.status, r.body)
		}
		wantBody(t, s.get("act_1"), "")
		if r, err := s.try("GET", "act_1"); !errors.Is(err, io.ErrUnexpectedEOF) || len(r.body) == 0 {
			t.Errorf("%v %s", err, r.body)
		}
		wantBody(t, s.get("act_1"), `{"account_id":"1","id":"act_1"}`)
	})
}

func TestTransport_SlowAnswers(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{Latency: map[string]time.Duration{"*": time.Second}}, "slow 2s\ntrickle 10 bytes per second on act", func(t *testing.T, s *within) {
		began := time.Now()
		s.get("me")
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("it took %s", took)
		}
		began = time.Now()
		r := s.get("act_1") // 31 bytes
		if took := time.Since(began); took != 7*time.Second || len(r.body) != 31 {
			t.Errorf("it took %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://graph.example/v25.0/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		began = time.Now()
		if _, err := s.client().Do(req); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 1500*time.Millisecond {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// Answers are the same with and without a socket, including links and compressed ones.
func TestTransport_SameAnswers(t *testing.T) {
	t.Parallel()
	outer := serve(t, graphsim.Options{}, creatives(60))
	for _, path := range []string{"/v25.0/act_55/adcreatives?limit=50&fields=name", "/v25.0/act_55?fields=wings", "/__sim/jobs", "/__sim/wings"} {
		over := outer.do("GET", path, "")
		for _, encoding := range []string{"", "gzip"} {
			r := outer.request("GET", path, "")
			if encoding != "" {
				r.Header.Set("Accept-Encoding", encoding)
			}
			res, err := (&http.Client{Transport: outer.Transport()}).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			zipped := res.Header.Get("Content-Encoding") == "gzip"
			if zipped != (encoding == "gzip" && len(over.body) > 1000) || !zipped && changing.ReplaceAllString(string(body), "") != changing.ReplaceAllString(string(over.body), "") || res.StatusCode != over.status {
				t.Errorf("%s %q: %d %s\nover a socket: %d %s", path, encoding, res.StatusCode, body, over.status, over.body)
			}
		}
	}
}

// The simulator counts byte-identical requests.
func TestRepeats(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "", func(t *testing.T, s *within) {
		for range 3 {
			s.get("act_1", "fields", "name", "access_token", token)
		}
		s.get("act_1", "fields", "name", "limit", "1")
		s.post("/v25.0/", "batch", `[{"method":"GET","relative_url":"act_1?fields=name"},{"method":"GET","relative_url":"act_2"}]`)
		s.job("level", "ad")
		r := s.Repeats()
		if len(r) != 4 || r[0] != (graphsim.Repeat{Name: "GET act", Request: "GET /v25.0/act_1?fields=name", Times: 4}) || r[1].Times != 1 {
			t.Errorf("%+v", r)
		}
		if text := string(s.get("/__sim/repeats").body); !strings.Contains(text, `"request":"POST /v25.0/act_1/insights?level=ad","times":1`) {
			t.Error(text)
		}
		s.post("/__sim/reset")
		if r := s.Repeats(); len(r) != 0 {
			t.Errorf("%+v", r)
		}
	})
}

// The control accepts scripts, shows what is left of them, and reports errors.
func TestControl_Script(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, days(3))
	if r := s.do("POST", "/__sim/script", "error 1/99 three times # now\n\ntoo much when rows > 2 on insights\n"); r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	wantRefusal(t, s.get("act_55"), 500, 1, 99)
	if left := strings.TrimSpace(string(s.do("GET", "/__sim/faults", "").body)); left != `["error 1/99 twice","too much when rows > 2 on insights always"]` {
		t.Errorf("%s", left)
	}
	if r := s.do("POST", "/__sim/script", "error 1/99\nthrottle"); r.status != 400 || !strings.Contains(string(r.body), "line 2: expected") || len(s.Faults()) != 2 {
		t.Errorf("%d %s", r.status, r.body)
	}
	s.do("POST", "/__sim/script", "tier limited\nthrottle app for 5m\nscope ads_read missing")
	s.do("POST", "/__sim/reset", "")
	if r := s.get("act_55"); r.status != 200 || len(s.Faults()) != 0 || !strings.Contains(r.header.Get("X-Business-Use-Case-Usage"), "standard_access") {
		t.Errorf("after a reset: %d %s %v", r.status, r.body, r.header)
	}
}

// A running clock uses the bubble's time and can be moved.
func TestClock_Start(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newWithin(t, graphsim.Options{Start: noon, JobTime: time.Hour})
		run := s.job()
		time.Sleep(90 * time.Minute)
		if at := noon.Add(90 * time.Minute); !s.Now().Equal(at) || s.get("me").header.Get("Date") != at.Format(http.TimeFormat) {
			t.Errorf("it is %s", s.Now())
		}
		if p := decode[runState](t, s.get(run)); p.Status != "Job Completed" || p.Completed != noon.Unix()+3600 {
			t.Errorf("%+v", p)
		}
		s.SetClock(noon)
		time.Sleep(time.Minute)
		if !s.Now().Equal(noon.Add(time.Minute)) {
			t.Errorf("it is %s", s.Now())
		}
	})
}

// A half-read report does not block the end of the bubble.
func TestTransport_Synctest(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "", func(t *testing.T, s *within) {
		if l := decode[list](t, s.get("act_1/insights", append([]string{"limit", "1"}, byAd...)...)); l.Paging.Next == "" {
			t.Error("it was read to its end")
		}
	})
}

// Deep expansion is "too much data" (docs/meta-api.md#errors).
func TestNode_ExpansionLimit(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("campaign{ads{", n) + "id" + strings.Repeat("}}", n) }
	s := serve(t, graphsim.Options{}, tree())
	if r := s.get("3", "fields", deep(2)); r.status != 200 {
		t.Errorf("%d %s", r.status, r.body)
	}
	wantRefusal(t, s.get("3", "fields", deep(5)), 500, 1, 0)
	wide := small(t, "ads=300,days=3,seed=1")
	if r := wide.get(wide.act()+"/campaigns", "fields", "ads{campaign{ads{campaign{ads{campaign{ads{campaign{ads{id}}}}}}}}}", "limit", "500"); r.status != 500 {
		t.Errorf("%d, and %d bytes", r.status, len(r.body))
	}
}

// A filter is applied or rejected; the result is a list.
func FuzzFilter(f *testing.F) {
	for _, seed := range [][3]string{{"ad.id", "IN", `["3"]`}, {"ad.effective_status", "NOT_IN", `["ARCHIVED"]`}, {"spend", "GREATER_THAN", "0"}, {"campaign.name", "CONTAIN", `"a"`}, {"updated_time", "IN_RANGE", "[1,2]"},
		{"ad.", "ANY", "null"}, {".", "", "{}"}, {"campaign.delivery_info", "in", `["active"]`}, {"ad.impressions", "NOT_IN_RANGE", "[]"}, {"\x00", "TOP", "-1"}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	s := fuzzed()
	f.Fuzz(func(t *testing.T, field, operator, value string) {
		filter := `[{"field":` + quoted(field) + `,"operator":` + quoted(operator) + `,"value":` + value + `}]`
		for _, path := range []string{"act_55/insights", "act_55/ads", "act_55/campaigns"} {
			answered(t, s, path, url.Values{"filtering": {filter}, "level": {"ad"}})
		}
	})
}

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
