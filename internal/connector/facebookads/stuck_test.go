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

// toTheEnd reads a slice as the engine does: from its beginning as often as the
// reader asks for it. It gives the cells of the last read.
func (m *meta) toTheEnd(stream string, w adtally.Window, n *note, column string) (g got) {
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

// neverFourTimes looks for requests that were sent more than three times. Polls
// are the same by their nature.
func (m *meta) neverFourTimes() {
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

// Pages that lead nowhere: the list is begun anew once, and then it is a fault.
func TestAListThatLeadsNowhereIsBegunAnewOnce(t *testing.T) {
	const list = "GET act_7/campaigns"
	one := func(after string) answer { return says(paged(after, `{"id":"1"}`)) }
	var empty []answer
	for i := range 100 {
		empty = append(empty, says(paged(fmt.Sprintf("M%dZD", i))))
	}
	for name, answers := range map[string][]answer{
		"the cursor that was sent":      {one("MQZDZD"), one("MQZDZD")},
		"a circle":                      {one("A"), one("B"), one("C"), one("A"), one("B"), one("C"), one("A"), one("B")},
		"the same, without rows":        {one("MQZDZD"), says(paged("MQZDZD"))},
		"the same, with a foreign mark": {says(strings.Replace(paged("A"), "after=A", "after=A&x=1", 1))},
		"empty pages for ever":          empty,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &meta{t: t, answers: map[string][]answer{list: answers}}
				m.toTheEnd("campaigns", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Retry, "bad_answer")
				m.neverFourTimes()
				if len(m.calls) < 4 || len(m.calls) > 24 {
					t.Errorf("%d calls", len(m.calls))
				}
			})
		})
	}
}

func TestAListThatLedNowhereOnceIsReadTheSecondTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &meta{t: t, answers: map[string][]answer{insights: {pageOf("A", "1"), pageOf("A", "2"), pageOf("A", "1"), pageOf("B", "2"), pageOf("", "3")}}}
		m.toTheEnd("basic_ad", day, &note{}, "ad_id").want(t, "1 2 3")
	})
}

// A filter hides rows: a few pages without rows are no circle.
func TestAFewEmptyPagesInARowEndNothing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		answers := []answer{pageOf("A", "1")}
		for i := range 9 {
			answers = append(answers, pageOf(fmt.Sprintf("M%d", i)))
		}
		m := &meta{t: t, answers: map[string][]answer{insights: append(answers, pageOf("", "2"))}}
		m.toTheEnd("basic_ad", day, &note{}, "ad_id").want(t, "1 2")
	})
}

// The pages of a report that lead nowhere: the second time it is another report,
// and none of them is kept for the next sync.
func TestAReportWhosePagesLeadNowhereIsAskedForAnew(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{submit: {created("91"), created("92")}, results: {pageOf("A", "1")}, "GET 92": {runIs("Job Completed", 100)}, "GET 92/insights": {pageOf("", "1", "2")}})
		m.toTheEnd("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
		n := &note{}
		m = job(t, map[string][]answer{results: {pageOf("A", "1")}})
		m.toTheEnd("basic_ad", month, n, "ad_id").wantFault(t, adtally.Retry, "bad_answer")
		if m.neverFourTimes(); len(n.cursor.Note) != 0 {
			t.Errorf("the note is %s", n.cursor.Note)
		}
	})
}

// PAINS #14: cursors that die every time.
func TestAListWhoseCursorsAlwaysDieEnds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		dead := refuses(400, 2642, 0, "Invalid cursors values")
		m := &meta{t: t, answers: map[string][]answer{insights: {pageOf("A", "1"), dead, pageOf("A", "1"), dead, pageOf("A", "1"), dead, pageOf("A", "1"), dead}}}
		m.toTheEnd("basic_ad", day, &note{}, "ad_id").wantFault(t, adtally.Retry, "cursor")
		m.neverFourTimes()
	})
}

// A report that is done, and whose pages say 100/33: the report is gone, and not
// the ad account.
func TestAReportWhosePagesAreGoneIsAskedForAnew(t *testing.T) {
	for name, gone := range map[string]answer{
		"33":      refuses(400, 100, 33, "Unsupported get request. Object with ID '91' does not exist, cannot be loaded due to missing permissions"),
		"in text": refuses(400, 100, 0, "(#100) Object does not exist, cannot be loaded due to missing permission"),
		"803":     refuses(404, 803, 0, "(#803) Some of the aliases you requested do not exist: 91"),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				n := &note{cursor: adtally.Cursor{Asked: instant("2026-01-01T00:00:00Z"), Note: noted(t, "90")}}
				m := job(t, map[string][]answer{"GET 90": {runIs("Job Completed", 100)}, "GET 90/insights": {gone}})
				m.toTheEnd("basic_ad", month, n, "ad_id").want(t, "1 2")
				if m.count(submit) != 1 || strings.Contains(string(n.cursor.Note), `"90"`) {
					t.Errorf("%d jobs, and the note is %s", m.count(submit), n.cursor.Note)
				}
				// Between two pages: from the beginning, by another report.
				m = job(t, map[string][]answer{submit: {created("91"), created("92")}, results: {pageOf("A", "1"), gone}, "GET 92": {runIs("Job Completed", 100)}, "GET 92/insights": {pageOf("", "1", "2")}})
				m.toTheEnd("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
				// For ever: no word of the account, and nothing is kept.
				n = &note{}
				forEver := map[string][]answer{submit: nil, insights: {refuses(503, 2, 0, "Service temporarily unavailable")}}
				for run := 100; run < 120; run++ {
					forEver[submit] = append(forEver[submit], created(fmt.Sprint(run)))
					forEver[fmt.Sprintf("GET %d", run)] = []answer{runIs("Job Completed", 100)}
					forEver[fmt.Sprintf("GET %d/insights", run)] = []answer{gone}
				}
				m = job(t, forEver)
				m.toTheEnd("basic_ad", month, n, "ad_id").wantFault(t, adtally.Retry, "meta_trouble")
				if m.neverFourTimes(); len(n.cursor.Note) != 0 {
					t.Errorf("the note is %s", n.cursor.Note)
				}
				// Its state too may be what is gone.
				m = job(t, map[string][]answer{"GET 91": {gone}, insights: {refuses(503, 2, 0, "Service temporarily unavailable")}})
				m.toTheEnd("basic_ad", month, &note{}, "ad_id").wantFault(t, adtally.Retry, "meta_trouble")
			})
		})
	}
}
