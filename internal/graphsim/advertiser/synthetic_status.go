package advertiser

import "time"

// fates are what becomes of the objects of a kind. They are dealt in turn, so
// that an account of some size has all of them.
type fates struct {
	statuses []string
	// issuesStop says that WITH_ISSUES ends delivery: an ad's issues do, those
	// of a campaign or ad set only concern some of what is below.
	issuesStop bool
}

func campaignFates() fates {
	return fates{statuses: []string{"", "PAUSED", "", "", "ARCHIVED", "PAUSED", "", "", "WITH_ISSUES", "", "DELETED", "", "PAUSED"}}
}

func adSetFates() fates {
	return fates{statuses: []string{"", "PAUSED", "", "", "WITH_ISSUES", "", "ARCHIVED", "", "PAUSED", "", "", "DELETED", "", "", ""}}
}

func adFates() fates {
	return fates{issuesStop: true, statuses: []string{"", "PAUSED", "", "DISAPPROVED", "", "ARCHIVED", "", "",
		"DELETED", "", "WITH_ISSUES", "", "", "PAUSED", "", "", ""}}
}

// dealt is the fate of the i-th object of an account.
func (f fates) dealt(i int, seed uint64) string {
	return f.statuses[(uint64(i)+seed%64)%uint64(len(f.statuses))]
}

func (f fates) stops(fate string) bool {
	return fate != "" && (fate != "WITH_ISSUES" || f.issuesStop)
}

// state is the object's own status at now, whatever its parents are.
func (s *synthetic) state(n *node, now time.Time) string {
	return s.stateOn(n, s.changeDay(n, now))
}

// stateOn is the status after a day's change.
func (s *synthetic) stateOn(n *node, day Date) string {
	switch {
	case n.fate != "" && day >= n.end:
		return n.fate
	case n.rests(day):
		return "PAUSED"
	}
	return "ACTIVE"
}

// changeDay is the last day whose change the object has seen.
func (s *synthetic) changeDay(n *node, now time.Time) Date {
	day := civilDay(now, s.zone)
	if now.Sub(firstMoment(day, s.zone)) < n.after {
		day--
	}
	return day
}

// status is the pair that Meta shows: what was set, and what follows from it.
type status struct{ configured, effective string }

func (s *synthetic) campaignStatus(i int, now time.Time) status {
	own := s.state(&s.campaigns[i].node, now)
	return status{configured(own), own}
}

func (s *synthetic) adSetStatus(i int, now time.Time) status {
	set := &s.sets[i]
	parent := s.campaignStatus(set.campaign, now)
	return under(s.state(&set.node, now), parent, "CAMPAIGN_PAUSED")
}

func (s *synthetic) adStatus(i int, now time.Time) status {
	a := &s.ads[i]
	return under(s.state(&a.node, now), s.adSetStatus(a.adSet, now), "ADSET_PAUSED")
}

// under is the status of a child. Archiving and deleting a parent do the same
// to its children; pausing one only shows in their effective_status.
func under(own string, parent status, paused string) status {
	switch {
	case own == "DELETED":
		return status{own, own}
	case parent.effective == "ARCHIVED" || parent.effective == "DELETED":
		return parent
	case own != "ACTIVE":
		return status{configured(own), own}
	case parent.effective == "PAUSED":
		return status{own, paused}
	case parent.effective == "CAMPAIGN_PAUSED":
		return status{own, parent.effective}
	}
	return status{own, own}
}

// configured is what a user set: a review result is not set by anyone.
func configured(own string) string {
	if own == "WITH_ISSUES" || own == "DISAPPROVED" {
		return "ACTIVE"
	}
	return own
}

// updated is when the object last changed; a parent's change does not count.
func (s *synthetic) updated(n *node, now time.Time) time.Time {
	at := n.edited(now)
	if edit := n.touchedUp(); !edit.After(now) {
		at = later(at, edit)
	}
	day := s.changeDay(n, now)
	if n.fate != "" && day >= n.end {
		return later(at, s.changeAt(n, n.end))
	}
	if n.period > 0 && day > n.start {
		into := (day - n.start) % n.period
		toggled := day - into
		if into >= n.on {
			toggled += n.on
		}
		if toggled > n.start {
			at = later(at, s.changeAt(n, toggled))
		}
	}
	return at
}

// touchedUp is when the object was last edited by its owner.
func (n *node) touchedUp() time.Time { return n.created.Add(seconds(n.seed>>9, 3*24*3600)) }

func (s *synthetic) changeAt(n *node, day Date) time.Time {
	return firstMoment(day, s.zone).Add(n.after)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
