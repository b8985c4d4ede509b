package graphsim_test

import (
	"encoding/base64"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

// days returns an account of one ad with a row on each of n days, ending yesterday.
func days(n int) hand {
	h := hand{id: "55", objects: map[advertiser.Kind][]advertiser.Object{advertiser.Ad: {object("3", "effective_status", "ACTIVE", "campaign_id", "1", "adset_id", "2")}}}
	for i := range n {
		h.rows = append(h.rows, row(noon.AddDate(0, 0, i-n).Format(time.DateOnly), "3", int64(i+1), 1, 1e6))
	}
	return h
}

// creatives returns an account of n creatives.
func creatives(n int) hand {
	h := hand{id: "55", objects: map[advertiser.Kind][]advertiser.Object{}}
	for i := range n {
		h.objects[advertiser.Creative] = append(h.objects[advertiser.Creative], object(strconv.Itoa(900-i), "name", "c"))
	}
	return h
}

// walk follows next, and returns everything it found and the last page.
func (s *sim) walk(first reply, key string) (met []string, last list) {
	s.t.Helper()
	last = decode[list](s.t, first)
	for range 1000 {
		for _, o := range last.Data {
			met = append(met, fmt.Sprint(o[key]))
		}
		if last.Paging.Next == "" {
			return met, last
		}
		last = decode[list](s.t, s.do("GET", last.Paging.Next, ""))
	}
	s.t.Fatal("a thousand pages, and still a next one")
	return nil, last
}

// Following next returns everything once, and following previous leads back to the beginning.
func TestPaging_NextAndPrevious(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=40,days=20,seed=3")
	for name, first := range map[string]func(limit string) reply{
		"campaigns":   func(limit string) reply { return s.get(s.act()+"/campaigns", "limit", limit) },
		"ads":         func(limit string) reply { return s.get(s.act()+"/ads", "limit", limit) },
		"adcreatives": func(limit string) reply { return s.get(s.act()+"/adcreatives", "limit", limit) },
		"insights": func(limit string) reply {
			return s.get(s.act()+"/insights", "fields", "impressions", "time_increment", "1", "limit", limit)
		},
	} {
		t.Run(name, func(t *testing.T) {
			key := "id"
			if name == "insights" {
				key = "date_start"
			}
			all, _ := s.walk(first("5000"), key)
			met, last := s.walk(first("4"), key)
			if len(all) < 6 || !slices.Equal(all, met) {
				t.Fatalf("in fours: %v\nat once: %v", met, all)
			}
			if last.Paging.Cursors.Before == "" || last.Paging.Cursors.After == "" {
				t.Error("the last page has no cursors")
			}
			back := last
			for range len(all) {
				if back.Paging.Previous == "" {
					break
				}
				back = decode[list](t, s.do("GET", back.Paging.Previous, ""))
			}
			if got := fmt.Sprint(back.Data[0][key]); got != all[0] || back.Paging.Previous != "" {
				t.Errorf("previous leads to %s, want %s", got, all[0])
			}
		})
	}
}

// The cursors match the recording keboola-graph/async_results_page_01_of_15.
func TestPaging_InsightsCursors(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, days(30))
	first := decode[list](t, s.get("act_55/insights", "time_increment", "1"))
	if c := first.Paging.Cursors; len(first.Data) != 25 || c.Before != "MAZDZD" || c.After != "MjQZD" || first.Paging.Previous != "" {
		t.Errorf("%d rows, %+v", len(first.Data), first.Paging)
	}
	second := decode[list](t, s.do("GET", first.Paging.Next, ""))
	if c := second.Paging.Cursors; len(second.Data) != 5 || c.Before != "MjUZD" || c.After != "MjkZD" || second.Paging.Next != "" || second.Paging.Previous == "" {
		t.Errorf("%d rows, %+v", len(second.Data), second.Paging)
	}
}

// Base64 of the ID for creatives and accounts, opaque for the others.
func TestPaging_EdgeCursors(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, creatives(3))
	want := strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte("900")), "=", "ZD")
	if c := decode[list](t, s.get("act_55/adcreatives")).Paging.Cursors; c.Before != want {
		t.Errorf("before is %s, want %s", c.Before, want)
	}
	ads := small(t, "ads=5,days=2")
	if c := decode[list](t, ads.get(ads.act()+"/ads")).Paging.Cursors; !strings.HasPrefix(c.After, "QVFIU") || strings.Contains(c.After, "=") {
		t.Errorf("after is %s", c.After)
	}
}

