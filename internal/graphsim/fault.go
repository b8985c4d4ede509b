package graphsim

import (
	"path"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong at will: POST /__sim/faults takes a list
// of them. A fault strikes the calls that match, after the first After of them,
// Times times, and is gone then.
type Fault struct {
	// Match is a call's name as in /__sim/calls; * matches anything between
	// slashes. "" = every call.
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
	// stall (never ends), running100 (says 100 % and runs on for a while),
	// notready (says it is done, and answers 2601 twice).
	Job string `json:"job"`

	// These two are not about calls and take effect at once.
	Revoke *int     `json:"revoke"` // the token dies with this subcode of 190; 0 = it lives again
	Scopes []string `json:"scopes"` // what the token allows from now on
}

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
}

// take uses up the first fault that strikes this call; nil = none does.
func (f *faults) take(name, account string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.list {
		if !fault.matches(name, account) {
			continue
		}
		if fault.After > 0 {
			fault.After--
			continue
		}
		if fault.Times--; fault.Times == 0 {
			f.list = append(f.list[:i:i], f.list[i+1:]...)
		}
		struck := *fault
		return &struck
	}
	return nil
}

func (f *Fault) matches(name, account string) bool {
	if f.Account != "" && f.Account != account {
		return false
	}
	fits, err := path.Match(f.Match, name)
	return f.Match == "" || err == nil && fits
}

// remaining lists the faults that have not struck yet.
func (f *faults) remaining() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []Fault{}
	for _, fault := range f.list {
		list = append(list, *fault)
	}
	return list
}

// instead is the answer that the fault gives in place of the true one.
func (f *Fault) instead(trace string) (answer, bool) {
	switch {
	case f.Body != "":
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
