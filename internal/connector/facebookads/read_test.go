package facebookads_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
)

const insights = "GET act_7/insights"

// inBubble runs f in a synctest bubble, where waiting takes no time.
func inBubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, f)
}

// The link to the next page contains the token, so its cursor is used instead.
func TestRead_FollowsCursorsNotLinks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: {pageOf("MQZDZD", "1", "2"), pageOf("MgZDZD"), pageOf("", "3")}}}
		m.read(t.Context(), "basic_ad", day, nil, "ad_id").want(t, "1 2 3") // an empty page does not end the list
		if after := m.values(insights, "after"); !slices.Equal(after, []string{"", "MQZDZD", "MgZDZD"}) {
			t.Errorf("after: %v", after)
		}
		q := m.calls[2].params
		if q.Get("time_range") != `{"since":"2026-06-01","until":"2026-06-01"}` || q.Get("time_increment") != "1" || q.Get("level") != "ad" || !strings.Contains(q.Get("filtering"), "ARCHIVED") {
			t.Errorf("the third page is asked for with %v", q)
		}
	})
}

// The first page dates the slice, by Meta's clock.
func TestRead_FirstPageDatesTheSlice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: {pageOf("MQZDZD", "1"), pageOf("", "2")}}}
		n, began := &note{}, time.Now().Truncate(time.Second)
		m.read(t.Context(), "basic_ad", day, n, "ad_id").want(t, "1 2")
		if len(n.saved) != 1 || !n.cursor.Asked.Equal(began) {
			t.Errorf("saved %v, want %s once", n.saved, began)
		}
	})
}

// A field that needs more than ads_read makes the whole request fail.
func TestRead_ForbiddenFieldIsLeftOut(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		no := refuses(403, 200, 0, "(#200) Requires business_management permission to manage the object")
		m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7": {no, says(`{"id":"act_7","account_id":"7","name":"Shop","currency":"EUR"}`)}}}
		m.read(t.Context(), "ad_accounts", adtally.Window{}, nil, "name").want(t, "Shop")
		fields := m.values("GET act_7", "fields")
		if len(fields) != 2 || !slices.Contains(strings.Split(fields[0], ","), "business") || slices.Contains(strings.Split(fields[1], ","), "business") || !strings.Contains(fields[1], "business_name") {
			t.Errorf("asked for %q", fields)
		}
		m = &fakeGraph{t: t, answers: map[string][]answer{"GET act_7": {no}}}
		m.read(t.Context(), "ad_accounts", adtally.Window{}, nil, "name").wantFault(t, adtally.Configure, "field")
		if len(m.calls) != 3 { // the third requests the key alone
			t.Errorf("%d requests", len(m.calls))
		}
	})
}

// Code 1 with this text halves the page, and the smaller page is kept.
func TestRead_TooBigPageIsHalved(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		heavy := refuses(500, 1, 0, "Please reduce the amount of data you're asking for, then retry your request")
		const what = "GET act_7/campaigns"
		m := &fakeGraph{t: t, answers: map[string][]answer{what: {heavy, says(paged("QVFIU1", `{"id":"1"}`)), heavy, says(paged("", `{"id":"2"}`))}}}
		m.read(t.Context(), "campaigns", adtally.Window{}, nil, "id").want(t, "1 2")
		if limits := m.values(what, "limit"); !slices.Equal(limits, []string{"500", "250", "250", "125"}) {
			t.Errorf("limits %v", limits)
		}
		m = &fakeGraph{t: t, answers: map[string][]answer{what: {heavy}}}
		m.read(t.Context(), "campaigns", adtally.Window{}, nil, "id").wantFault(t, adtally.Retry, "too_much")
		// Down to one row, then the key of that row alone.
		if limits := m.values(what, "limit"); !slices.Equal(limits, []string{"500", "250", "125", "62", "31", "15", "7", "3", "1", "1"}) {
			t.Errorf("limits %v", limits)
		}
	})
}

