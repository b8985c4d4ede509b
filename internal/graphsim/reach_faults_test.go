package graphsim_test

import (
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// The quota counts requests for old reach per account and 24 hours, including jobs, and no
// newer days or other fields (docs/meta-api.md#insights).
func TestFaults_OldReach(t *testing.T) {
	t.Parallel()
	const old, recent = `{"since":"2025-01-01","until":"2025-01-31"}`, `{"since":"2026-01-01","until":"2026-01-31"}`
	bubble(t, graphsim.Options{}, "old reach 2 times a day", func(t *testing.T, s *within) {
		ask := func(method, path, fields, days string) reply {
			r, err := s.try(method, path, "fields", fields, "time_range", days)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		for _, method := range []string{"GET", "POST"} {
			if r := ask(method, "act_1/insights", "reach", old); r.status != 200 {
				t.Errorf("%s: %d %s", method, r.status, r.body)
			}
		}
		for _, method := range []string{"GET", "POST"} {
			wantRefusal(t, ask(method, "act_1/insights", "reach,spend", old), 400, 4, 0)
		}
		for _, free := range [][]string{{"act_1", "spend", old}, {"act_1", "reach", recent}, {"act_2", "reach", old}} {
			if r := ask("GET", free[0]+"/insights", free[1], free[2]); r.status != 200 {
				t.Errorf("%v: %d %s", free, r.status, r.body)
			}
		}
		time.Sleep(24 * time.Hour)
		if r := ask("GET", "act_1/insights", "reach", old); r.status != 200 {
			t.Errorf("the next day: %d %s", r.status, r.body)
		}
	})
}
