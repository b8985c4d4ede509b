package advertiser

import "time"

// logged adds what happened to one object, in any order, and perhaps more than
// has happened by now.
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

// switches tells of every change of the status that a person set.
func (s *synthetic) switches(n *node, now time.Time, tell func(at time.Time, from, to string)) {
	was, last := "ACTIVE", s.changeDay(n, now)
	for day := n.start; day <= last; day++ {
		is := configured(s.stateOn(n, day))
		if is != was {
			tell(s.changeAt(n, day), was, is)
			was = is
		}
		if n.period == 0 && day < n.end { // nothing else can happen until then
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

// rebudgeted states amounts as minor units.
func (s *synthetic) rebudgeted(perDay, from, to int64) map[string]any {
	amount := func(key string, percent int64) map[string]any {
		return map[string]any{"type": "payment_amount", "currency": s.profile.currency, key: s.daily(perDay, percent), "additional_value": "Daily budget"}
	}
	return map[string]any{"type": "composite_data", "old_value": amount("old_value", from), "new_value": amount("new_value", to)}
}

// runStatus is a status in the log's words.
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
