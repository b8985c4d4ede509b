package facebookads_test

import (
	"fmt"
	"testing"

	"adtally"
)

// onlyJobs answers every report without a job, and refuses what a job is asked.
func onlyJobs(t *testing.T, poll, page answer) *fakeGraph {
	t.Helper()
	m := job(t, map[string][]answer{"GET 91": {poll}, results: {page}, "GET me": {says(`{"id":"1"}`)}})
	m.replies = map[string]func(asked) answer{insights: func(a asked) answer {
		since := a.params.Get("time_range")[10:20]
		return says(`{"data":[{"account_id":"7","ad_id":"1","spend":"1","date_start":"` + since + `","date_stop":"` + since + `"}]}`)
	}}
	return m
}

// A refusal that comes from report jobs only costs the jobs, not the table.
func TestReport_RefusalOfJobsOnly(t *testing.T) {
	done := runIs("Job Completed", 100)
	failed := func(code, subcode int) answer {
		return says(fmt.Sprintf(`{"id":"91","async_status":"Job Failed","error_code":%d,"error_subcode":%d,"error_message":"(#%d) Not for you"}`, code, subcode, code))
	}
	for name, c := range map[string]struct{ poll, page answer }{
		"a job that needs a whitelist":  {failed(3, 0), done},
		"a job that needs a permission": {failed(10, 0), done},
		"a job that needs a role":       {failed(200, 0), done},
		"a job that has no token":       {failed(190, 467), done},
		"a poll that needs a whitelist": {refuses(400, 3, 0, "(#3) User must be on whitelist"), done},
		"a poll that is not understood": {refuses(400, 100, 0, "(#100) Invalid parameter"), done},
		"a poll with an unknown error":  {refuses(400, 987654, 0, "New"), done},
		"a page that needs permission":  {done, refuses(400, 10, 0, "(#10) Not for you")},
		"a page that is not understood": {done, refuses(400, 100, 0, "(#100) Invalid parameter")},
		"a page that has no token":      {done, refuses(400, 190, 0, "Error validating access token")},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := onlyJobs(t, c.poll, c.page)
				n := &note{}
				g := m.readWithRestarts("basic_ad", month, n, "date")
				if g.err != nil || len(g.cells) < month.Days()/2 || len(g.gaps) > 0 {
					t.Errorf("%d rows, gaps %q, %v", len(g.cells), g.gaps, g.err)
				}
				if len(m.calls) > 90 {
					t.Errorf("%d calls", len(m.calls))
				}
			})
		})
	}
}

// A refusal of everything is not the jobs' fault.
func TestReport_RefusalOfEverything(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		no := refuses(400, 10, 0, "(#10) Not for you")
		m := job(t, map[string][]answer{"GET 91": {no}, insights: {no}})
		m.readWithRestarts("basic_ad", month, &note{}, "ad_id").wantFault(t, adtally.Configure, "permission")
		if len(m.calls) > 5 {
			t.Errorf("%d calls", len(m.calls))
		}
	})
}
