package facebookads

import "adtally/internal/connector"

// jobCalls are those of a report job at least: it is asked for, looked at, and its
// first page is read (META_API.md §4).
const jobCalls = 3

// price is what the stream costs. Of figures that span no more than smallDays a
// question needs no job, and costs one call.
func (s *stream) price() connector.Price {
	p := connector.Price{Days: s.days, Calls: 1, Rows: s.limit}
	switch {
	case s.edge == "":
		p.Rows = 1 // the account itself
	case s.level != "" && !s.always && s.days > smallDays:
		p.Calls = jobCalls
	}
	return p
}
