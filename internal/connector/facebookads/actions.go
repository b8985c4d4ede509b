package facebookads

import (
	"bytes"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"

	"adtally/internal/table"
)

// defaultWindow names the "value" of an action: what the ad set's own
// attribution setting counted.
const defaultWindow = "default"

// windowName is what an attribution window is called in an action
// (AdsInsights_action_attribution_windows in Meta's specs).
var windowName = regexp.MustCompile(`^(\d+d_(click|view|ev)(_first_conversion|_all_conversions)?|dda|inline|incrementality|skan_.+)$`)

// actionRows collects the actions of a row and makes rows of their own of them:
// one per action type × attribution window. Nothing is summed over types.
type actionRows struct {
	stream  *stream
	rows    *table.Builder
	columns actionColumns
	windows map[string]bool // names already looked at

	counts, amounts []entry // of the row under way
	name, rest      []byte
}

type actionColumns struct{ kind, window, value, amount, raw int }

// entry is one window of one action. Its buffers are used again.
type entry struct {
	kind, window, value, rest []byte
	used                      bool
}

func newActionRows(s *stream) *actionRows {
	t := s.actions
	return &actionRows{stream: s, rows: table.NewBuilder(t), windows: map[string]bool{},
		columns: actionColumns{t.Index("action_type"), t.Index("attribution_window"), t.Index("value"), t.Index("action_value"), t.Index("raw")}}
}

func (a *actionRows) reset() { a.counts, a.amounts = a.counts[:0], a.amounts[:0] }

// read reads an actions array; the slot tells whether it counts or is money.
func (a *actionRows) read(dec *jsontext.Decoder, s *slot) error {
	list := &a.counts
	if s.from == "action_values" {
		list = &a.amounts
	}
	return elements(dec, func(dec *jsontext.Decoder) error { return a.element(dec, list) })
}

// element reads {"action_type":…,"value":…,"7d_click":…}.
func (a *actionRows) element(dec *jsontext.Decoder, list *[]entry) error {
	first := len(*list)
	var kind []byte
	a.rest = a.rest[:0]
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		var err error
		if a.name, err = readText(dec, a.name); err != nil {
			return err
		}
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		switch {
		case value.Kind() == 'n':
		case string(a.name) == "action_type":
			kind, err = jsontext.AppendUnquote(kind, value)
		case string(a.name) == "value":
			add(list, defaultWindow, value)
		case a.isWindow(a.name):
			add(list, string(a.name), value)
		default:
			a.rest, err = appendMember(a.rest, a.name, value)
		}
		if err != nil {
			return err
		}
	}
	if len(a.rest) > 0 {
		a.rest = append(a.rest, '}')
	}
	for i := first; i < len(*list); i++ {
		e := &(*list)[i]
		e.kind = append(e.kind[:0], kind...)
		e.rest = append(e.rest[:0], a.rest...)
	}
	_, err := dec.ReadToken()
	return err
}

func (a *actionRows) isWindow(name []byte) bool {
	is, known := a.windows[string(name)]
	if !known {
		is = windowName.Match(name)
		a.windows[string(name)] = is
	}
	return is
}

// add appends an entry and uses the buffers again that the slot had before.
func add(list *[]entry, window string, value jsontext.Value) {
	n := len(*list)
	if n < cap(*list) {
		*list = (*list)[:n+1]
	} else {
		*list = append(*list, entry{})
	}
	e := &(*list)[n]
	e.used = false
	e.window = append(e.window[:0], window...)
	e.value = append(e.value[:0], bytes.Trim(value, `"`)...) // a number in quotes
}

// endRow writes the entries, counts and money of the same type and window in
// one row.
func (a *actionRows) endRow(d *decoder) {
	for i := range a.counts {
		a.write(d, &a.counts[i], a.amountOf(&a.counts[i]))
	}
	for i := range a.amounts {
		if !a.amounts[i].used {
			a.write(d, nil, &a.amounts[i])
		}
	}
}

func (a *actionRows) amountOf(c *entry) *entry {
	for i := range a.amounts {
		m := &a.amounts[i]
		if !m.used && bytes.Equal(m.kind, c.kind) && bytes.Equal(m.window, c.window) && bytes.Equal(m.rest, c.rest) {
			m.used = true
			return m
		}
	}
	return nil
}

func (a *actionRows) write(d *decoder, count, amount *entry) {
	set := func(column int, text []byte) {
		if len(text) == 0 {
			return
		}
		if err := a.rows.Set(column, text); err != nil {
			d.misfit(a.stream.actions, a.stream.actions.Columns[column].Name, string(text), err)
		}
	}
	for _, s := range a.stream.shared {
		set(s.column, d.memo[s.memo])
	}
	named := count
	if named == nil {
		named = amount
	}
	set(a.columns.kind, named.kind)
	set(a.columns.window, named.window)
	set(a.columns.raw, named.rest)
	if count != nil {
		set(a.columns.value, count.value)
	}
	if amount != nil {
		set(a.columns.amount, amount.value)
	}
	a.rows.EndRow()
}
