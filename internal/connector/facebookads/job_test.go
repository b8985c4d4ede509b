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

// job is answers for a report job that goes well, but for what is given.
func job(t *testing.T, change map[string][]answer) *meta {
	m := &meta{t: t, answers: map[string][]answer{submit: {created("91")}, "GET 91": {runIs("Job Completed", 100)}, results: {pageOf("", "1", "2")}}}
	for what, answers := range change {
		m.answers[what] = answers
	}
	return m
}

func notReady() answer { return refuses(400, 2601, 1815107, "Error accessing adreport job.") }

// SIM-16: done is "Job Completed" and 100 % both; until then nothing is read.
func TestAReportIsReadOnceItIsDone(t *testing.T) {
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

// R40: the job's id is kept before anything else is asked.
func TestTheNoteHoldsTheJobBeforeItIsPolled(t *testing.T) {
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

// META_API.md §4.6: ids expire after 30 days.
func TestANotedJobThatIsGoneIsAskedForAnew(t *testing.T) {
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

func TestANoteThatCannotBeReadIsNoNote(t *testing.T) {
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

// SIM-16 c, d, e. A report that Meta cannot make may be too big for it: its
// halves are asked for, and so on. Where nothing comes at all, that is an outage.
func TestAJobThatEndsBadlyIsAskedForAFewTimes(t *testing.T) {
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
					t.Errorf("an outage left gaps: %v", g.gaps)
				}
				if m.count(submit) != c.jobs || len(n.cursor.Note) != 0 {
					t.Errorf("%d jobs, and the note is %s", m.count(submit), n.cursor.Note)
				}
				m = job(t, map[string][]answer{submit: {created("92"), created("91")}, "GET 92": {c.answer}})
				g = m.read(t.Context(), "basic_ad", month, &note{}, "ad_id")
				if name != "for ever" {
					g.want(t, "1 2") // the second time it comes whole
				} else if g.err != nil || m.count(submit) != 3 {
					t.Errorf("%v, %d jobs", g.err, m.count(submit)) // its halves come
				}
			})
		})
	}
}

// META_API.md §4.7: too much is not asked for twice; by halves it is, and the
// size is remembered. R39
func TestAReportThatIsTooLargeComesInHalves(t *testing.T) {
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

// META_API.md §4.7: what a person must do is not tried three times.
func TestAJobThatFailsForWantOfAPermissionSaysSo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{"GET 91": {says(`{"id":"91","async_status":"Job Failed","async_percent_completion":0,"error_code":100,"error_subcode":3191001,"error_message":"Missing permissions"}`)}, insights: {refuses(400, 100, 3191001, "Missing permissions")}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").wantFault(t, adtally.Configure, "permission")
		if m.count(submit) != 1 {
			t.Errorf("%d jobs", m.count(submit))
		}
	})
}

// SIM-16 b
func TestAReportThatIsDoneAndNotReadyIsReadAgain(t *testing.T) {
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
		// Between two pages it is no longer a beginning: the slice is read again.
		m = job(t, map[string][]answer{results: {pageOf("MQZDZD", "1"), notReady()}})
		if g := m.read(t.Context(), "basic_ad", month, nil, "ad_id"); !errors.Is(g.err, connector.ErrAgain) {
			t.Errorf("%v", g.err)
		}
	})
}

func TestAReportsPagesAreReadToTheEnd(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		heavy := refuses(500, 1, 0, "Please reduce the amount of data you're asking for, then retry your request")
		m := job(t, map[string][]answer{results: {pageOf("MQZDZD", "1"), heavy, pageOf("MgZDZD", "2"), pageOf("", "3")}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").want(t, "1 2 3")
		if limits := m.values(results, "limit"); !slices.Equal(limits, []string{"500", "500", "250", "250"}) {
			t.Errorf("limits %v", limits)
		}
		// §4.5 [recorded: async_results_empty]: nothing, with cursors.
		m = job(t, map[string][]answer{results: {says(`{"data":[],"paging":{"cursors":{"before":"MAZDZD","after":"LTEZD"}}}`)}})
		m.read(t.Context(), "basic_ad", month, nil, "ad_id").want(t, "")
	})
}

// R38: a block of the account ends no job.
func TestAThrottledPollIsWaitedFor(t *testing.T) {
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

// A POST's answer without an id is no job.
func TestAJobWithoutAnIdIsAFault(t *testing.T) {
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
