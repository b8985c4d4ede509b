package advertiser

import "time"

// logged appends the entries of one object to all, in no order. Some entries may lie after
// now; activities removes them.
func (s *synthetic) logged(all []activity, kind Kind, n *node, perDay int64, now time.Time) []activity {
	if n.created.After(now) {
		return all
	}
	words := changeLogs()[kind]
	add := func(at time.Time, event string, extra map[string]any) {
		all = append(all, activity{at: at, event: event, object: words.object, id: n.id, name: n.nameAt(at), extra: extra})
	}
	add(n.created, words.create, nil)
	add(n.touchedUp(), words.touchUp, nil)
	for i := 1; i < len(n.names); i++ {
		add(n.names[i].from, words.rename, changed(n.names[i-1].name, n.names[i].name))
	}
	for i := 1; i < len(n.budgets); i++ {
		add(n.budgets[i].from, words.budget, s.rebudgeted(perDay, n.budgets[i-1].percent, n.budgets[i].percent))
	}
	s.switches(n, now, func(at time.Time, from, to string) { add(at, words.run, changed(runStatus(from), runStatus(to))) })
	if n.fate == "DISAPPROVED" {
		add(s.changeAt(n, n.end), "ad_review_declined", nil)
		all[len(all)-1].byMeta = true
	}
	if kind == Ad && n.start < n.stop {
		add(s.changeAt(n, n.start), "first_delivery_event", nil)
		all[len(all)-1].byMeta = true
	}
	return all
}

// switches calls tell for each change of the object's configured status up to now.
func (s *synthetic) switches(n *node, now time.Time, tell func(at time.Time, from, to string)) {
	was, last := "ACTIVE", s.changeDay(n, now)
	for day := n.start; day <= last; day++ {
		is := configured(s.stateOn(n, day))
		if is != was {
			tell(s.changeAt(n, day), was, is)
			was = is
		}
		if n.period == 0 && day < n.end { // the status does not change before n.end
			day = min(last, n.end-1)
		}
		if day >= n.end {
			return
		}
	}
}

func changed(from, to string) map[string]any {
	return map[string]any{"old_value": from, "new_value": to}
}

// rebudgeted returns the extra data of a budget change, with amounts in minor units.
func (s *synthetic) rebudgeted(perDay, from, to int64) map[string]any {
	amount := func(key string, percent int64) map[string]any {
		return map[string]any{"type": "payment_amount", "currency": s.profile.currency, key: s.daily(perDay, percent), "additional_value": "Daily budget"}
	}
	return map[string]any{"type": "composite_data", "old_value": amount("old_value", from), "new_value": amount("new_value", to)}
}

// runStatus returns the log's word for a status.
func runStatus(status string) string {
	switch status {
	case "ACTIVE":
		return "Active"
	case "PAUSED":
		return "Inactive"
	case "ARCHIVED":
		return "Archived"
	}
	return "Deleted"
}
