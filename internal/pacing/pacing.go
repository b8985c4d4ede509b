package pacing

import (
	"math/big"
	"slices"
	"time"

	"adtally"
)

// lateDays is how many whole days of an account may be missing. One day is missing every
// night until the first sync after midnight.
const lateDays = 1

// History is how many days before today the rules look at: a month so far, or the days from
// which the usual cost of a conversion is computed.
const History = usualDays + longestStop

// Alerts returns what is wrong with an account. It is not sure if the account's data is late:
// then it returns nothing, and what was wrong before may still be.
func Alerts(a Account, now time.Time) (all []adtally.Alert, sure bool) {
	yesterday := adtally.DayOf(now, a.Zone) - 1
	last, read := a.lastRead(yesterday)
	if !read || yesterday-last > lateDays {
		return nil, false
	}
	s := seen{Account: a, last: last}
	all = append(s.budgets(), s.stopped()...)
	return append(all, s.withoutConversions()...), true
}

// lastRead returns the last day up to a limit that was read.
func (a Account) lastRead(limit adtally.Day) (last adtally.Day, read bool) {
	for _, w := range a.Read {
		if day := min(w.Last(), limit); day >= w.From && (!read || day > last) {
			last, read = day, true
		}
	}
	return last, read
}

// wasRead reports whether all days of a range were read.
func (a Account) wasRead(from, last adtally.Day) bool {
	return slices.ContainsFunc(a.Read, func(w adtally.Window) bool { return w.From <= from && last <= w.Last() })
}

// seen is an account as of its last whole day that was read.
type seen struct {
	Account
	last adtally.Day
}

// spend adds up what was spent in a range of days by one campaign, or by all if id is empty.
func (s seen) spend(id string, from, last adtally.Day) *big.Rat {
	sum := new(big.Rat)
	for _, c := range s.Campaigns {
		if id == "" || c.ID == id {
			sum.Add(sum, c.spend(from, last))
		}
	}
	return sum
}

func (c Campaign) spend(from, last adtally.Day) *big.Rat {
	sum := new(big.Rat)
	for day := from; day <= last; day++ {
		if d, ok := c.Days[day]; ok && d.Spend != nil {
			sum.Add(sum, d.Spend)
		}
	}
	return sum
}

func (s seen) alert(kind adtally.AlertKind, subject string) adtally.Alert {
	name := s.Name
	if name == "" {
		name = s.ID
	}
	return adtally.Alert{Kind: kind, Source: s.Source, Name: name, Subject: subject, Severity: adtally.Warning}
}

// subject names a campaign of the account, or the account itself.
func (s seen) subject(campaign string) string {
	if campaign == "" {
		return s.ID
	}
	return s.ID + "/" + campaign
}

func (s seen) called(campaign string) string {
	if campaign == "" {
		return "The ad account " + s.alert("", "").Name
	}
	name := campaign
	for _, c := range s.Campaigns {
		if c.ID == campaign && c.Name != "" {
			name = c.Name
		}
	}
	return "The campaign " + name + " of " + s.alert("", "").Name
}
