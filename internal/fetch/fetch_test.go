package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// server responds from a list, one entry per request; the last entry repeats.
type server struct {
	answers []func(*http.Request) (*http.Response, error)
	mu      sync.Mutex
	seen    []*http.Request
	at      []time.Time
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	answer := s.answers[min(len(s.seen), len(s.answers)-1)]
	s.seen, s.at = append(s.seen, r), append(s.at, time.Now())
	s.mu.Unlock()
	return answer(r)
}

func says(status int, body string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Date": {"Tue, 02 Jun 2026 08:00:00 GMT"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func client(s *server, judge fetch.Judge) *fetch.Client {
	return &fetch.Client{HTTP: &http.Client{Transport: s}, Judge: judge}
}

func good(fetch.Answer) error { return nil }

var canary = adtally.NewSecret("EAAcanary")

func TestClient_SecretOnlyInHeader(t *testing.T) {
	t.Parallel()
	s := &server{answers: []func(*http.Request) (*http.Response, error){says(200, "{}")}}
	a, err := client(s, good).Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/me", Query: url.Values{"fields": {"id"}}, Secret: canary})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.seen[0].Header.Get("Authorization"); got != "Bearer EAAcanary" {
		t.Errorf("Authorization is %q", got)
	}
	if strings.Contains(s.seen[0].URL.String(), "canary") {
		t.Errorf("the address is %s", s.seen[0].URL)
	}
	if want := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC); !a.At.Equal(want) {
		t.Errorf("the server's clock is %s, want %s", a.At, want)
	}
}

func TestClient_ErrorsHideTheSecret(t *testing.T) {
	t.Parallel()
	for name, judge := range map[string]fetch.Judge{
		"fault": func(fetch.Answer) error {
			return &adtally.Fault{Act: adtally.Reconnect, Code: "dead", Message: "token EAAcanary", Hint: "EAAcanary", Err: errors.New("next=…access_token=EAAcanary")}
		},
		"plain": func(fetch.Answer) error { return errors.New("Malformed access token EAAcanary") },
	} {
		s := &server{answers: []func(*http.Request) (*http.Response, error){says(400, "")}}
		_, err := client(s, judge).Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Secret: canary})
		f := adtally.FaultOf(err)
		if err == nil || strings.Contains(err.Error()+f.Message+f.Hint, "canary") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "fault" && (f.Act != adtally.Reconnect || f.Code != "dead") {
			t.Errorf("the fault became %+v", f)
		}
	}
}

func TestClient_RetriesTwice(t *testing.T) {
	t.Parallel()
	drop := func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") }
	failing := func(a fetch.Answer) error {
		if a.Status == 500 {
			return &adtally.Fault{Act: adtally.Retry, Message: "failed"}
		}
		if a.Status == 400 {
			return &adtally.Fault{Act: adtally.Bug, Message: "refused"}
		}
		return nil
	}
	for name, c := range map[string]struct {
		answers []func(*http.Request) (*http.Response, error)
		sent    int
		fails   bool
	}{
		"permanent failure":  {[]func(*http.Request) (*http.Response, error){says(500, "")}, 3, true},
		"no connection":      {[]func(*http.Request) (*http.Response, error){drop}, 3, true},
		"temporary failure":  {[]func(*http.Request) (*http.Response, error){drop, says(500, ""), says(200, "")}, 3, false},
		"refused":            {[]func(*http.Request) (*http.Response, error){says(400, "")}, 1, true},
		"answered well once": {[]func(*http.Request) (*http.Response, error){says(200, "")}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{answers: c.answers}
				_, err := client(s, failing).Do(t.Context(), fetch.Request{Method: "POST", URL: "http://x/", Secret: canary})
				if len(s.seen) != c.sent || (err != nil) != c.fails {
					t.Errorf("sent %d times, error %v", len(s.seen), err)
				}
			})
		})
	}
}

func TestClient_WaitBlocksOneBucket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		block := 4 * time.Minute
		s := &server{answers: []func(*http.Request) (*http.Response, error){says(400, ""), says(200, "")}}
		judge := func(a fetch.Answer) error {
			if a.Status == 400 {
				return &adtally.Fault{Act: adtally.Wait, Message: "throttled", Until: time.Now().Add(block)}
			}
			return nil
		}
		c := client(s, judge)
		if _, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"a"}}); err != nil {
			t.Fatal(err)
		}
		if waited := s.at[1].Sub(s.at[0]); waited < block {
			t.Errorf("the same bucket was used again after %s", waited)
		}
		s.answers, s.seen, s.at = []func(*http.Request) (*http.Response, error){says(400, ""), says(200, "")}, nil, nil
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Do(ctx, fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"b"}}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a cancelled wait: %v", err)
		}
		began := time.Now()
		if _, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"c"}}); err != nil || time.Since(began) > 0 {
			t.Errorf("another bucket waited %s (%v)", time.Since(began), err)
		}
	})
}

func TestClient_MaxWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{answers: []func(*http.Request) (*http.Response, error){says(400, "")}}
		c := client(s, func(fetch.Answer) error {
			return &adtally.Fault{Act: adtally.Wait, Message: "throttled", Until: time.Now().Add(time.Hour)}
		})
		_, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"a"}})
		if f := adtally.FaultOf(err); f.Act != adtally.Wait || len(s.seen) != 1 {
			t.Errorf("%d requests, %v", len(s.seen), err)
		}
	})
}

// A fault whose wait is longer than MaxWait, by the response's clock, is not retried, even
// if no bucket is closed.
func TestClient_LongWaitIsNotRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{answers: []func(*http.Request) (*http.Response, error){says(400, "")}}
		c := client(s, func(a fetch.Answer) error {
			return &adtally.Fault{Act: adtally.Wait, Code: "reach_quota", Until: a.At.Add(24 * time.Hour)}
		})
		c.Gauge = func(fetch.Request, fetch.Answer, error) []fetch.Load { return nil }
		_, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"a"}})
		if f := adtally.FaultOf(err); f.Code != "reach_quota" || len(s.seen) != 1 {
			t.Errorf("%d requests, %v", len(s.seen), err)
		}
	})
}
