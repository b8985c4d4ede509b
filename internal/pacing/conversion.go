package pacing

import (
	"fmt"
	"math/big"

	"adtally"
)

// A campaign spends without conversions if it spent since its last one several times what a
// conversion cost before. If conversions come independently of each other, five expected ones
// all fail to come in 0.7 % of the cases (Poisson). Conversions of the last days that are
// still to be reported are why it is not fewer.
const (
	usualDays     = 28 // days from which the usual cost is computed
	leastUsual    = 5  // conversions in these days; fewer say nothing about the cost
	expectedFirst = 5  // conversions that should have come
)

func (s seen) withoutConversions() (all []adtally.Alert) {
	for _, c := range s.Campaigns {
		if t, wrong := s.withoutConversion(c); wrong {
			all = append(all, t)
		}
	}
	return all
}

func (s seen) withoutConversion(c Campaign) (t adtally.Alert, wrong bool) {
	last := s.last
	for last > s.last-longestStop && c.conversions(last, last) == nil {
		last--
	}
	first := last - usualDays + 1
	usual := c.conversions(first, last)
	if last == s.last || usual == nil || usual.Cmp(big.NewRat(leastUsual, 1)) < 0 || !s.wasRead(first, s.last) || !c.known(last+1, s.last) {
		return t, false
	}
	cost := new(big.Rat).Quo(c.spend(first, last), usual)
	since := c.spend(last+1, s.last)
	if c.spend(s.last, s.last).Sign() == 0 || since.Cmp(new(big.Rat).Mul(cost, big.NewRat(expectedFirst, 1))) < 0 {
		return t, false
	}
	t = s.alert(adtally.NoConversions, s.subject(c.ID))
	t.Since = (last + 1).Start(s.Zone)
	t.Sentence = fmt.Sprintf("%s has spent %s since its last conversion on %s; one cost about %s before.", s.called(c.ID), s.money(since), last, s.money(cost))
	t.Cure = "Check the pixel, the conversion event and the page that the ads lead to."
	return t, true
}

// known reports whether the conversions of all days with rows are known.
func (c Campaign) known(first, last adtally.Day) bool {
	for day := first; day <= last; day++ {
		if d, ok := c.Days[day]; ok && d.Conversions == nil {
			return false
		}
	}
	return true
}

// conversions adds up the conversions of a range of days; nil if there are none.
func (c Campaign) conversions(first, last adtally.Day) *big.Rat {
	sum := new(big.Rat)
	for day := first; day <= last; day++ {
		if d, ok := c.Days[day]; ok && d.Conversions != nil {
			sum.Add(sum, d.Conversions)
		}
	}
	if sum.Sign() == 0 {
		return nil
	}
	return sum
}
