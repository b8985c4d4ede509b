package graphsim

import (
	"slices"
	"time"
)

// effect is everything that faults do to one call.
type effect struct {
	changes []*Fault
	delay   time.Duration
}

// apply uses up the faults of a call: the first that decides its answer, and all that change it.
func (s *Server) apply(e *event) (b effect) {
	for _, f := range s.faults.all() {
		decides := f.decides()
		if f.order != nil || f.batch != nil || decides && e.applied != nil || !f.matches(e) || !s.faults.use(f) {
			continue
		}
		b.delay += f.delay()
		if decides {
			e.applied = f
			continue
		}
		b.changes = append(b.changes, f)
	}
	return b
}

// begin runs faults that start at a certain call, such as a block or the end of a token.
func (s *Server) begin(e *event) {
	for _, f := range s.faults.all() {
		if f.upgrades[0] == e.call.version.answers {
			e.call.version.answers = f.upgrades[1]
		}
		if f.order != nil && !f.done && f.matches(e) && s.faults.use(f) {
			f.order(s, f)
		}
	}
}

// broken returns the error of an object that no page can contain, or nil.
func (s *Server) broken(k kind, o string) *refusal {
	for _, f := range s.faults.all() {
		if f.breaks != nil {
			if refused := f.breaks(k, o); refused != nil {
				return refused
			}
		}
	}
	return nil
}

// hidden returns a function that reports whether a fault hides an object from lists.
func (s *Server) hidden(account string, k kind) func(id string) bool {
	var hide []*Fault
	for _, f := range s.faults.all() {
		if f.hides != nil && f.concerns(account, s.clock.passed()) {
			hide = append(hide, f)
		}
	}
	return func(id string) bool {
		return slices.ContainsFunc(hide, func(f *Fault) bool { return f.hides(k, id) })
	}
}

// distort applies all faults in an account's figures to a report.
func (s *Server) distort(r *report) {
	passed := s.clock.passed()
	for _, f := range s.faults.all() {
		if f.distort != nil && f.concerns(r.account.id, passed) {
			f.distort(r)
		}
	}
}
