package advertiser

import "time"

// Objects are renamed and their budgets change at fixed times, so that a test can wait for
// a change. The days below are relative to the day on which the simulator starts, in the
// account's zone. The objects of a kind are numbered from 0 in the order of their IDs. An object that
// has already ended does not change.
//
//	-4 days 15:00  every fourth object, from 2: the daily budget is doubled
//	-3 days 12:00  every fourth object, from 2: renamed; the old name ends in (draft)
//	+2 days 12:00  every fourth object, from 0: renamed
//	+3 days 15:00  every fourth object, from 0: the daily budget is raised by half
//	+9 days 12:00  every eighth object, from 0: renamed again
//	+10 days 15:00 every eighth object, from 0: the daily budget is back at its first amount
const (
	renamedAt  = 12 * time.Hour
	budgetedAt = 15 * time.Hour
)

// epoch is the name, or the budget in percent of the usual one, that an object has from a
// time on. The first epoch begins when the object is created.
type epoch struct {
	from    time.Time
	name    string
	percent int64
}

// keepHistory sets the name and budget changes of the i-th object. Only daily budgets change.
func (s *synthetic) keepHistory(n *node, i int, daily bool) {
	switch i % 8 {
	case 0, 4:
		s.rename(n, 2, n.name, suffixed(n.name, " (renamed)"))
		s.rebudget(n, daily, 3, 100, 150)
	case 2, 6:
		s.rename(n, -3, suffixed(n.name, " (draft)"), n.name)
		s.rebudget(n, daily, -4, 50, 100)
	}
	if i%8 == 0 {
		s.rename(n, 9, n.name, suffixed(n.name, " (renamed twice)"))
		s.rebudget(n, daily, 10, 100, 100)
	}
}

func (s *synthetic) rename(n *node, in Date, from, to string) {
	at, isThere := s.editAt(n, in, renamedAt)
	if !isThere {
		return
	}
	if n.names == nil {
		n.names = []epoch{{from: n.created, name: from}}
	}
	n.names = append(n.names, epoch{from: at, name: to})
}

func (s *synthetic) rebudget(n *node, daily bool, in Date, from, to int64) {
	at, isThere := s.editAt(n, in, budgetedAt)
	if !isThere || !daily {
		return
	}
	if n.budgets == nil {
		n.budgets = []epoch{{from: n.created, percent: from}}
	}
	n.budgets = append(n.budgets, epoch{from: at, percent: to})
}

// editAt returns the time of a change: clock hours into the day in, relative to today. It
// returns false if the object does not exist yet or has ended by then.
func (s *synthetic) editAt(n *node, in Date, clock time.Duration) (time.Time, bool) {
	day := s.today + in
	y, m, d := time.Unix(int64(day)*86400, 0).UTC().Date()
	at := time.Date(y, m, d, int(clock.Hours()), 0, 0, 0, s.zone)
	return at, at.After(n.created) && day < n.stop
}

// nameLimit is Meta's limit for a name, in characters.
const nameLimit = 400

func suffixed(name, suffix string) string {
	letters := []rune(name)
	return string(letters[:min(len(letters), nameLimit-len(suffix))]) + suffix
}

// at returns the epoch that is current at now.
func at(epochs []epoch, now time.Time) epoch {
	current := epochs[0]
	for _, e := range epochs[1:] {
		if !e.from.After(now) {
			current = e
		}
	}
	return current
}

// nameAt returns the object's name at now.
func (n *node) nameAt(now time.Time) string {
	if n.names == nil {
		return n.name
	}
	return at(n.names, now).name
}

// budgetAt returns the daily budget at now, in percent of the usual one.
func (n *node) budgetAt(now time.Time) int64 {
	if n.budgets == nil {
		return 100
	}
	return at(n.budgets, now).percent
}

// edited returns the time at which the name or the budget last changed.
func (n *node) edited(now time.Time) time.Time {
	last := n.created
	for _, epochs := range [][]epoch{n.names, n.budgets} {
		if epochs != nil {
			last = later(last, at(epochs, now).from)
		}
	}
	return last
}
