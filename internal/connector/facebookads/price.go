package facebookads

import "adtally/internal/connector"

// jobCalls is the minimum number of calls per report job: submit it, poll it, read its
// first page (docs/meta-api.md#report-jobs).
const jobCalls = 3

// price returns the cost of reading the stream. A request for at most smallDays of
// figures needs no job and costs one call.
func (s *stream) price() connector.Price {
	p := connector.Price{Days: s.days, Calls: 1, Rows: s.limit, Values: valuesOf(s.breakdowns), Span: int(s.period.last(firstMonday)-s.period.first(firstMonday)) + 1}
	switch {
	case s.edge == "":
		p.Rows = 1 // the account itself
	case s.level != "" && !s.always && s.days > smallDays:
		p.Calls = jobCalls
	}
	return p
}
