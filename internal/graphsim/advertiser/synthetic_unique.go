package advertiser

import "strconv"

// people converts a list of actions into the number of people who did them.
func (l *actionList) people(build func()) []Action {
	keptActions, keptMoney, keptWindows := l.actions, l.money, l.windows
	defer func() { l.actions, l.money, l.windows = keptActions, keptMoney, keptWindows }()
	l.actions, l.money, l.windows = nil, nil, nil
	build()
	list := make([]Action, len(l.actions))
	for i, a := range l.actions {
		list[i] = Action{Type: a.Type, Value: l.persons(a.Value), Keys: a.Keys}
		for _, w := range a.Windows {
			list[i].Windows = append(list[i].Windows, WindowValue{w.Window, l.persons(w.Value)})
		}
	}
	return list
}

// persons converts a number of actions into a number of people, which is smaller because some
// people act twice.
func (l *actionList) persons(text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text // not a whole number, so not a count
	}
	return l.numeral(part(n, 62000, 65535))
}
