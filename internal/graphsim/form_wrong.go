package graphsim

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"adtally/internal/graphsim/advertiser"
)

// wrongs are errors in a report that Meta does not announce.
type wrongs struct {
	lost       map[advertiser.Level][]string // objects without rows
	hidden     []string                      // statuses that no list shows
	shown      []string                      // statuses that every list shows
	actions    []string                      // kinds of action that are left out
	again      []repeated                    // kinds of action that are listed twice
	worth      map[string]string             // kind of action → another value
	fields     []string                      // fields that are left out
	closed     bool                          // the breakdown needs an opt-in that is missing
	forbidden  []string                      // breakdowns that are rejected
	actionless []string                      // breakdowns that are rejected with an action breakdown
	values     map[string]string             // field → another value
}

var wrongForms = []pattern{
	{words: "drop KIND ID from insights", takes: stated, make: func(f *Fault, v []any) error {
		level := advertiser.Level(v[0].(string))
		f.distort = func(r *report) {
			if r.wrong.lost == nil {
				r.wrong.lost = map[advertiser.Level][]string{}
			}
			r.wrong.lost[level] = append(r.wrong.lost[level], v[1].(string))
		}
		return nil
	}},
	{words: "drop KIND ID from lists", takes: stated, make: func(f *Fault, v []any) error {
		f.hides = func(k kind, id string) bool { return k.word == v[0] && id == v[1] }
		return nil
	}},
	{words: "actions NAME missing at LEVEL level", takes: stated, make: func(f *Fault, v []any) error {
		return atLevel(f, v[1], func(w *wrongs) { w.actions = append(w.actions, v[0].(string)) })
	}},
	{words: "actions NAME stand twice", takes: stated, make: func(f *Fault, v []any) error {
		f.distort = func(r *report) { r.wrong.again = append(r.wrong.again, repeated{v[0].(string), ""}) }
		return nil
	}},
	{words: "actions NAME stand twice with TEXT", takes: stated, make: func(f *Fault, v []any) error {
		f.distort = func(r *report) { r.wrong.again = append(r.wrong.again, repeated{v[0].(string), v[1].(string)}) }
		return nil
	}},
	{words: "actions NAME are worth TEXT", takes: stated, make: func(f *Fault, v []any) error {
		f.distort = func(r *report) {
			if r.wrong.worth == nil {
				r.wrong.worth = map[string]string{}
			}
			r.wrong.worth[v[0].(string)] = v[1].(string)
		}
		return nil
	}},
	{words: "field NAME missing at LEVEL level", takes: stated, make: func(f *Fault, v []any) error {
		return atLevel(f, v[1], func(w *wrongs) { w.fields = append(w.fields, v[0].(string)) })
	}},
	{words: "field NAME says TEXT", takes: stated, make: func(f *Fault, v []any) error {
		f.distort = func(r *report) {
			if r.wrong.values == nil {
				r.wrong.values = map[string]string{}
			}
			r.wrong.values[v[0].(string)] = v[1].(string)
		}
		return nil
	}},
	{words: "STATUS hidden in lists", takes: stated, make: func(f *Fault, v []any) error {
		f.distort = func(r *report) { r.wrong.hidden = append(r.wrong.hidden, strings.ToUpper(v[0].(string))) }
		return nil
	}},
	{words: "STATUS shown in lists", takes: stated, make: func(f *Fault, v []any) error {
		f.distort = func(r *report) { r.wrong.shown = append(r.wrong.shown, strings.ToUpper(v[0].(string))) }
		return nil
	}},
	{words: "breakdown NAME needs opt-in", takes: stated, make: func(f *Fault, v []any) error { return needsOptIn(f, v[0].(string), false) }},
	{words: "breakdown NAME needs opt-in when read at once", takes: stated, make: func(f *Fault, v []any) error { return needsOptIn(f, v[0].(string), true) }},
}

func atLevel(f *Fault, level any, wrong func(*wrongs)) error {
	f.distort = func(r *report) {
		if string(r.level) == level {
			wrong(&r.wrong)
		}
	}
	return nil
}

// needsOptIn empties reports with a breakdown. Sources disagree on whether report jobs are
// affected too (docs/meta-api.md#insights).
func needsOptIn(f *Fault, name string, onlyAtOnce bool) error {
	f.distort = func(r *report) {
		if slices.Contains(r.breakdowns, name) && (!onlyAtOnce || !r.inJob) {
			r.wrong.closed = true
		}
	}
	return isBreakdown(name)
}

// repeated is a kind of action that is listed twice; value, if set, is the second one's.
type repeated struct{ name, value string }

// tell returns a column with false actions.
func (w *wrongs) tell(put func([]byte, line) ([]byte, bool)) func([]byte, line) ([]byte, bool) {
	if len(w.actions)+len(w.again)+len(w.worth) == 0 {
		return put
	}
	return func(b []byte, l line) ([]byte, bool) {
		row := *l.Row
		row.Actions = w.told(row.Actions)
		row.ActionValues = w.valued(w.told(row.ActionValues))
		row.Lists = maps.Clone(row.Lists)
		for field, list := range row.Lists {
			row.Lists[field] = w.told(list)
		}
		l.Row = &row
		return put(b, l)
	}
}

// told returns the list without the kinds that are left out, and with repeated ones twice.
func (w *wrongs) told(list []advertiser.Action) (told []advertiser.Action) {
	for _, a := range list {
		if slices.ContainsFunc(w.actions, func(name string) bool { return strings.Contains(a.Type, name) }) {
			continue
		}
		told = append(told, a)
		for _, again := range w.again {
			if strings.Contains(a.Type, again.name) {
				twin := a
				twin.Value = cmp.Or(again.value, a.Value)
				told = append(told, twin)
			}
		}
	}
	return told
}

// valued returns the list of money with other values.
func (w *wrongs) valued(list []advertiser.Action) []advertiser.Action {
	for i, a := range list {
		for name, value := range w.worth {
			if strings.Contains(a.Type, name) {
				list[i].Value = value
			}
		}
	}
	return list
}

// refuse rejects a breakdown although Meta's table allows it.
func (w *wrongs) refuse(breakdowns, byAction []string, none bool) *refusal {
	if len(byAction) == 0 && !none {
		byAction = []string{"action_type"}
	}
	for _, name := range breakdowns {
		if slices.Contains(w.forbidden, name) || len(byAction) > 0 && slices.Contains(w.actionless, name) {
			return badCombination(slices.Concat(breakdowns, byAction))
		}
	}
	return nil
}

// loses reports whether a row belongs to an object without rows. Totals still include it.
func (r *report) loses(row *advertiser.Row) bool {
	for level, ids := range r.wrong.lost {
		if depth(level) <= depth(r.level) && slices.Contains(ids, idAt(row, level)) {
			return true
		}
	}
	return false
}
