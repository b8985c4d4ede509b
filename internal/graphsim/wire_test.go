package graphsim_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"adtally/internal/graphsim"
)

// The headers match keboola-graph/headers_get_adaccount_default_fields.
func TestAnswer_Headers(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, days(3))
	s.Inject(graphsim.Fault{Match: "GET act/ads", Body: "<html>", Times: 1})
	for name, c := range map[string]struct {
		reply
		use, throttle bool
	}{
		"an object":      {s.get("act_55"), true, false},
		"what is wrong":  {s.get("act_55", "fields", "wings"), true, false},
		"a fault's body": {s.get("act_55/ads"), true, false},
		"insights":       {s.get("act_55/insights"), true, true},
		"a bad question": {s.get("act_55/insights", "fields", "wings"), true, true},
		"a job":          {s.post("act_55/insights"), true, true},
		"me":             {s.get("me"), false, false},
	} {
		h := c.header
		for _, always := range []string{"facebook-api-version", "x-fb-trace-id", "x-fb-request-id", "x-fb-rev", "Cache-Control", "Expires", "Vary"} {
			if h.Get(always) == "" {
				t.Errorf("%s has no %s", name, always)
			}
		}
		if h.Get("Date") != "Tue, 02 Jun 2026 10:00:00 GMT" {
			t.Errorf("%s: Date is %s", name, h.Get("Date"))
		}
		var usage map[string][]map[string]any
		if err := json.Unmarshal([]byte(h.Get("X-Business-Use-Case-Usage")), &usage); (err == nil && len(usage["55"]) == 1) != c.use {
			t.Errorf("%s: usage %q", name, h.Get("X-Business-Use-Case-Usage"))
		}
		if (h.Get("x-fb-ads-insights-throttle") != "") != c.throttle {
			t.Errorf("%s: throttle %q", name, h.Get("x-fb-ads-insights-throttle"))
		}
	}
}

func TestVersion_Upgraded(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, days(1))
	for version, answers := range map[string]string{"v20.0": "v25.0", "v24.0": "v24.0", "v25.0": "v25.0", "v26.0": "v26.0"} {
		h := s.do("GET", "/"+version+"/act_55", "").header
		warning := h.Get("x-ad-api-version-warning")
		if h.Get("facebook-api-version") != answers || (warning != "") != (version != answers) {
			t.Errorf("%s is answered by %s: %q", version, h.Get("facebook-api-version"), warning)
		}
		if want := "The call has been auto-upgraded to v25.0 as v20.0 has been deprecated."; version == "v20.0" && warning != want {
			t.Errorf("the warning is %q", warning)
		}
	}
}

