package graphsim

import (
	"fmt"
)

var limitForms = []pattern{
	{words: "throttle USE", once: true, takes: []string{"who", "for", "after", "block", "as"}, make: throttle, finish: func(f *Fault) error {
		if f.lasts == 0 {
			return fmt.Errorf(`%q needs a time: for 30m`, f.head)
		}
		if f.Account != "" && (f.head == "throttle "+useApp || f.head == "throttle "+useInsights) {
			return fmt.Errorf("%q is about the app, and no account's", f.head)
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
	{words: "tier TIER", once: true, takes: []string{"after"}, make: func(f *Fault, v []any) error {
		f.order = func(s *Server, _ *Fault) { s.quota.setTier(v[0].(string)) }
		return nil
	}},
}

// throttle blocks a bucket: of one account, or of each.
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
