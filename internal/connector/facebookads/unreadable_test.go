package facebookads_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"adtally"
)

// days returns the number of days that a report request covers.
func (c asked) days() int {
	_, rest, _ := strings.Cut(c.params.Get("time_range"), `"since":"`)
	since, rest, _ := strings.Cut(rest, `","until":"`)
	until, _, _ := strings.Cut(rest, `"`)
	return adtally.WindowOf(date(since), date(until)).Days()
}

// maxRepeats returns the number of times that the most frequent request was sent.
func (m *fakeGraph) maxRepeats() (times int) {
	all := map[string]int{}
	for _, c := range m.calls {
		if !isPoll.MatchString(c.what) {
			all[c.what+"?"+c.params.Encode()]++
			times = max(times, all[c.what+"?"+c.params.Encode()])
		}
	}
	return times
}

// The same unreadable answer twice means that the request is too big, and its parts
// are requested.
func TestReport_HTMLAnswerSplits(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusGatewayTimeout} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				html := answer{status: status, body: "<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>"}
				m := &fakeGraph{t: t, replies: map[string]func(asked) answer{"GET act_7/campaigns": func(c asked) answer {
					if limit, _ := strconv.Atoi(c.params.Get("limit")); limit > 40 {
						return html
					}
					return says(paged("", `{"id":"1"}`))
				}}}
				m.readWithRestarts("campaigns", adtally.Window{}, &note{}, "id").want(t, "1")
				if wanted := 2; status != http.StatusGatewayTimeout && m.maxRepeats() != wanted || m.maxRepeats() > 3 {
					t.Errorf("the same request was sent %d times", m.maxRepeats())
				}
				run := 0
				m = &fakeGraph{t: t, answers: map[string][]answer{}, replies: map[string]func(asked) answer{submit: func(c asked) answer {
					if c.days() > 8 {
						return html
					}
					run++
					m.answers[fmt.Sprintf("GET %d", 90+run)] = []answer{runIs("Job Completed", 100)}
					m.answers[fmt.Sprintf("GET %d/insights", 90+run)] = []answer{pageOf("", fmt.Sprint(run))}
					return created(fmt.Sprint(90 + run))
				}}}
				n := &note{}
				m.readWithRestarts("basic_ad", month, n, "ad_id").want(t, "1 2 3 4")
				if m.maxRepeats() > 3 || !strings.Contains(string(n.tuning), `"days":8`) {
					t.Errorf("the same request was sent %d times; learned %s", m.maxRepeats(), n.tuning)
				}
			})
		})
	}
}

// A day that is too big for a synchronous answer becomes a report job. If nothing is
// answered at all, the read fails and lists no gap.
func TestRead_HTMLAnswerBecomesAJob(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		html := answer{status: http.StatusNotFound, body: "<html>Sorry</html>"}
		m := job(t, map[string][]answer{insights: {html}})
		m.readWithRestarts("basic_ad", day, &note{}, "ad_id").want(t, "1 2")
		m = &fakeGraph{t: t, answers: map[string][]answer{insights: {html}, submit: {html}}}
		g := m.readWithRestarts("basic_ad", month, &note{}, "ad_id")
		if g.wantFault(t, adtally.Retry, "bad_answer"); len(g.gaps) > 0 || m.maxRepeats() > 3 {
			t.Errorf("gaps %q; the same request %d times", g.gaps, m.maxRepeats())
		}
	})
}
