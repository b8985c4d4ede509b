package facebookads_test

import (
	"testing"
	"time"
)

// The state of a job may be written in another way, and the percentage may be missing.
func TestReport_StateInAnySpelling(t *testing.T) {
	for _, said := range []string{
		`"async_status":"JOB COMPLETED","async_percent_completion":100`, `"async_status":"JOB_COMPLETED","async_percent_completion":100`,
		`"async_status":" Job Completed ","async_percent_completion":"100"`, `"async_status":"Completed","async_percent_completion":"100 %"`,
		`"async_status":"Job Completed"`, `"async_status":"Job Completed","async_percent_completion":null`,
		`"async_status":"Job Completed","async_percent_completion":100,"error_code":0,"error_message":null`,
	} {
		t.Run(said, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				began := time.Now()
				m := job(t, map[string][]answer{"GET 91": {says(`{"id":"91",` + said + `}`)}})
				m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
				if m.count(submit) != 1 || time.Since(began) > time.Minute {
					t.Errorf("%d jobs in %s", m.count(submit), time.Since(began))
				}
			})
		})
	}
}

// A job that failed is not polled until it is too late, however its state is written.
func TestReport_FailureInAnySpelling(t *testing.T) {
	for _, state := range []string{"JOB FAILED", "Job_Failed", "Failed", "job skipped"} {
		t.Run(state, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				began := time.Now()
				m := job(t, map[string][]answer{"GET 91": {runIs(state, 0), runIs("Job Completed", 100)}})
				m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
				if m.count(submit) != 2 || time.Since(began) > time.Minute {
					t.Errorf("%d jobs in %s", m.count(submit), time.Since(began))
				}
			})
		})
	}
}

// The error code of a failed job may be in its message only.
func TestReport_FailureCodeInMessage(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		failed := says(`{"async_status":"Job Failed","error_message":"(#100) Tried accessing nonexisting field (clicks)"}`)
		m := job(t, map[string][]answer{"GET 91": {failed, failed, runIs("Job Completed", 100)}})
		g := m.readWithRestarts("basic_ad", month, &note{}, "ad_id")
		if g.want(t, "1 2"); len(g.gaps) != month.Days() || g.gaps[0] != "basic_ad 2026-05-01 clicks field false" || m.count(submit) != 3 {
			t.Errorf("%d jobs, gaps %q", m.count(submit), g.gaps)
		}
	})
}
