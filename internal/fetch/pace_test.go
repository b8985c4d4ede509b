package fetch_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// gauged returns a client whose server reports the share that it is set to, as a percentage.
func gauged(s *server) *fetch.Client {
	return &fetch.Client{HTTP: &http.Client{Transport: s}, Judge: good, Gauge: func(r fetch.Request, a fetch.Answer, _ error) []fetch.Load {
		n, err := strconv.Atoi(string(a.Body))
		if err != nil {
			panic(err)
		}
		return []fetch.Load{{Bucket: r.Buckets[0], Used: float64(n) / 100}}
	}}
}

func TestPace_SlowsDownAsTheBudgetFills(t *testing.T) {
	t.Parallel()
	for percent, want := range map[int]struct{ least, most time.Duration }{
		10: {0, 0}, 70: {0, 0}, 80: {time.Second, 2 * time.Second}, 94: {4 * time.Second, 5 * time.Second},
		95: {time.Minute, time.Minute}, 130: {time.Minute, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{answers: []func(*http.Request) (*http.Response, error){says(200, strconv.Itoa(percent))}}
			c := gauged(s)
			for range 3 {
				if _, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"a"}}); err != nil {
					t.Fatal(err)
				}
			}
			// The second request may go out immediately, because only the first response says how
			// full the bucket is. The third is delayed.
			if waited := s.at[2].Sub(s.at[1]); waited < want.least || waited > want.most {
				t.Errorf("at %d %% it waited %s, want %s to %s", percent, waited, want.least, want.most)
			}
			began := time.Now()
			if _, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"b"}}); err != nil || time.Since(began) != 0 {
				t.Errorf("another bucket waited %s (%v)", time.Since(began), err)
			}
		})
	}
}

// If an almost full bucket will recover soon, requests pause until then and not for a minute.
func TestPace_WaitsForRecovery(t *testing.T) {
	t.Parallel()
	for recovers, want := range map[time.Duration]time.Duration{
		0: time.Minute, time.Second: time.Second, 3 * time.Second: 3 * time.Second, 40 * time.Second: 40 * time.Second, 10 * time.Minute: time.Minute,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{answers: []func(*http.Request) (*http.Response, error){says(200, "")}}
			c := client(s, good)
			c.Gauge = func(r fetch.Request, _ fetch.Answer, _ error) []fetch.Load {
				return []fetch.Load{{Bucket: r.Buckets[0], Used: 0.975, Recovers: recovers}}
			}
			for range 3 {
				if _, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"a"}}); err != nil {
					t.Fatal(err)
				}
			}
			if first, second := s.at[1].Sub(s.at[0]), s.at[2].Sub(s.at[1]); first != want || second != want {
				t.Errorf("recovers in %s: waited %s and %s, want %s", recovers, first, second, want)
			}
		})
	}
}

func TestPace_OneProbeAfterABlock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opens := time.Now().Add(30 * time.Minute)
		var mu sync.Mutex
		s := &server{answers: []func(*http.Request) (*http.Response, error){func(r *http.Request) (*http.Response, error) {
			if time.Now().Before(opens) {
				return says(400, "")(r)
			}
			return says(200, "")(r)
		}}}
		c := client(s, func(a fetch.Answer) error {
			if a.Status == 400 {
				return &adtally.Fault{Act: adtally.Wait, Message: "throttled", Until: opens}
			}
			return nil
		})
		c.MaxWait = time.Hour
		told := 0
		c.Waiting = func(w fetch.Wait) {
			mu.Lock()
			defer mu.Unlock()
			if w.Bucket != "a" || w.Until.Before(opens) {
				t.Errorf("told %+v", w)
			}
			if w.Space == 0 {
				told++
			}
		}
		one := func() {
			if _, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"a"}}); err != nil {
				t.Error(err)
			}
		}
		var all sync.WaitGroup
		all.Go(one)
		synctest.Wait()
		for range 5 {
			all.Go(one)
		}
		all.Wait()
		refused, first := 0, 0
		for _, at := range s.at {
			switch {
			case at.Before(opens):
				refused++
			case at.Before(opens.Add(time.Second)):
				first++
			}
		}
		if refused != 1 || first != 1 || len(s.at) != 7 || told < 6 {
			t.Errorf("of %d requests, %d were sent while the bucket was closed (want 1) and %d when it opened (want 1); reported %d times", len(s.at), refused, first, told)
		}
	})
}

// Delays are reported together with the share in use: a thousand short delays are a long wait.
func TestPace_ReportsSpacing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{answers: []func(*http.Request) (*http.Response, error){says(200, "{}")}}
		c := client(s, good)
		c.Gauge = func(fetch.Request, fetch.Answer, error) []fetch.Load { return []fetch.Load{{Bucket: "a", Used: 0.77}} }
		var told []fetch.Wait
		c.Waiting = func(w fetch.Wait) { told = append(told, w) }
		began := time.Now()
		for range 5 {
			if _, err := c.Do(t.Context(), fetch.Request{Method: "GET", URL: "http://x/", Buckets: []string{"a"}}); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(began) < time.Second || len(told) < 3 {
			t.Fatalf("five requests took %s, and %d waits were reported", time.Since(began), len(told))
		}
		for _, w := range told {
			if w.Bucket != "a" || w.Used != 0.77 || w.Space <= 0 || !w.Until.After(began) {
				t.Errorf("told %+v", w)
			}
		}
	})
}
