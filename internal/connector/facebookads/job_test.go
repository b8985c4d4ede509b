package facebookads_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/connector"
)

const (
	submit  = "POST act_7/insights"
	results = "GET 91/insights"
)

// job returns the answers of a successful report job, with changes.
func job(t *testing.T, change map[string][]answer) *fakeGraph {
	m := &fakeGraph{t: t, answers: map[string][]answer{submit: {created("91")}, "GET 91": {runIs("Job Completed", 100)}, results: {pageOf("", "1", "2")}}}
	for what, answers := range change {
		m.answers[what] = answers
	}
	return m
}

func notReady() answer { return refuses(400, 2601, 1815107, "Error accessing adreport job.") }

// A job is done only with "Job Completed" and 100 %; nothing is read before.
func TestReport_ReadOnlyWhenDone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{"GET 91": {runIs("Job Not Started", 0), runIs("Job Running", 40), runIs("Job Running", 100), runIs("Job Completed", 99), runIs("Job Completed", 100)}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").want(t, "1 2")
		if m.count("GET 91") != 5 || m.count(submit) != 1 || m.calls[len(m.calls)-1].what != results {
			t.Errorf("%v", m.calls)
		}
		q := m.calls[0].params
		if q.Get("time_range") != `{"since":"2026-05-01","until":"2026-05-31"}` || q.Get("level") != "ad" || q.Has("limit") {
			t.Errorf("the job is asked for with %v", q)
		}
		for i := 2; i < 6; i++ {
			if before, after := m.calls[i-1].at.Sub(m.calls[i-2].at), m.calls[i].at.Sub(m.calls[i-1].at); i < 5 && after < before {
				t.Errorf("poll %d came after %s, the one before after %s", i, after, before)
			}
		}
	})
}

// The job's ID is saved before anything else is requested.
func TestReport_JobIsSavedBeforePolling(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		began := time.Now().Truncate(time.Second)
		dead := refuses(400, 190, 463, "expired")
		m := job(t, map[string][]answer{"GET 91": {dead}, "GET me": {dead}})
		n := &note{}
		m.read(t.Context(), "basic_ad", month, n, "ad_id").wantFault(t, adtally.Reconnect, "token_expired")
		if !strings.Contains(string(n.cursor.Note), `"91"`) || !n.cursor.Asked.Equal(began) {
			t.Errorf("the note is %s, %s", n.cursor.Note, n.cursor.Asked)
		}
		again := job(t, nil)
		again.read(t.Context(), "basic_ad", month, n, "ad_id").want(t, "1 2")
		if again.count(submit) != 0 || !n.cursor.Asked.Equal(began) {
			t.Errorf("asked for again %d times, as of %s", again.count(submit), n.cursor.Asked)
		}
	})
}

// Job IDs expire after 30 days (docs/meta-api.md#report-jobs).
func TestReport_GoneJobIsResubmitted(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		n := &note{cursor: adtally.Cursor{Asked: instant("2026-01-01T00:00:00Z"), Note: noted(t, "90")}}
		m := job(t, map[string][]answer{"GET 90": {refuses(400, 100, 33, "Unsupported get request. Object with ID '90' does not exist")}})
		began := time.Now()
		m.read(t.Context(), "basic_ad", month, n, "ad_id").want(t, "1 2")
		if m.count("GET 90") != 1 || m.count(submit) != 1 || !strings.Contains(string(n.cursor.Note), `"91"`) || n.cursor.Asked.Before(began.Truncate(time.Second)) {
			t.Errorf("%v, then %s %s", m.calls, n.cursor.Note, n.cursor.Asked)
		}
	})
}

func TestReport_UnreadableNoteIsIgnored(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for _, text := range []string{"{", `{"report_run_ids":{}}`, `{"other":1}`, "null", `{"report_run_ids":7}`} {
			m := job(t, nil)
			m.read(t.Context(), "basic_ad", month, &note{cursor: adtally.Cursor{Note: []byte(text)}}, "ad_id").want(t, "1 2")
			if m.count(submit) != 1 {
				t.Errorf("%s: %d jobs", text, m.count(submit))
			}
		}
	})
}

// A report that Meta cannot create may be too big: its halves are requested, and so
// on. If nothing succeeds, the read fails and lists no gap.
func TestReport_FailedJobIsRetriedAndSplit(t *testing.T) {
	failed := says(`{"id":"91","async_status":"Job Failed","async_percent_completion":0,"error_code":2,"error_subcode":1504043,"error_message":"Intermittent"}`)
	for name, c := range map[string]struct {
		answer
		jobs int
	}{"skipped": {runIs("Job Skipped", 0), 8}, "failed": {runIs("Job Failed", 0), 8}, "failed and said why": {failed, 8}, "for ever": {runIs("Job Running", 0), 4}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				down := refuses(503, 2, 0, "Service temporarily unavailable")
				m := job(t, map[string][]answer{submit: {created("91")}, "GET 91": {c.answer}, insights: {down}})
				n := &note{}
				g := m.read(t.Context(), "basic_ad", month, n, "ad_id")
				g.wantFault(t, adtally.Retry, "meta_trouble")
				if len(g.gaps) > 0 {
					t.Errorf("a failed read left gaps: %v", g.gaps)
				}
				if m.count(submit) != c.jobs || len(n.cursor.Note) != 0 {
					t.Errorf("%d jobs, and the note is %s", m.count(submit), n.cursor.Note)
				}
				m = job(t, map[string][]answer{submit: {created("92"), created("91")}, "GET 92": {c.answer}})
				g = m.read(t.Context(), "basic_ad", month, &note{}, "ad_id")
				if name != "for ever" {
					g.want(t, "1 2") // the second job succeeds
				} else if g.err != nil || m.count(submit) != 3 {
					t.Errorf("%v, %d jobs", g.err, m.count(submit)) // its halves succeed
				}
			})
		})
	}
}