// A request that is too big for a synchronous answer becomes a report job.
func TestRead_TimeoutBecomesAJob(t *testing.T) {
	for name, no := range map[string]answer{
		"timed out":  refuses(400, 100, 1504018, "Invalid parameter"),
		"timed out2": refuses(400, 2, 1504038, "Service temporarily unavailable"),
		"per call":   refuses(400, 100, 1487534, "Invalid parameter"),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{insights: {no}, "POST act_7/insights": {created("91")}, "GET 91": {runIs("Job Completed", 100)}, "GET 91/insights": {pageOf("", "1")}}}
				m.read(t.Context(), "basic_ad", day, nil, "ad_id").want(t, "1")
				if m.count("POST act_7/insights") != 1 {
					t.Errorf("%d jobs", m.count("POST act_7/insights"))
				}
			})
		})
	}
}

// Who must act, without another try (docs/meta-api.md#errors).
func TestRead_RefusalsBecomeFaults(t *testing.T) {
	for name, c := range map[string]struct {
		answer
		act  adtally.Act
		code string
	}{
		"expired":       {refuses(400, 190, 463, "Error validating access token: Session has expired"), adtally.Reconnect, "token_expired"},
		"password":      {refuses(400, 190, 460, "The session has been invalidated because the user changed their password"), adtally.Reconnect, "token_password_changed"},
		"malformed":     {refuses(400, 190, 0, "Malformed access token "+canary), adtally.Reconnect, "token_invalid"},
		"session":       {refuses(400, 102, 0, "Session key invalid"), adtally.Reconnect, "token_session_ended"},
		"no permission": {refuses(403, 200, 0, "(#200) Ad account owner has NOT grant ads_management or ads_read permission"), adtally.Configure, "permission"},
		"denied":        {refuses(400, 10, 0, "(#10) Application does not have permission for this action"), adtally.Configure, "permission"},
		"denied in 100": {refuses(400, 100, 0, "(#100) Permission Denied"), adtally.Configure, "permission"},
		"gone":          {refuses(400, 100, 33, "Unsupported get request."), adtally.Configure, "account_gone"},
		"too old":       {refuses(400, 3018, 0, "(#3018) The start date of the time range cannot be beyond 37 months"), adtally.Configure, "too_old"},
		"our mistake":   {refuses(400, 100, 0, "(#100) petals are not valid for fields param."), adtally.Bug, "field"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{insights: {c.answer}, "GET me": {c.answer}}}
				m.read(t.Context(), "basic_ad", day, nil, "ad_id").wantFault(t, c.act, c.code)
				if len(m.calls) > 2 { // the second tests whether the token is dead or a field is refused
					t.Errorf("asked %d times", len(m.calls))
				}
			})
		})
	}
}

// A short block is waited out; a long one is returned with its end.
func TestRead_ThrottleWaitsAsLongAsMetaSays(t *testing.T) {
	minutes := func(n string) map[string]string {
		return map[string]string{"X-Business-Use-Case-Usage": `{"7":[{"type":"ads_insights","call_count":100,"estimated_time_to_regain_access":` + n + `}]}`}
	}
	for name, c := range map[string]struct {
		code, subcode int
		header        map[string]string
		wait          time.Duration
	}{
		"seconds":      {17, 2446079, map[string]string{"x-ad-account-usage": `{"acc_id_util_pct":100,"reset_time_duration":100}`}, 100 * time.Second},
		"minutes":      {80000, 2446079, minutes("4"), 4 * time.Minute},
		"nothing said": {613, 1487742, nil, 5 * time.Minute},
		"an hour":      {80000, 2446079, minutes("60"), time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				no := refuses(400, c.code, c.subcode, "There have been too many calls from this ad-account.")
				no.header = c.header
				m := &fakeGraph{t: t, answers: map[string][]answer{insights: {no, pageOf("", "1")}}}
				began := time.Now()
				g := m.read(t.Context(), "basic_ad", day, nil, "ad_id")
				if c.wait == time.Hour {
					g.wantFault(t, adtally.Wait, "throttled")
					if len(m.calls) != 1 || !g.fault.Until.Equal(began.Add(c.wait)) {
						t.Errorf("%d calls, until %s", len(m.calls), g.fault.Until)
					}
					return
				}
				g.want(t, "1")
				if waited := m.calls[1].at.Sub(began); waited < c.wait || waited > c.wait+2*time.Second {
					t.Errorf("waited %s, want %s", waited, c.wait)
				}
				if limits := m.values(insights, "limit"); limits[0] != limits[1] {
					t.Errorf("a throttle changed the page: %v", limits) // limits count calls, not rows
				}
			})
		})
	}
}

