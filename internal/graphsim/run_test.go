package graphsim_test

import (
	"fmt"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

type runState struct {
	ID        string
	AccountID string `json:"account_id"`
	Status    string `json:"async_status"`
	Percent   int    `json:"async_percent_completion"`
	Ref       int64  `json:"time_ref"`
	Completed int64  `json:"time_completed"`
	Running   bool   `json:"is_running"`
	Code      int    `json:"error_code"`
	Message   string `json:"error_message"`
}

func (s *sim) poll(run string) runState {
	s.t.Helper()
	return decode[runState](s.t, s.get(run))
}

// reports returns a simulator with jobs that take a minute of its clock.
func reports(t *testing.T, job string) (*sim, string) {
	t.Helper()
	s := serve(t, graphsim.Options{JobTime: time.Minute}, days(30))
	if job != "" {
		s.Inject(graphsim.Fault{Match: "POST act/insights", Job: job})
	}
	return s, s.run("act_55", "time_increment", "1")
}

func TestJob_Completes(t *testing.T) {
	t.Parallel()
	s, run := reports(t, "")
	p := s.poll(run)
	if p.ID != run || p.AccountID != "55" || p.Status != "Job Not Started" || p.Percent != 0 || !p.Running || p.Ref != noon.Unix() || p.Completed != 0 {
		t.Errorf("at once: %+v", p)
	}
	s.Advance(30 * time.Second)
	if p = s.poll(run); p.Status != "Job Running" || p.Percent < 50 || p.Percent > 99 || !p.Running {
		t.Errorf("halfway: %+v", p)
	}
	wantRefusal(t, s.get(run+"/insights"), 400, 2601, 1815107)
	if e := refused(t, s.get(run+"/insights")); e.Transient == nil || !*e.Transient {
		t.Errorf("2601 is not called transient: %+v", e)
	}
	s.Advance(time.Minute)
	if p = s.poll(run); p.Status != "Job Completed" || p.Percent != 100 || p.Completed != noon.Unix()+60 || p.Running {
		t.Errorf("then: %+v", p)
	}
	wantBody(t, s.get(run, "fields", "async_status,id"), `{"async_status":"Job Completed","id":"`+run+`"}`)
	wantRefusal(t, s.get(run, "fields", "wings"), 400, 100, 0)
	// A limit in the POST does not apply to the pages.
	if met, last := s.walk(s.get(run+"/insights"), "date_start"); len(met) != 30 || len(last.Data) != 5 {
		t.Errorf("%d rows, %d on the last page", len(met), len(last.Data))
	}
	if j := s.Jobs(); len(j) != 1 || !j[0].CompletedSeen || j[0].ResultsRead != 2 || j[0].Account != "act_55" || j[0].Level != "account" {
		t.Errorf("%+v", j)
	}
}

func TestJob_Faults(t *testing.T) {
	t.Parallel()
	for job, want := range map[string]string{"fail": "Job Failed 0", "skip": "Job Skipped 0", "stall": "Job Running 0", "running100": "Job Running 100", "notready": "Job Completed 100"} {
		t.Run(job, func(t *testing.T) {
			s, run := reports(t, job)
			s.Advance(time.Hour)
			p := s.poll(run)
			if got := fmt.Sprint(p.Status, " ", p.Percent); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			if (p.Code != 0 && p.Message != "") != (job == "fail") {
				t.Errorf("%+v", p) // since v25, a failed job says why
			}
			wantRefusal(t, s.get(run+"/insights"), 400, 2601, 1815107)
			if again := s.run("act_55"); job != "running100" {
				s.Advance(time.Hour)
				if p := s.poll(again); p.Status != "Job Completed" {
					t.Errorf("the next job: %+v", p)
				}
			}
		})
	}
}

func TestJob_NotReady(t *testing.T) {
	t.Parallel()
	for _, job := range []string{"running100", "notready"} {
		s, run := reports(t, job)
		s.Advance(time.Hour)
		ready := false
		for range 5 {
			s.poll(run)
			ready = ready || s.get(run+"/insights").status == 200
		}
		if !ready {
			t.Errorf("%s is never ready", job)
		}
	}
}

// Since v25, failed jobs say why (docs/meta-api.md#report-jobs).
func TestJob_FailureReasonSinceV25(t *testing.T) {
	t.Parallel()
	s, run := reports(t, "fail")
	s.Advance(time.Hour)
	for version, says := range map[string]bool{"v24.0": false, "v25.0": true, "v26.0": true} {
		if p := decode[runState](t, s.do("GET", "/"+version+"/"+run, "")); (p.Code != 0) != says {
			t.Errorf("%s: %+v", version, p)
		}
	}
}

// IDs expire after 30 days; an invalid report is rejected before there is a job.
func TestJob_ExpiryAndInvalidReports(t *testing.T) {
	t.Parallel()
	s, run := reports(t, "")
	s.Advance(29 * 24 * time.Hour)
	s.poll(run)
	s.Advance(48 * time.Hour)
	wantRefusal(t, s.get(run), 400, 100, 33)
	made := len(s.Jobs())
	for _, wrong := range [][]string{{"fields", "wings"}, {"date_preset", "sometime"}, {"breakdowns", "mood"}, {"level", "planet"}, {"action_attribution_windows", `["9d_click"]`},
		{"filtering", "{"}, {"filtering", `[{"field":"ad.mood","operator":"IN","value":[]}]`}, {"filtering", `[{"field":"spend","operator":"LIKE","value":1}]`}} {
		wantRefusal(t, s.post("act_55/insights", wrong...), 400, 100, 0)
	}
	if len(s.Jobs()) != made {
		t.Errorf("%d jobs of refused questions", len(s.Jobs())-made)
	}
}

// A report's figures are those of the time when it was requested.
func TestJob_FiguresOfTheStart(t *testing.T) {
	t.Parallel()
	s := small(t, "ads=20,days=30,seed=4")
	q := []string{"date_preset", "last_3d", "time_increment", "1", "fields", "impressions,spend"}
	run := s.run(s.act(), q...)
	s.Advance(24 * time.Hour)
	first := string(s.get(run+"/insights", "limit", "1").body)
	s.Advance(48 * time.Hour)
	if again := string(s.get(run+"/insights", "limit", "1").body); again != first {
		t.Errorf("%s\nthen %s", first, again)
	}
}