// A report that is too big is not repeated but split in halves, and the size is
// remembered.
func TestReport_TooBigIsHalved(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		large := says(`{"id":"90","async_status":"Job Failed","async_percent_completion":0,"error_code":-3,"error_subcode":1504045,"error_message":"Report Too Large"}`)
		m := job(t, map[string][]answer{submit: {created("90"), created("91"), created("92")}, "GET 90": {large}, "GET 92": {runIs("Job Completed", 100)},
			results: {pageOf("", "3")}, "GET 92/insights": {pageOf("", "4")}})
		n := &note{}
		m.read(t.Context(), "basic_ad", month, n, "ad_id").want(t, "3 4")
		ranges := m.values(submit, "time_range")
		if want := []string{`{"since":"2026-05-01","until":"2026-05-31"}`, `{"since":"2026-05-16","until":"2026-05-31"}`, `{"since":"2026-05-01","until":"2026-05-15"}`}; !slices.Equal(ranges, want) {
			t.Errorf("asked for %v, want %v", ranges, want)
		}
		m.calls = nil
		m.read(t.Context(), "basic_ad", month, &note{tuning: n.tuning}, "ad_id").want(t, "3 4 4 4")
		if again := m.values(submit, "time_range"); slices.Contains(again, ranges[0]) {
			t.Errorf("the second time it asked for %v", again)
		}
	})
}

// A fault that needs a person is not tried three times.
func TestReport_PermissionFaultIsNotRetried(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{"GET 91": {says(`{"id":"91","async_status":"Job Failed","async_percent_completion":0,"error_code":100,"error_subcode":3191001,"error_message":"Missing permissions"}`)}, insights: {refuses(400, 100, 3191001, "Missing permissions")}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").wantFault(t, adtally.Configure, "permission")
		if m.count(submit) != 1 {
			t.Errorf("%d jobs", m.count(submit))
		}
	})
}

// A finished report may still be "not ready".
func TestReport_NotReadyIsReadAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{results: {notReady(), notReady(), pageOf("", "1")}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").want(t, "1")
		if m.count(submit) != 1 || m.count(results) != 3 {
			t.Errorf("%v", m.calls)
		}
		m = job(t, map[string][]answer{results: {notReady()}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").wantFault(t, adtally.Retry, "not_ready")
		if n := m.count(results); n < 3 || n > 10 {
			t.Errorf("read %d times", n)
		}
		// Between two pages the slice is read again from its start.
		m = job(t, map[string][]answer{results: {pageOf("MQZDZD", "1"), notReady()}})
		if g := m.read(t.Context(), "basic_ad", month, nil, "ad_id"); !errors.Is(g.err, connector.ErrAgain) {
			t.Errorf("%v", g.err)
		}
	})
}

func TestReport_ReadsAllPages(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		heavy := refuses(500, 1, 0, "Please reduce the amount of data you're asking for, then retry your request")
		m := job(t, map[string][]answer{results: {pageOf("MQZDZD", "1"), heavy, pageOf("MgZDZD", "2"), pageOf("", "3")}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").want(t, "1 2 3")
		if limits := m.values(results, "limit"); !slices.Equal(limits, []string{"500", "500", "250", "250"}) {
			t.Errorf("limits %v", limits)
		}
		// An empty report has cursors in recordings.
		m = job(t, map[string][]answer{results: {says(`{"data":[],"paging":{"cursors":{"before":"MAZDZD","after":"LTEZD"}}}`)}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").want(t, "")
	})
}

// A block of the account does not end a job.
func TestReport_ThrottledPollWaits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		no := refuses(400, 80000, 2446079, "There have been too many calls from this ad-account.")
		no.header = map[string]string{"X-Business-Use-Case-Usage": `{"7":[{"estimated_time_to_regain_access":3}]}`}
		m := job(t, map[string][]answer{"GET 91": {no, runIs("Job Completed", 100)}})
		began := time.Now()
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").want(t, "1 2")
		if m.count(submit) != 1 || time.Since(began) < 3*time.Minute {
			t.Errorf("%d jobs in %s", m.count(submit), time.Since(began))
		}
	})
}

// An answer to a submission without an ID is a fault.
func TestReport_JobWithoutIDIsAFault(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for _, body := range []string{`{}`, `{"report_run_id":""}`, `[]`} {
			m := job(t, map[string][]answer{submit: {says(body)}})
			n := &note{}
			if g := m.read(t.Context(), "basic_ad", month, n, "ad_id"); g.err == nil || len(n.saved) != 0 {
				t.Errorf("%s: %v, saved %v", body, g.err, n.saved)
			}
		}
	})
}
