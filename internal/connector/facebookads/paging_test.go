package facebookads_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
)

// readWithRestarts reads a slice as the engine does: again from the start whenever the
// reader asks for it. It returns the cells of the last read.
func (m *fakeGraph) readWithRestarts(stream string, w adtally.Window, n *note, column string) (g got) {
	m.t.Helper()
	c := facebookads.New(facebookads.Config{Address: "https://graph.test", Version: "v25.0", HTTP: &http.Client{Transport: m}})
	r, err := c.Open(adtally.Source{Tables: []string{stream}}, adtally.NewSecret(canary))
	if err != nil {
		m.t.Fatal(err)
	}
	for range 10 {
		if g = m.readBy(m.t.Context(), r, stream, w, n, column); !errors.Is(g.err, connector.ErrAgain) {
			break
		}
	}
	return g
}

var isPoll = regexp.MustCompile(`^GET \d+$`)

// checkRepeats fails if a request was sent more than three times. Polls are exempt.
func (m *fakeGraph) checkRepeats() {
	m.t.Helper()
	times := map[string]int{}
	for _, c := range m.calls {
		if isPoll.MatchString(c.what) {
			continue
		}
		if times[c.what+"?"+c.params.Encode()]++; times[c.what+"?"+c.params.Encode()] == 4 {
			m.t.Errorf("sent more than three times: %s?%s", c.what, c.params.Encode())
		}
	}
}

// A list whose paging does not advance is read again once and then becomes a fault.
func TestRead_StuckListIsReadTwice(t *testing.T) {
	const list = "GET act_7/campaigns"
	one := func(after string) answer { return says(paged(after, `{"id":"1"}`)) }
	var empty []answer
	var same []answer
	for i := range 100 {
		empty = append(empty, says(paged(fmt.Sprintf("M%dZD", i))))
		same = append(same, one(fmt.Sprintf("M%dZD", i)))
	}
	var stuckLater []answer // three good pages, and then the third for ever
	for i, a := range same {
		stuckLater = append(stuckLater, says(strings.Replace(a.body, `"id":"1"`, fmt.Sprintf(`"id":"%d"`, min(i, 2)), 1)))
	}
	for name, answers := range map[string][]answer{
		"the cursor that was sent":      {one("MQZDZD"), one("MQZDZD")},
		"a circle":                      {one("A"), one("B"), one("C"), one("A"), one("B"), one("C"), one("A"), one("B")},
		"the same, without rows":        {one("MQZDZD"), says(paged("MQZDZD"))},
		"the same, with a foreign mark": {says(strings.Replace(paged("A"), "after=A", "after=A&x=1", 1))},
		"empty pages for ever":          empty,
		"one page for ever":             same,
		"the third page for ever":       append(stuckLater[:4:4], stuckLater...),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{list: answers}}
				m.readWithRestarts("campaigns", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Retry, "bad_answer")
				m.checkRepeats()
				if len(m.calls) < 4 || len(m.calls) > 24 {
					t.Errorf("%d calls", len(m.calls))
				}
			})
		})
	}
}

func TestRead_StuckListRecovers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: {pageOf("A", "1"), pageOf("A", "2"), pageOf("A", "1"), pageOf("B", "2"), pageOf("", "3")}}}
		m.readWithRestarts("basic_ad", day, &note{}, "ad_id").want(t, "1 2 3")
	})
}

// A filter can hide all rows of a few pages.
func TestRead_AFewEmptyPagesAreFine(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		answers := []answer{pageOf("A", "1")}
		for i := range 9 {
			answers = append(answers, pageOf(fmt.Sprintf("M%d", i)))
		}
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: append(answers, pageOf("", "2"))}}
		m.readWithRestarts("basic_ad", day, &note{}, "ad_id").want(t, "1 2")
	})
}

// If the paging of a report does not advance, the second attempt uses a new report,
// and neither is kept for the next sync.
func TestReport_StuckPagesResubmit(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{submit: {created("91"), created("92")}, results: {pageOf("A", "1")}, "GET 92": {runIs("Job Completed", 100)}, "GET 92/insights": {pageOf("", "1", "2")}})
		m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
		n := &note{}
		m = job(t, map[string][]answer{results: {pageOf("A", "1")}})
		m.readWithRestarts("basic_ad", month, n, "ad_id").wantFault(t, adtally.Retry, "bad_answer")
		if m.checkRepeats(); len(n.cursor.Note) != 0 {
			t.Errorf("the note is %s", n.cursor.Note)
		}
	})
}

// Cursors that are rejected every time.
func TestRead_InvalidCursorsEndInAFault(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dead := refuses(400, 2642, 0, "Invalid cursors values")
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: {pageOf("A", "1"), dead, pageOf("A", "1"), dead, pageOf("A", "1"), dead, pageOf("A", "1"), dead}}}
		m.readWithRestarts("basic_ad", day, &note{}, "ad_id").wantFault(t, adtally.Retry, "cursor")
		m.checkRepeats()
	})
}

// If the pages of a finished report return 100/33, the report is gone, not the ad
// account.
func TestReport_GonePagesResubmit(t *testing.T) {
	for name, gone := range map[string]answer{
		"33":      refuses(400, 100, 33, "Unsupported get request. Object with ID '91' does not exist, cannot be loaded due to missing permissions"),
		"in text": refuses(400, 100, 0, "(#100) Object does not exist, cannot be loaded due to missing permission"),
		"803":     refuses(404, 803, 0, "(#803) Some of the aliases you requested do not exist: 91"),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				n := &note{cursor: adtally.Cursor{Asked: instant("2026-01-01T00:00:00Z"), Note: noted(t, "90")}}
				m := job(t, map[string][]answer{"GET 90": {runIs("Job Completed", 100)}, "GET 90/insights": {gone}})
				m.readWithRestarts("basic_ad", month, n, "ad_id").want(t, "1 2")
				if m.count(submit) != 1 || strings.Contains(string(n.cursor.Note), `"90"`) {
					t.Errorf("%d jobs, and the note is %s", m.count(submit), n.cursor.Note)
				}
				// Between two pages the read starts again with another report.
				m = job(t, map[string][]answer{submit: {created("91"), created("92")}, results: {pageOf("A", "1"), gone}, "GET 92": {runIs("Job Completed", 100)}, "GET 92/insights": {pageOf("", "1", "2")}})
				m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
				// If it never succeeds, the fault does not blame the account, and
				// nothing is kept.
				n = &note{}
				forEver := map[string][]answer{submit: nil, insights: {refuses(503, 2, 0, "Service temporarily unavailable")}}
				for run := 100; run < 120; run++ {
					forEver[submit] = append(forEver[submit], created(fmt.Sprint(run)))
					forEver[fmt.Sprintf("GET %d", run)] = []answer{runIs("Job Completed", 100)}
					forEver[fmt.Sprintf("GET %d/insights", run)] = []answer{gone}
				}
				m = job(t, forEver)
				m.readWithRestarts("basic_ad", month, n, "ad_id").wantFault(t, adtally.Retry, "meta_trouble")
				if m.checkRepeats(); len(n.cursor.Note) != 0 {
					t.Errorf("the note is %s", n.cursor.Note)
				}
				// The state of a job may be gone as well.
				m = job(t, map[string][]answer{"GET 91": {gone}, insights: {refuses(503, 2, 0, "Service temporarily unavailable")}})
				m.readWithRestarts("basic_ad", month, &note{}, "ad_id").wantFault(t, adtally.Retry, "meta_trouble")
			})
		})
	}
}
