package advertiser

import "time"

// fates holds the final statuses of one kind of object; "" means that the object stays
// active. They are assigned in turn, so that an account with enough objects has all of them.
type fates struct {
	statuses []string
	// issuesStop means that WITH_ISSUES ends delivery. An ad's issues do. Issues of a campaign
	// or ad set concern only some of its ads, so delivery goes on.
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

// dealt returns the fate of the i-th object of an account.
func (f fates) dealt(i int, seed uint64) string {
	return f.statuses[(uint64(i)+seed%64)%uint64(len(f.statuses))]
}

func (f fates) stops(fate string) bool {
	return fate != "" && (fate != "WITH_ISSUES" || f.issuesStop)
}

// state returns the object's own status at now, without regard to its parents.
func (s *synthetic) state(n *node, now time.Time) string {
	return s.stateOn(n, s.changeDay(n, now))
}

// stateOn returns the object's own status after the day's change, if there is one.
func (s *synthetic) stateOn(n *node, day Date) string {
	switch {
	case n.fate != "" && day >= n.end:
		return n.fate
	case n.rests(day):
		return "PAUSED"
	}
	return "ACTIVE"
}

// changeDay returns the last day whose change has happened by now.
func (s *synthetic) changeDay(n *node, now time.Time) Date {
	day := civilDay(now, s.zone)
	if now.Sub(firstMoment(day, s.zone)) < n.after {
		day--
	}
	return day
}

// status holds configured_status, which a person set, and effective_status, which also
// depends on reviews and on the parents.
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

// under returns the status of a child with the given own status. If the parent is archived
// or deleted, so is the child. If the parent is paused, only the child's effective_status
// shows it, as paused.
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

// configured returns the configured_status for an own status. A review changes only the
// effective_status, so the configured_status stays ACTIVE.
func configured(own string) string {
	if own == "WITH_ISSUES" || own == "DISAPPROVED" {
		return "ACTIVE"
	}
	return own
}

// updated returns the time at which the object last changed. A parent's change does not count.
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

// touchedUp returns the time of a small edit, up to three days after the object's creation.
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