// An empty list is exactly {"data":[]}; from a job, it has cursors.
func TestPaging_EmptyList(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	for _, path := range []string{"act_55/ads", "act_55/adcreatives", "act_55/insights"} {
		if got := string(s.get(path, "limit", "7").body); got != `{"data":[]}` {
			t.Errorf("%s: %s", path, got)
		}
	}
	want := `{"data":[],"paging":{"cursors":{"before":"MAZDZD","after":"LTEZD"}}}`
	if got := string(s.get(s.run("act_55") + "/insights").body); got != want {
		t.Errorf("a job's: %s", got)
	}
}

// next has the token, all parameters, known or not, and the default limit.
func TestPaging_NextKeepsParameters(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, creatives(30))
	next, err := url.Parse(decode[list](t, s.get("act_55/adcreatives", "fields", "id,name", "since", "2024-01-01")).Paging.Next)
	if err != nil {
		t.Fatal(err)
	}
	q := next.Query()
	for name, want := range map[string]string{"access_token": token, "limit": "25", "fields": "id,name", "since": "2024-01-01"} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	if q.Get("after") == "" || q.Has("before") || "http://"+next.Host != s.url || next.Path != "/v25.0/act_55/adcreatives" {
		t.Errorf("next is %s", next)
	}
}

// [quoted: 2642_invalid_cursors]
func TestPaging_DeadCursor(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, creatives(3), days(3))
	run := s.run("act_55", "time_increment", "1")
	last := decode[list](t, s.get("act_55/adcreatives")).Paging.Cursors.After
	for _, c := range []string{"x", "%%", "QVFIU", last} {
		wantRefusal(t, s.get("act_55/adcreatives", "after", c), 400, 2642, 0)
	}
	wantRefusal(t, s.get("act_55/adcreatives", "before", "QVFIU"), 400, 2642, 0)
	wantRefusal(t, s.get(run+"/insights", "after", "QVFIU"), 400, 2642, 0)
	wantRefusal(t, s.get(run+"/insights", "before", "x"), 400, 2642, 0)
}

func TestPaging_InsightsCursorBeyondTheEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, days(3))
	run := s.run("act_55", "time_increment", "1")
	last := decode[list](t, s.get(run+"/insights")).Paging.Cursors.After
	far := base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(math.MaxInt)))
	for _, c := range []string{last, strings.ReplaceAll(far, "=", "ZD")} {
		wantRefusal(t, s.get(run+"/insights", "after", c), 400, 2642, 0)
		wantRefusal(t, s.get("act_55/insights", "time_increment", "1", "after", c), 400, 2642, 0)
	}
}

// A page that would begin before the first row is short; its links are for whole pages.
func TestPaging_ShortPage(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, days(12))
	run := s.run("act_55", "time_increment", "1")
	third := decode[list](t, s.get(run+"/insights", "after", "MgZDZD", "limit", "5")) // rows 3 to 7
	short := decode[list](t, s.do("GET", third.Paging.Previous, ""))
	if len(short.Data) != 3 || short.Paging.Previous != "" {
		t.Fatalf("%d rows before the fourth, %+v", len(short.Data), short.Paging)
	}
	if next := decode[list](t, s.do("GET", short.Paging.Next, "")); len(next.Data) != 5 {
		t.Errorf("the next page has %d rows, want 5", len(next.Data))
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, creatives(60))
	most := strconv.Itoa(math.MaxInt)
	first := decode[list](t, s.get("act_55/adcreatives"))
	if len(first.Data) != 25 {
		t.Errorf("%d without a limit", len(first.Data))
	}
	for limit, want := range map[string]int{"1": 1, "59": 59, "5000": 60, most: 60} {
		if got := decode[list](t, s.get("act_55/adcreatives", "limit", limit)); len(got.Data) != want {
			t.Errorf("limit %s: %d", limit, len(got.Data))
		}
	}
	if got := decode[list](t, s.get("act_55/adcreatives", "limit", most, "after", first.Paging.Cursors.After)); len(got.Data) != 35 {
		t.Errorf("%d after the first 25", len(got.Data))
	}
	for _, limit := range []string{"0", "-1", "x"} {
		wantRefusal(t, s.get("act_55/adcreatives", "limit", limit), 400, 100, 0)
	}
	if got := decode[list](t, s.get("act_55/adcreatives", "summary", "true", "limit", "2")); fmt.Sprint(got.Summary["total_count"]) != "60" {
		t.Errorf("the summary is %v", got.Summary)
	}
}
