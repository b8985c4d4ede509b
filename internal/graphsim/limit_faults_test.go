package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"adtally/internal/graphsim"
)

// bubble runs a test against a simulator with the time of a synctest bubble.
func bubble(t *testing.T, o graphsim.Options, script string, test func(*testing.T, *within)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newWithin(t, o)
		s.Inject(parsed(t, script)...)
		test(t, s)
		s.Close()
		synctest.Wait()
	})
}

type useCase struct {
	Type   string
	Count  int    `json:"call_count"`
	Time   int    `json:"total_time"`
	CPU    int    `json:"total_cputime"`
	Regain int    `json:"estimated_time_to_regain_access"`
	Tier   string `json:"ads_api_access_tier"`
}

type accountUsage struct {
	Percent float64 `json:"acc_id_util_pct"`
	Reset   int     `json:"reset_time_duration"`
	Tier    string  `json:"ads_api_access_tier"`
}

func headerOf[T any](t testing.TB, r reply, name string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.header.Get(name)), &v); err != nil {
		t.Errorf("%s is %q: %v", name, r.header.Get(name), err)
	}
	return v
}

// shape returns a header's keys, with any account ID.
func shape(header string) string {
	return digits.ReplaceAllString(header, "0")
}

var digits = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)

func useOf(t testing.TB, r reply) useCase {
	t.Helper()
	for _, list := range headerOf[map[string][]useCase](t, r, "X-Business-Use-Case-Usage") {
		if len(list) == 1 {
			return list[0]
		}
	}
	t.Errorf("%v", r.header)
	return useCase{}
}

// A throttle has its own code and header, and no Retry-After. It blocks one thing only,
// and ends when it said it would.
func TestThrottle_Scope(t *testing.T) {
	t.Parallel()
	const act, other, insights, me = "act_1/ads", "act_2/ads", "act_1/insights", "me"
	for script, c := range map[string]struct {
		code, subcode int
		blocked       []string
		free          []string
		lasts         time.Duration
	}{
		"throttle ads_insights on act_1 for 30m":                 {80000, 2446079, []string{insights}, []string{act, "act_2/insights", me}, 30 * time.Minute},
		"throttle ads_management on act_1 for 10m":               {80004, 2446079, []string{act, "act_1"}, []string{insights, other, me}, 10 * time.Minute},
		"throttle ads_management for 10m":                        {80004, 2446079, []string{act, other}, []string{insights, me}, 10 * time.Minute},
		"throttle score on act_1 for 300s":                       {17, 2446079, []string{act, insights}, []string{other, me}, 300 * time.Second},
		"throttle score on act_1 for 300s as 613/1487742":        {613, 1487742, []string{act}, []string{other}, 300 * time.Second},
		"throttle insights for 5m":                               {4, 1504022, []string{insights, "act_2/insights"}, []string{act, me}, 5 * time.Minute},
		"throttle app for 5m":                                    {4, 0, []string{act, other, insights, me}, nil, 5 * time.Minute},
		"error 17 on act_1 for 5m # the same without a headline": {17, 0, []string{act, insights}, []string{other, me}, 5 * time.Minute},
	} {
		t.Run(script, func(t *testing.T) {
			bubble(t, graphsim.Options{}, script, func(t *testing.T, s *within) {
				for _, path := range c.free {
					if r := s.get(path); r.status != 200 {
						t.Errorf("%s: %d %s", path, r.status, r.body)
					}
				}
				time.Sleep(c.lasts - time.Second)
				for _, path := range c.blocked {
					r := s.get(path)
					wantRefusal(t, r, 400, c.code, c.subcode)
					if r.header.Get("Retry-After") != "" {
						t.Errorf("%v", r.header)
					}
				}
				time.Sleep(time.Second)
				for _, path := range c.blocked {
					if r := s.get(path); r.status != 200 {
						t.Errorf("afterwards %s: %d %s", path, r.status, r.body)
					}
				}
			})
		})
	}
}