func TestAnswer_Gzip(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, creatives(60))
	r := s.request("GET", "/v25.0/act_55/adcreatives?limit=60&fields=id,name", "")
	r.Header.Set("Accept-Encoding", "gzip") // set by hand, so that the transport does not decompress
	got, err := s.send(r)
	if err != nil || got.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v %v", err, got.header)
	}
	z, err := gzip.NewReader(strings.NewReader(string(got.body)))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil || string(plain) != string(s.get("act_55/adcreatives", "limit", "60", "fields", "id,name").body) {
		t.Errorf("%v: %s", err, plain)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, tree())
	s.Inject(graphsim.Fault{Match: "GET act/adsets", Drop: true})
	batch := `[{"method":"GET","relative_url":"act_55"},{"method":"GET","relative_url":"v25.0/act_55/wings"},{"method":"GET","relative_url":"act_55/adsets"},
		{"method":"GET","relative_url":"3?fields=name"},{"method":"POST","relative_url":"act_55/insights","body":"level=ad"}]`
	parts := decode[[]*struct {
		Code    int
		Headers []struct{ Name, Value string }
		Body    string
	}](t, s.do("POST", "/v25.0/", params("batch", batch).Encode()))
	if len(parts) != 5 || parts[2] != nil {
		t.Fatalf("%+v", parts)
	}
	if p := parts[0]; p.Code != 200 || p.Body != `{"account_id":"55","id":"act_55"}` || len(p.Headers) < 5 {
		t.Errorf("%+v", p)
	}
	if parts[1].Code != 400 || !strings.Contains(parts[1].Body, `"code":2500`) || parts[3].Body != `{"name":"A","id":"3"}` || !strings.Contains(parts[4].Body, "report_run_id") {
		t.Errorf("%+v %+v %+v", parts[1], parts[3], parts[4])
	}
	if c := s.Calls(); c.Counted != 5 || c.HTTP != 1 || c.By["GET act"] != 1 || c.By["GET ad"] != 1 || c.By["POST act/insights"] != 1 {
		t.Errorf("%+v", c)
	}
	bare := s.do("POST", "/v25.0/", params("batch", batch[:50]+"]", "include_headers", "false").Encode())
	if strings.Contains(string(bare.body), "headers") {
		t.Errorf("%s", bare.body)
	}
	fifty := "[" + strings.Repeat(`{"method":"GET","relative_url":"me"},`, 50)
	decode[[]any](t, s.do("POST", "/v25.0/", params("batch", strings.TrimSuffix(fifty, ",")+"]").Encode()))
	wantRefusal(t, s.do("POST", "/v25.0/", params("batch", fifty+`{"method":"GET","relative_url":"me"}]`).Encode()), 400, 100, 0)
	wantRefusal(t, s.do("POST", "/v25.0/", params("batch", "{").Encode()), 400, 100, 0)
}

// A fixed clock stays fixed until it is moved.
func TestClock_Fixed(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	if s.get("me"); !s.Now().Equal(noon) {
		t.Errorf("it is %s", s.Now())
	}
	if r := s.do("POST", "/__sim/clock", `{"now":"2026-07-01T00:00:00Z"}`); r.status != 200 || !s.Now().Equal(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%d %s, it is %s", r.status, r.body, s.Now())
	}
	s.do("POST", "/__sim/clock", `{"advance":"36h"}`)
	if want := "Thu, 02 Jul 2026 12:00:00 GMT"; s.get("me").header.Get("Date") != want {
		t.Errorf("Date is %s, want %s", s.get("me").header.Get("Date"), want)
	}
	if body := string(s.do("GET", "/__sim/clock", "").body); !strings.Contains(body, `"now":"2026-07-02T12:00:00Z"`) {
		t.Error(body)
	}
}

func TestClock_Running(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := graphsim.New(graphsim.Options{})
		time.Sleep(time.Minute) // the bubble's time
		if s.Now().Sub(began) != time.Minute || s.Token() == "" || s.Token() == graphsim.New(graphsim.Options{}).Token() {
			t.Errorf("it went on by %s; the token is %q", s.Now().Sub(began), s.Token())
		}
		s.Advance(time.Hour)
		time.Sleep(time.Minute)
		if s.Now().Sub(began) != time.Hour+2*time.Minute {
			t.Errorf("it went on by %s", s.Now().Sub(began))
		}
	})
}

func TestLatency_ByCallName(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := graphsim.New(graphsim.Options{Now: noon, Token: token, Latency: map[string]time.Duration{"GET act/ads": 3 * time.Second, "*": time.Second, "GET me": 0}})
		s.Add(hand{id: "55"})
		s.Inject(graphsim.Fault{Match: "GET act/adsets", DelayMS: 4000})
		for path, want := range map[string]time.Duration{"act_55/ads": 3 * time.Second, "act_55": time.Second, "me": 0, "act_55/adsets": 5 * time.Second} {
			began := time.Now()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v25.0/"+path+"?access_token="+token, nil)
			s.ServeHTTP(httptest.NewRecorder(), r)
			if took := time.Since(began); took != want {
				t.Errorf("%s took %s, want %s", path, took, want)
			}
		}
	})
}
