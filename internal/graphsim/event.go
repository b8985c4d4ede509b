package graphsim

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// event is a call with what faults want to know about it. Expensive values are computed
// when a fault asks for them.
type event struct {
	server  *Server
	call    *call
	node    node
	name    string
	passed  time.Duration
	page    int    // page of a listing, from 1; 0 if it is not a listing
	applied *Fault // the fault that decides the answer

	truth  func() answer  // computes the true answer
	report func() *report // the requested report; nil if there is none or it is invalid
	fields func() []field
}

func (s *Server) event(c *call, n node, name string) *event {
	e := &event{server: s, call: c, node: n, name: name, passed: s.clock.passed()}
	e.truth = sync.OnceValue(func() answer { return s.tried(e) })
	e.report = sync.OnceValue(func() *report { return s.asked(c, n) })
	e.fields = sync.OnceValue(func() []field {
		list, refused := parseFields(c.params.Get("fields"))
		if refused != nil {
			return nil
		}
		return list
	})
	return e
}

// asked returns the report that a call is about: its own, or that of the job whose results
// it reads.
func (s *Server) asked(c *call, n node) *report {
	switch {
	case n.job != nil && len(c.path) == 2:
		return n.job.report
	case n.account == nil || n.job != nil || !isInsights(c) || n.kind.level == "":
		return nil
	}
	r, refused := s.newReport(c.params, n, c.method == "POST")
	if refused != nil {
		return nil // it will be rejected for that
	}
	return r
}

func isInsights(c *call) bool { return len(c.path) == 2 && c.path[1] == "insights" }

// startsJob reports whether the call starts a report job.
func (e *event) startsJob() bool {
	return e.call.method == "POST" && isInsights(e.call) && e.node.job == nil
}

// rows returns the elements of the true answer's page.
func (e *event) rows() []json.RawMessage {
	if e.call.method != "GET" || len(e.call.path) < 2 {
		return nil
	}
	data, _ := elements(e.truth())
	return data
}

// elements returns the elements of a list; false if the answer is not a list.
func elements(a answer) ([]json.RawMessage, bool) {
	var list struct{ Data []json.RawMessage }
	if a.status != 200 || json.Unmarshal(a.body, &list) != nil || list.Data == nil {
		return nil, false
	}
	return list.Data, true
}

// asksFor reports whether a field is requested, at any depth.
func (e *event) asksFor(name string) bool {
	if r := e.report(); r != nil {
		return slices.Contains(r.fields, name)
	}
	return holdsField(e.fields(), name)
}

func holdsField(list []field, name string) bool {
	return slices.ContainsFunc(list, func(f field) bool { return f.name == name || holdsField(f.fields, name) })
}

func (e *event) fieldCount() int {
	if r := e.report(); r != nil {
		return len(r.fields)
	}
	return len(e.fields())
}

// holds reports whether the answer is about an object: it has its rows, lists it, or is the object.
func (e *event) holds(level advertiser.Level, id string) bool {
	if r := e.report(); r != nil {
		return r.holds(level, id)
	}
	if len(e.call.path) == 1 {
		return e.call.path[0] == id
	}
	return slices.ContainsFunc(e.rows(), func(row json.RawMessage) bool {
		var o struct{ ID string }
		return json.Unmarshal(row, &o) == nil && o.ID == id
	})
}

// holds reports whether an object has rows in the report.
func (r *report) holds(level advertiser.Level, id string) bool {
	if level == advertiser.LevelAccount {
		return false
	}
	fine := *r
	fine.level, fine.breakdowns = advertiser.LevelAd, nil
	shown := fine.filter()
	for _, span := range r.ranges {
		q := advertiser.Query{Level: advertiser.LevelAd, From: span.from, To: span.to}
		for row := range r.account.Rows(q, r.moment) {
			if idAt(row, level) == id && shown(row) {
				return true
			}
		}
	}
	return false
}

// dayCount returns the number of days of the report; 0 if there is none.
func (e *event) dayCount() (n int) {
	if r := e.report(); r != nil {
		for _, span := range r.ranges {
			n += int(span.to-span.from) + 1
		}
	}
	return n
}

func (e *event) isAbout(day advertiser.Date) bool {
	r := e.report()
	return r != nil && slices.ContainsFunc(r.ranges, func(span days) bool { return span.from <= day && day <= span.to })
}

// allRows returns the number of rows of the report on all pages.
func (e *event) allRows() (n int) {
	if r := e.report(); r != nil {
		for range r.lines() {
			n++
		}
	}
	return n
}
