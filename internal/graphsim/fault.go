package graphsim

import (
	"math"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is an injected failure. It can be written as a line of a script (faults.md) or
// sent as JSON to POST /__sim/faults. A fault affects matching calls: it skips the first
// After of them, affects Times calls, and is then removed. If several faults decide the
// answer to a call, only the first applies. Faults that only change an answer all apply.
type Fault struct {
	// Match is a call's name as in /__sim/calls; * matches anything between slashes. Without a
	// method, it is the end of a name, such as insights. Empty matches every call.
	Match string `json:"match"`
	// Account is digits or act_ and digits; empty for all.
	Account string `json:"account"`
	After   int    `json:"after"`
	Times   int    `json:"times"` // 0 means 1

	refusal        // the answer, if a code or message is given
	Drop    bool   `json:"drop"`     // close the connection without an answer
	Cut     int    `json:"truncate"` // deliver only so many bytes of the answer
	Body    string `json:"body"`     // the answer as it is, with Status
	DelayMS int    `json:"delay_ms"`
	// Job, on POST act/insights, is the behaviour of the new report job: fail, skip, stall
	// (never ends), unstarted, running100 (says 100 % and keeps running for a while), notready
	// (says that it is complete, and answers 2601 for a while).
	Job string `json:"job"`

	// These two are not about calls and take effect immediately.
	Revoke *int     `json:"revoke"` // the token dies with this subcode of 190; 0: it is valid again
	Scopes []string `json:"scopes"` // the token's permissions from now on

	scripted
}

// Always is the value of Times for a fault that is never used up.
const Always = math.MaxInt

// scripted holds what only a line of a script can say.
type scripted struct {
	head, rest string // the line without how often
	checks     []check
	as         *refusal      // replaces the fault's usual error
	lasts      time.Duration // 0: until it is used up
	until      time.Duration // time since the simulator's start; 0: no end
	blank      bool          // answer with Body even if it is empty
	prolongs   bool          // calls during a block prolong it
	uncounted  bool          // the line must not say how often
	done       bool          // order was carried out

	// Exactly one of these is set.
	order    func(*Server, *Fault)            // runs immediately, or at the first matching call
	refuse   func(*event) *refusal            // decides the answer
	replace  func(*event) answer              // decides the answer
	job      func(*job)                       // decides the behaviour of a new report job
	change   func(*event, answer) answer      // changes the answer
	distort  func(*report)                    // changes the figures of a report
	hides    func(k kind, id string) bool     // hides an object from lists
	breaks   func(k kind, id string) *refusal // returns the error of an object that no page can contain
	batch    func(parts [][]byte) []byte      // changes the answer of a batch
	upgrades [2]string                        // a version and the version that answers instead
}

// check is a condition on a call.
type check func(*event) bool

type faults struct {
	mu   sync.Mutex
	list []*Fault
}

// Inject adds faults.
func (s *Server) Inject(list ...Fault) {
	for _, f := range list {
		if f.Revoke != nil {
			s.keys.revoke(*f.Revoke, f.Message)
			continue
		}
		if f.Scopes != nil {
			s.keys.setScopes(f.Scopes)
			continue
		}
		f.Times = max(f.Times, 1)
		f.Account = strings.TrimPrefix(f.Account, "act_")
		if f.lasts > 0 && (f.order == nil || f.After == 0) {
			f.until = s.clock.passed() + f.lasts
		}
		if f.order != nil && f.After == 0 {
			f.order(s, &f)
			f.done = true
		}
		s.faults.mu.Lock()
		s.faults.list = append(s.faults.list, &f)
		s.faults.mu.Unlock()
	}
}

func (s *Server) clearFaults() {
	s.faults.mu.Lock()
	s.faults.list = nil
	s.faults.mu.Unlock()
	s.keys.revoke(0, "")
	s.keys.setScopes(defaultScopes())
	s.quota.forgive(s.tier)
	s.pages.forget()
}

// all returns the current faults.
func (f *faults) all() []*Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.list)
}

// line returns the fault as a line of a script.
func (f *faults) line(fault *Fault) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fault.String()
}

// use counts a use of a fault; false if it does not apply this time.
func (f *faults) use(fault *Fault) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.Index(f.list, fault)
	switch {
	case i < 0:
		return false
	case fault.After > 0:
		fault.After--
		return false
	case fault.Times == Always:
		return true
	}
	if fault.Times--; fault.Times == 0 {
		f.list = slices.Delete(slices.Clone(f.list), i, i+1)
	}
	return true
}

// matches reports whether the fault applies to a call.
func (f *Fault) matches(e *event) bool {
	if !f.concerns(e.node.digits(), e.passed) || !f.names(e.name) {
		return false
	}
	if f.job != nil && f.refuse == nil && !e.startsJob() {
		return false
	}
	for _, holds := range f.checks {
		if !holds(e) {
			return false
		}
	}
	return true
}

func (f *Fault) concerns(account string, passed time.Duration) bool {
	return (f.Account == "" || f.Account == account) && (f.until == 0 || passed < f.until)
}

func (f *Fault) names(name string) bool {
	if f.Match == "" {
		return true
	}
	if !strings.Contains(f.Match, " ") {
		_, path, _ := strings.Cut(name, " ")
		return path == f.Match || strings.HasSuffix(path, "/"+f.Match)
	}
	fits, err := path.Match(f.Match, name)
	return err == nil && fits
}

// decides reports whether the fault replaces the true answer or the behaviour of a report job.
func (f *Fault) decides() bool {
	return f.refuse != nil || f.replace != nil || f.job != nil || f.Code != 0 || f.Message != "" || f.Drop || f.Cut > 0 || f.Body != "" || f.blank || f.Job != ""
}

// instead returns the fault's answer.
func (f *Fault) instead(e *event) (answer, bool) {
	trace := e.server.counts.trace()
	switch {
	case f.refuse != nil:
		r := f.refuse(e)
		if r == nil {
			return answer{}, false
		}
		return r.answer(trace), true
	case f.replace != nil:
		return f.replace(e), true
	case f.Body != "" || f.blank:
		a := ok([]byte(f.Body))
		if f.Status != 0 {
			a.status = f.Status
		}
		return a, true
	case f.Code != 0 || f.Message != "":
		return f.refusal.answer(trace), true
	}
	return answer{}, false
}

func (f *Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }
