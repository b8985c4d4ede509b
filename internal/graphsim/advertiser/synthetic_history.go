package advertiser

import "time"

// An account's history has moments that a test can wait for, counted from the
// day of the start clock, in the account's zone. The objects of a kind are
// counted from 0 in the order of their ids; one that has ended by then is left
// alone.
//
//	-4 days 15:00  every fourth, from 2: the daily budget is doubled
//	-3 days 12:00  every fourth, from 2: renamed, the first name was a draft's
//	+2 days 12:00  every fourth, from 0: renamed
//	+3 days 15:00  every fourth, from 0: the daily budget is raised by half
//	+9 days 12:00  every eighth, from 0: renamed again
//	+10 days 15:00 every eighth, from 0: the daily budget is as it was
const (
	renamedAt  = 12 * time.Hour
	budgetedAt = 15 * time.Hour
)

// epoch is a name, or a budget in percent of the usual one, from a moment on.
// The first epoch of an object begins with it.
type epoch struct {
	from    time.Time
	name    string
	percent int64
}

// keepHistory lays down what becomes of the i-th object's name and budget.
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

// editAt is a moment of the account's history, if the object lives then.
func (s *synthetic) editAt(n *node, in Date, clock time.Duration) (time.Time, bool) {
	day := s.today + in
	y, m, d := time.Unix(int64(day)*86400, 0).UTC().Date()
	at := time.Date(y, m, d, int(clock.Hours()), 0, 0, 0, s.zone)
	return at, at.After(n.created) && day < n.stop
}

// nameLimit is Meta's: 400 characters.
const nameLimit = 400

func suffixed(name, suffix string) string {
	letters := []rune(name)
	return string(letters[:min(len(letters), nameLimit-len(suffix))]) + suffix
}

// at is the epoch that a moment falls into.
func at(epochs []epoch, now time.Time) epoch {
	current := epochs[0]
	for _, e := range epochs[1:] {
		if !e.from.After(now) {
			current = e
		}
	}
	return current
}

// nameAt is what the object is called at now.
func (n *node) nameAt(now time.Time) string {
	if n.names == nil {
		return n.name
	}
	return at(n.names, now).name
}

// budgetAt is the daily budget in percent of the usual one.
func (n *node) budgetAt(now time.Time) int64 {
	if n.budgets == nil {
		return 100
	}
	return at(n.budgets, now).percent
}

// edited is when a person last changed the name or the budget.
func (n *node) edited(now time.Time) time.Time {
	last := n.created
	for _, epochs := range [][]epoch{n.names, n.budgets} {
		if epochs != nil {
			last = later(last, at(epochs, now).from)
		}
	}
	return last
}