// Some headers are in minutes, others in seconds (docs/meta-api.md#rate-limits).
func TestThrottle_Duration(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "throttle ads_insights on act_1 for 30m\nthrottle score on act_2 for 300s", func(t *testing.T, s *within) {
		time.Sleep(90 * time.Second)
		r := s.get("act_1/insights")
		if u := useOf(t, r); u != (useCase{"ads_insights", 100, 100, 100, 29, "standard_access"}) {
			t.Errorf("%+v", u)
		}
		if v := headerOf[map[string]any](t, r, "X-Fb-Ads-Insights-Throttle"); v["acc_id_util_pct"] != 100.0 || v["app_id_util_pct"] != 0.04 {
			t.Errorf("%v", v)
		}
		r = s.get("act_2/ads")
		if u := headerOf[accountUsage](t, r, "X-Ad-Account-Usage"); u != (accountUsage{100, 210, "standard_access"}) {
			t.Errorf("%+v", u)
		}
		if u := useOf(t, r); u.Regain != 0 || u.Count != 1 && u.Count != 0 {
			t.Errorf("%+v", u)
		}
		s.Inject(parsed(t, "throttle app for 5m")...)
		if u := headerOf[map[string]int](t, s.get("me"), "X-App-Usage"); u["call_count"] != 100 || u["total_time"] != 100 || u["total_cputime"] != 100 {
			t.Errorf("%v", u)
		}
	})
}

// Calls during a block are counted.
func TestThrottle_CountsBlockedCalls(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "throttle ads_management on act_1 for 10m after 2 calls", func(t *testing.T, s *within) {
		for i := range 5 {
			if r := s.get("act_1/ads"); (r.status == 400) != (i >= 2) {
				t.Errorf("call %d: %d", i, r.status)
			}
		}
		s.get("act_2/ads")
		if c := s.Calls(); c.Blocked["act_1"] != 3 || len(c.Blocked) != 1 || c.Account["act_1"] != 5 || c.Account["act_2"] != 1 {
			t.Errorf("%+v", c)
		}
		time.Sleep(10 * time.Minute)
		if r := s.get("act_1/ads"); r.status != 200 {
			t.Errorf("%d %s: calling prolonged it, and nobody said so", r.status, r.body)
		}
	})
	bubble(t, graphsim.Options{}, "throttle ads_management on act_1 for 10m and calling prolongs it", func(t *testing.T, s *within) {
		time.Sleep(9 * time.Minute)
		s.get("act_1/ads")
		time.Sleep(9 * time.Minute)
		if r := s.get("act_1/ads"); r.status != 400 {
			t.Errorf("%d: calling did not prolong it", r.status)
		}
		time.Sleep(10 * time.Minute)
		if r := s.get("act_1/ads"); r.status != 200 {
			t.Errorf("%d: it does not end", r.status)
		}
	})
}

// The parts of a batch have headers of their own (docs/meta-api.md#rate-limits).
func TestUsage_BatchParts(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "throttle ads_management on act_1 for 10m", func(t *testing.T, s *within) {
		type part struct {
			Code    int
			Headers []struct{ Name, Value string }
		}
		parts := decode[[]part](t, s.post("/v25.0/", "batch", `[{"method":"GET","relative_url":"act_1/ads"},{"method":"GET","relative_url":"act_2/ads"}]`))
		for i, p := range parts {
			at := slices.IndexFunc(p.Headers, func(h struct{ Name, Value string }) bool { return h.Name == "X-Business-Use-Case-Usage" })
			if at < 0 {
				t.Fatalf("%+v", p)
			}
			want := fmt.Sprintf(`"estimated_time_to_regain_access":%d`, []int{10, 0}[i])
			if p.Code != []int{400, 200}[i] || !strings.Contains(p.Headers[at].Value, want) {
				t.Errorf("%d %s", p.Code, p.Headers[at].Value)
			}
		}
	})
}

// 60 points that decay over 300 s, and a block of 300 s (docs/meta-api.md#rate-limits).
func TestQuota_ScoreOfLimitedApp(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{Tier: "limited"}, "", func(t *testing.T, s *within) {
		for i := range 60 {
			r := s.get("act_1/ads")
			if r.status != 200 {
				t.Fatalf("call %d: %s", i, r.body)
			}
			u := headerOf[accountUsage](t, r, "X-Ad-Account-Usage")
			if i == 29 && (u.Percent != 50 || u.Tier != "development_access") || i == 59 && (u.Percent != 100 || u.Reset != 300) {
				t.Errorf("call %d: %+v", i, u)
			}
		}
		wantRefusal(t, s.get("act_1/ads"), 400, 17, 2446079)
		if r := s.get("act_2/ads"); r.status != 200 {
			t.Errorf("the other account: %s", r.body)
		}
		time.Sleep(300 * time.Second)
		if r := s.get("act_1/ads"); r.status != 200 {
			t.Errorf("after the block: %s", r.body)
		}
	})
	bubble(t, graphsim.Options{Tier: "limited"}, "", func(t *testing.T, s *within) {
		for range 10 { // 30 calls in five minutes, for fifty minutes
			for range 30 {
				if r := s.get("act_1/ads"); r.status != 200 {
					t.Fatalf("the score does not decay: %s", r.body)
				}
			}
			time.Sleep(5 * time.Minute)
		}
	})
}

