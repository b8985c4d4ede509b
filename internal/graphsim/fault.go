package graphsim

import (
	"math"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong at will. A line of a script is one
// (faults.md); POST /__sim/faults takes a list of them as JSON. A fault strikes
// the calls that match, after the first After of them, Times times, and is gone
// then. Of the faults that decide what a call is answered the first one strikes
// alone; those that only change an answer all do.
type Fault struct {
	// Match is a call's name as in /__sim/calls; * matches anything between
	// slashes. Without a method it is the end of a name: insights. "" = every
	// call.
	Match string `json:"match"`
	// Account is digits or act_ digits; "" = all.
	Account string `json:"account"`
	After   int    `json:"after"`
	Times   int    `json:"times"` // 0 = 1

	refusal        // answered instead, where code or message is given
	Drop    bool   `json:"drop"`     // the connection ends without an answer
	Cut     int    `json:"truncate"` // so many bytes of the answer arrive
	Body    string `json:"body"`     // answered as it stands, with Status
	DelayMS int    `json:"delay_ms"`
	// Job, on POST act/insights: how the new report job behaves: fail, skip,
	// stall (never ends), unstarted, running100 (says 100 % and runs on for a
	// while), notready (says it is done, and answers 2601 for a while).
	Job string `json:"job"`

	// These two are not about calls and take effect at once.
	Revoke *int     `json:"revoke"` // the token dies with this subcode of 190; 0 = it lives again
	Scopes []string `json:"scopes"` // what the token allows from now on

	scripted
}

// Always as Times is for ever.
const Always = math.MaxInt

// scripted is what only a line of a script can say of a fault.
type scripted struct {
	head, rest string // the line, without how often
	checks     []check
	as         *refusal      // in place of the fault's usual error
	lasts      time.Duration // 0 = until it is used up
	until      time.Duration // since the simulator's start; 0 = no end
	blank      bool          // answers Body, though it is empty
	prolongs   bool          // calling while blocked prolongs the block
	uncounted  bool          // nobody can say how often
	done       bool          // the order was carried out

	// One of these is what the fault does.
	order    func(*Server, *Fault)            // at once, or at the first call that matches
	refuse   func(*event) *refusal            // decides the answer
	replace  func(*event) answer              // decides the answer
	job      func(*job)                       // decides how a new report job behaves
	change   func(*event, answer) answer      // changes the answer
	distort  func(*report)                    // changes what a report says
	hides    func(k kind, id string) bool     // leaves an object out of lists
	breaks   func(k kind, id string) *refusal // an object that no page can hold
	batch    func(parts [][]byte) []byte      // what a batch is answered
	upgrades [2]string                        // a version, and the one that answers for it
}

// check is something that must hold of a call for a fault to strike.
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

// all are the faults there are now.
func (f *faults) all() []*Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.list)
}

// line is a fault as it stands.
func (f *faults) line(fault *Fault) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fault.String()
}

// use counts a strike of a fault; false = it does not strike this time.
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

// matches says whether a call is one that the fault is about.
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

// decides says that the fault gives an answer, or none, in place of the true
// one, or has a report job behave badly.
func (f *Fault) decides() bool {
	return f.refuse != nil || f.replace != nil || f.job != nil || f.Code != 0 || f.Message != "" || f.Drop || f.Cut > 0 || f.Body != "" || f.blank || f.Job != ""
}

// instead is the answer that the fault gives in place of the true one.
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
