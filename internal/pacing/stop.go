package pacing

import (
	"fmt"
	"math/big"

	"adtally"
)

// Delivery has stopped if there was spend on almost every day of a week, and then a whole
// day without any. Campaigns that run on some weekdays only, and small ones, come and go.
const (
	weekDays    = 7
	steadyDays  = 6  // days with spend that make a week steady
	longestStop = 14 // days after which a stop is no news any more
)

// largePart is the part of the account's spend from which on a campaign counts by itself.
var largePart = big.NewRat(1, 10)

// stopped finds an account that stopped to spend, or else campaigns that did.
func (s seen) stopped() (all []adtally.Alert) {
	whole := Campaign{Days: map[adtally.Day]Delivery{}}
	for day := s.last - weekDays - longestStop; day <= s.last; day++ {
		if spent := s.spend("", day, day); spent.Sign() > 0 {
			whole.Days[day] = Delivery{Spend: spent}
		}
	}
	if t, stopped := s.stop(whole); stopped {
		return []adtally.Alert{t}
	}
	for _, c := range s.Campaigns {
		if t, stopped := s.stop(c); stopped {
			all = append(all, t)
		}
	}
	return all
}

// stop compares the days since a campaign's last spend with the week before it.
func (s seen) stop(c Campaign) (t adtally.Alert, stopped bool) {
	last := s.last
	for last > s.last-longestStop && c.spend(last, last).Sign() == 0 {
		last--
	}
	first := last - weekDays + 1
	if last == s.last || !s.wasRead(first, s.last) || c.steady(first, last) < steadyDays {
		return t, false
	}
	week := c.spend(first, last)
	if c.ID != "" && week.Cmp(new(big.Rat).Mul(s.spend("", first, last), largePart)) < 0 {
		return t, false
	}
	t = s.alert(adtally.DeliveryStopped, s.subject(c.ID))
	t.Severity = adtally.Critical
	t.Since = (last + 1).Start(s.Zone)
	t.Sentence = fmt.Sprintf("%s has spent nothing since %s; in the week before it spent %s.", s.called(c.ID), last+1, s.money(week))
	t.Cure = "Check in Ads Manager whether it was paused, has used up its budget, or a payment failed."
	return t, true
}

// steady counts the days with spend.
func (c Campaign) steady(first, last adtally.Day) (n int) {
	for day := first; day <= last; day++ {
		if c.spend(day, day).Sign() > 0 {
			n++
		}
	}
	return n
}