// 9,000 points, and a block of 60 s (docs/meta-api.md#rate-limits).
func TestQuota_ScoreOfFullApp(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "", func(t *testing.T, s *within) {
		for i := range 9_000 {
			if r := s.get("act_1"); r.status != 200 {
				t.Fatalf("call %d: %s", i, r.body)
			}
		}
		r := s.get("act_1")
		wantRefusal(t, r, 400, 17, 2446079)
		if u := headerOf[accountUsage](t, r, "X-Ad-Account-Usage"); u != (accountUsage{100, 60, "standard_access"}) {
			t.Errorf("%+v", u)
		}
		time.Sleep(time.Minute)
		for range 2 {
			if r := s.get("act_1"); r.status != 200 {
				t.Errorf("after the block: %s", r.body)
			}
		}
	})
}

// 300 calls plus 40 per active ad in a rolling hour; the account has two ads. The score
// decays between the calls (docs/meta-api.md#rate-limits).
func TestQuota_RollingHour(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{Tier: "limited"}, "", func(t *testing.T, s *within) {
		const budget = 300 + 40*2
		for i := range budget {
			r := s.get("act_1/ads")
			if r.status != 200 {
				t.Fatalf("call %d: %s", i, r.body)
			}
			if u := useOf(t, r); i == budget/2-1 && u.Count != 50 || i == budget-1 && (u.Count != 100 || u.Regain == 0) {
				t.Errorf("call %d: %+v", i, u)
			}
			time.Sleep(6 * time.Second) // 38 minutes in all
		}
		r := s.get("act_1/ads")
		wantRefusal(t, r, 400, 80004, 2446079)
		u := useOf(t, r)
		if u.Regain < 20 || u.Regain > 23 {
			t.Errorf("%+v, and the first call was 38 minutes ago", u)
		}
		time.Sleep(time.Duration(u.Regain) * time.Minute)
		if r := s.get("act_1/ads"); r.status != 200 {
			t.Errorf("%s", r.body)
		}
	})
}

// A usage that is only shown rejects nothing.
func TestUsage_Fault(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "usage ads_insights at 96% on act_1 for 10m\nusage score at 75.5%\nusage app at 80%", func(t *testing.T, s *within) {
		r := s.get("act_1/insights")
		if u := useOf(t, r); u.Count != 96 || u.Regain != 0 || r.status != 200 {
			t.Errorf("%+v", u)
		}
		if u := headerOf[accountUsage](t, r, "X-Ad-Account-Usage"); u.Percent != 75.5 {
			t.Errorf("%+v", u)
		}
		if u := headerOf[map[string]int](t, r, "X-App-Usage"); u["call_count"] != 80 {
			t.Errorf("%+v", u)
		}
		time.Sleep(10 * time.Minute)
		if u := useOf(t, s.get("act_1/insights")); u.Count != 1 {
			t.Errorf("%+v", u)
		}
	})
}

// The headers match real answers, key by key: keboola-graph/headers_*.
func TestUsage_RecordedHeaders(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*within) reply{
		"headers_get_adaccount_default_fields":     func(s *within) reply { return s.get("act_1") },
		"headers_post_insights_async_autoupgraded": func(s *within) reply { return s.post("/v20.0/act_1/insights") },
		"headers_get_report_run_completed":         func(s *within) reply { return s.get(s.job()) },
		"headers_get_report_run_insights_empty":    func(s *within) reply { return s.get(s.job() + "/insights") },
	} {
		var recorded struct {
			Response struct{ Headers map[string]any }
		}
		if err := json.Unmarshal(shared(t, "recordings/keboola-graph/"+name+".json"), &recorded); err != nil {
			t.Fatal(err)
		}
		bubble(t, graphsim.Options{}, "", func(t *testing.T, s *within) {
			got := ask(s).header
			want := map[string]any{"X-Business-Use-Case-Usage": "", "X-Fb-Ads-Insights-Throttle": "", "X-Ad-Account-Usage": "", "X-App-Usage": ""}
			for key, value := range recorded.Response.Headers {
				want[http.CanonicalHeaderKey(key)] = value
			}
			for _, key := range []string{"X-Business-Use-Case-Usage", "X-Fb-Ads-Insights-Throttle", "X-Ad-Account-Usage", "X-App-Usage"} {
				if shape(got.Get(key)) != shape(fmt.Sprint(want[key])) {
					t.Errorf("%s: %s is %q, recorded %q", name, key, got.Get(key), want[key])
				}
			}
		})
	}
}
