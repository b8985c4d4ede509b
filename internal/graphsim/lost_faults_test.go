package graphsim_test

import (
	"encoding/json"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// The next link of a page leads to the same page.
func TestFaults_PageLeadsToItself(t *testing.T) {
	t.Parallel()
	for path, after := range map[string]string{"act_1/ads": "2", "act_1/insights": "2"} {
		bubble(t, graphsim.Options{}, "page leads to itself on page 2 always", func(t *testing.T, s *within) {
			q := []string{"level", "ad", "time_range", twoDays, "time_increment", "1", "limit", "1"}
			second := s.next(s.get(path, q...))
			third := s.next(second)
			if string(s.rowsOf(decode[list](t, second))) != string(s.rowsOf(decode[list](t, third))) {
				t.Errorf("%s: page %s is %s, and then %s", path, after, second.body, third.body)
			}
			if a, b := decode[list](t, second).Paging, decode[list](t, third).Paging; a.Cursors.After != b.Cursors.After || b.Next == "" {
				t.Errorf("%s: %+v, then %+v", path, a, b)
			}
		})
	}
}

func TestFaults_EmptyPagesForEver(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "empty pages for ever on ads", func(t *testing.T, s *within) {
		seen := map[string]bool{}
		r := s.get("act_1/ads")
		for range 20 {
			l := decode[list](t, r)
			if len(l.Data) != 0 || seen[l.Paging.Cursors.After] {
				t.Fatalf("%s", r.body)
			}
			seen[l.Paging.Cursors.After] = true
			r = s.next(r)
		}
	})
}

// An ID that has expired or belongs to another token returns 100/33 (docs/meta-api.md#report-jobs).
func TestFaults_JobIsGone(t *testing.T) {
	t.Parallel()
	for line, pollGone := range map[string]bool{"job is gone": true, "job completes but its pages are gone": false} {
		bubble(t, graphsim.Options{}, line, func(t *testing.T, s *within) {
			run := s.job(byAd...)
			time.Sleep(time.Minute)
			if r := s.get(run); pollGone {
				wantRefusal(t, r, 400, 100, 33)
			} else if r.status != 200 {
				t.Errorf("%s", r.body)
			}
			wantRefusal(t, s.get(run+"/insights"), 400, 100, 33)
			if next := s.get(s.job(byAd...)); next.status != 200 {
				t.Errorf("the next job: %s", next.body)
			}
		})
	}
}

func TestFaults_FieldRefused(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "field name refused on ads", func(t *testing.T, s *within) {
		wantRefusal(t, s.get("act_1/ads", "fields", "id,name"), 400, 3, 0)
		if r := s.get("act_1/ads", "fields", "id"); r.status != 200 {
			t.Errorf("%s", r.body)
		}
	})
}

func TestFaults_Batch(t *testing.T) {
	t.Parallel()
	const two = `[{"method":"GET","relative_url":"me"},{"method":"GET","relative_url":"act_1"}]`
	bubble(t, graphsim.Options{}, "batch loses 1 parts\nbatch says \"{}\"", func(t *testing.T, s *within) {
		for _, want := range []int{1, -1, 2} {
			var parts []json.RawMessage
			r := s.post("", "batch", two)
			if err := json.Unmarshal(r.body, &parts); (err != nil) != (want < 0) || err == nil && len(parts) != want {
				t.Errorf("want %d parts: %s", want, r.body)
			}
		}
	})
}
