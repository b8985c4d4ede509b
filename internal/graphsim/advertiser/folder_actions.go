package advertiser

// readActions adds the actions to the rows of ads. If an ad has actions but no row on a
// day, readActions adds a row that holds only the actions.
//
// The export keeps only the part of a type after its last dot, so two types may have the
// same name (post_reaction in May 2026). Graph never lists a type twice, so their values
// are summed.
func (f *folder) readActions(ads *grain) error {
	t := f.files[actionsFile]
	if err := t.needs("date_start", "ad_id", "action_type", "value"); err != nil {
		return err
	}
	at := make(map[adDay]int, len(ads.rows))
	for i := range ads.rows {
		at[adDay{ads.rows[i].AdID, ads.rows[i].Day}] = i
	}
	return t.each(func(l line) error {
		action, key, err := f.action(l)
		if err != nil {
			return err
		}
		i, stands := at[key]
		if !stands {
			row, err := f.actionsOnly(l, key)
			if err != nil {
				return err
			}
			i = len(ads.rows)
			at[key] = i
			ads.rows = append(ads.rows, row)
		}
		ads.rows[i].count(action)
		return nil
	})
}

func (f *folder) action(l line) (Action, adDay, error) {
	a := Action{Type: l.text("action_type"), Value: l.text("value")}
	day, err := l.day("date_start")
	if err != nil {
		return a, adDay{}, err
	}
	ad, err := l.id("ad_id")
	if err != nil {
		return a, adDay{}, err
	}
	if a.Type == "" {
		return a, adDay{}, l.wrong("action_type", "a type such as link_click")
	}
	if _, ok := decimal(a.Value); !ok {
		return a, adDay{}, l.wrong("value", "a number")
	}
	return a, adDay{ad, day}, f.ours(l)
}

func (f *folder) actionsOnly(l line, key adDay) (loaded, error) {
	r := loaded{Row: Row{Day: key.day, AdID: key.ad, Verbatim: true, Attribution: f.settingOf(key.ad, key.day)}}
	err := f.above(&r.Row, l)
	f.name(&r.Row, l)
	return r, err
}

func (r *loaded) count(a Action) {
	for i := range r.Actions {
		if known := &r.Actions[i]; known.Type == a.Type {
			var both total
			both.add(known.Value)
			both.add(a.Value)
			known.Value = both.String()
			return
		}
	}
	r.Actions = append(r.Actions, a)
}

// tally sums actions by type and keeps the order in which the types first appear.
type tally struct {
	at     map[string]int
	types  []string
	totals []total
}

func (t *tally) add(actions []Action) {
	for _, a := range actions {
		i, known := t.at[a.Type]
		if !known {
			if t.at == nil {
				t.at = map[string]int{}
			}
			i = len(t.types)
			t.at[a.Type] = i
			t.types, t.totals = append(t.types, a.Type), append(t.totals, total{})
		}
		t.totals[i].add(a.Value)
	}
}

func (t *tally) actions() []Action {
	var actions []Action
	for i, kind := range t.types {
		actions = append(actions, Action{Type: kind, Value: t.totals[i].String()})
	}
	return actions
}