// A score that is nearly used up and resets in three seconds delays requests by three
// seconds.
func TestRead_NearlyFullScoreWaits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		full := pageOf("A", "1")
		full.header = map[string]string{"x-ad-account-usage": `{"acc_id_util_pct":97.5,"reset_time_duration":3}`}
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: {full, pageOf("", "2")}}}
		m.read(t.Context(), "basic_ad", day, nil, "ad_id").want(t, "1 2")
		if waited := m.calls[1].at.Sub(m.calls[0].at); waited != 3*time.Second {
			t.Errorf("waited %s", waited)
		}
	})
}

// Incomplete answers never become a short result.
func TestRead_BrokenAnswerIsRetried(t *testing.T) {
	whole := pageOf("", "1", "2").body
	for name, c := range map[string]struct {
		answer
		code string
	}{
		"cut in a word": {answer{body: whole, cut: len(whole) / 3}, "bad_answer"},
		"cut at a [":    {answer{body: whole, cut: len(`{"data":[`)}, "bad_answer"},
		"nothing":       {answer{}, "bad_answer"},
		"a web page":    {answer{body: "<html>Sorry</html>"}, "bad_answer"},
		"bad gateway":   {answer{status: 502, body: "<html>"}, "bad_answer"},
		"dropped":       {answer{drop: true}, "unreachable"},
		"unknown error": {refuses(500, 1, 99, "An unknown error occurred"), "meta_trouble"},
		"no code":       {answer{status: 503, body: `{"error":{"message":"Call was not successful"}}`}, "meta_trouble"},
		"200 and error": {answer{body: `{"error":{"message":"Service temporarily unavailable","code":2}}`}, "meta_trouble"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{insights: {c.answer, c.answer, says(whole)}}}
				m.read(t.Context(), "basic_ad", day, nil, "ad_id").want(t, "1 2")
				// A server error on the first page may be about size, which is tested;
				// after rows it is not.
				m = &fakeGraph{t: t, answers: map[string][]answer{insights: {pageOf("MQZDZD", "0"), c.answer}}}
				g := m.read(t.Context(), "basic_ad", day, nil, "ad_id")
				g.wantFault(t, adtally.Retry, c.code)
				if len(m.calls) != 4 || strings.Join(g.cells, " ") != "0" {
					t.Errorf("%d calls, rows %v", len(m.calls), g.cells)
				}
			})
		})
	}
}

// A read never ends without an error if an answer was cut anywhere.
func TestRead_TruncatedAnswerIsNoEnd(t *testing.T) {
	whole := pageOf("MQZDZD", "1", "2").body
	for at := 1; at < len(whole); at++ {
		inner := answer{body: whole, cut: at}
		synctest.Test(t, func(t *testing.T) {
			m := &fakeGraph{t: t, answers: map[string][]answer{insights: {inner}}}
			if g := m.read(t.Context(), "basic_ad", day, nil, "ad_id"); g.err == nil {
				t.Errorf("cut at %d, after %q: %d rows and no error", at, whole[max(0, at-20):at], len(g.cells))
			}
		})
	}
}

func TestRead_StopsWhenCanceled(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		stop := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		m := &fakeGraph{t: t, answers: map[string][]answer{"POST act_7/insights": {created("91")}, "GET 91": {runIs("Job Running", 10)}}}
		time.AfterFunc(90*time.Second, func() { cancel(stop) })
		began := time.Now()
		if g := m.read(ctx, "basic_ad", month, nil, "ad_id"); !errors.Is(g.err, stop) || time.Since(began) != 90*time.Second {
			t.Errorf("%v after %s", g.err, time.Since(began))
		}
	})
}
