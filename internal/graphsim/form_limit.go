package graphsim

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

var limitForms = []pattern{
	{words: "throttle USE", once: true, takes: []string{"who", "for", "after", "block", "as"}, make: throttle, finish: func(f *Fault) error {
		if f.lasts == 0 {
			return fmt.Errorf(`%q needs a time: for 30m`, f.head)
		}
		if f.Account != "" && (f.head == "throttle "+useApp || f.head == "throttle "+useInsights) {
			return fmt.Errorf("%q is about the app and cannot name an account", f.head)
		}
		f.Times = 1 // it begins once, however long it lasts
		return nil
	}},
	{words: "usage USE at PERCENT", once: true, takes: []string{"who", "for", "after"}, make: func(f *Fault, v []any) error {
		f.order = func(s *Server, f *Fault) { s.quota.pretend(bucket{v[0].(string), f.Account}, v[1].(float64), f.lasts) }
		return nil
	}, finish: func(f *Fault) error {
		f.Times = 1
		return nil
	}},
	{words: "old reach NUMBER times a day", takes: facts, make: oldReach},
	{words: "tier TIER", once: true, takes: []string{"after"}, make: func(f *Fault, v []any) error {
		f.order = func(s *Server, _ *Fault) { s.quota.setTier(v[0].(string)) }
		return nil
	}},
}

// reachRefusal is Meta's text; its code is not known (docs/meta-api.md#insights).
var reachRefusal = refusal{Code: 4, Message: "Reach-related metric breakdowns are unavailable due to rate limit threshold."}

// oldReach limits how often per 24 hours each account may request reach for days more than
// 13 months ago.
func oldReach(f *Fault, v []any) error {
	var mu sync.Mutex
	asked := map[string][]time.Duration{}
	f.checks = append(f.checks, asksForOldReach)
	f.refuse = func(e *event) *refusal {
		mu.Lock()
		defer mu.Unlock()
		id := e.node.account.id
		asked[id] = slices.DeleteFunc(asked[id], func(at time.Duration) bool { return e.passed-at >= 24*time.Hour })
		if len(asked[id]) >= v[0].(int) {
			return &reachRefusal
		}
		asked[id] = append(asked[id], e.passed)
		return nil
	}
	return nil
}

func asksForOldReach(e *event) bool {
	r := e.report()
	return r != nil && e.node.job == nil && slices.Contains(r.fields, "reach") && r.ranges[0].from < dateOf(r.today().AddDate(0, -monthsOfPeople, 0))
}

// throttle blocks a bucket of one account, or of every account.
func throttle(f *Fault, v []any) error {
	use := v[0].(string)
	f.order = func(s *Server, f *Fault) {
		why := f.as
		if why == nil {
			why = whyClosed(use)
		}
		s.quota.block(bucket{use, f.Account}, f.lasts, f.prolongs, why)
	}
	return nil
}
