package facebookads

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"adtally/internal/jsonread"
	"adtally/internal/table"
)

// defaultWindow is the attribution window of an action's "value": the one that the ad
// set's own attribution setting uses.
const defaultWindow = "default"

// customPrefix starts the action types of custom conversions; the conversion's ID
// follows (docs/meta-api.md#attribution).
const customPrefix = "offsite_conversion.custom."

// windowName matches the name of an attribution window in an action
// (AdsInsights_action_attribution_windows in Meta's specs).
var windowName = regexp.MustCompile(`^(\d+d_(click|view|ev)(_first_conversion|_all_conversions)?|dda|inline|incrementality|skan_.+)$`)

// actionRows turns the actions of a report row into rows of the actions table, one per
// action type × attribution window. It never sums over action types.
type actionRows struct {
	stream  *stream
	rows    *table.Builder
	columns actionColumns
	windows map[string]bool // window names checked so far

	counts, amounts []entry // of the current row
	duplicate       bool    // the row has two different values for one action
	rest            []byte
	parts           [][]byte // values of the action breakdowns of the current element
	heads           []int    // start of each element in the current list
}

type actionColumns struct {
	kind, window, value, amount, raw, custom int
	parts                                    []int
}

// entry is the value of one action in one window. Its buffers are reused.
type entry struct {
	kind, window, value, rest []byte
	parts                     [][]byte
	used                      bool
}

func newActionRows(s *stream) *actionRows {
	t := s.actions
	a := &actionRows{stream: s, rows: table.NewBuilder(t), windows: map[string]bool{}, parts: make([][]byte, len(s.actionBreakdowns)),
		columns: actionColumns{kind: t.Index("action_type"), window: t.Index("attribution_window"), value: t.Index("value"),
			amount: t.Index("action_value"), raw: t.Index("raw"), custom: t.Index("custom_conversion_id")}}
	for _, name := range s.actionBreakdowns {
		a.columns.parts = append(a.columns.parts, t.Index(name))
	}
	return a
}

func (a *actionRows) reset() { a.counts, a.amounts, a.duplicate = a.counts[:0], a.amounts[:0], false }

// read decodes an actions array; the slot tells whether its values are counts or
// amounts. An element without any value is skipped and quarantined.
func (a *actionRows) read(r *jsonread.Reader, s *slot, d *decoder) error {
	list := &a.counts
	if s.from == "action_values" {
		list = &a.amounts
	}
	a.heads = a.heads[:0]
	return r.Elements(func() error {
		if r.Kind() != '{' {
			value, err := r.Value()
			if err == nil {
				d.addBadValue(a.stream.actions, s.name, string(value), errors.New("an element of the list is not an object"))
			}
			return err
		}
		first := len(*list)
		kind, err := a.element(r, list)
		switch {
		case err == nil && len(kind) == 0:
			d.addBadValue(a.stream.actions, s.name, entriesText((*list)[first:], a.rest), errors.New("an element of the list has no action_type"))
			*list = (*list)[:first]
		case err == nil && first < len(*list):
			a.dedupe(list, first)
		}
		return err
	})
}

// dedupe compares an element with those before it. An exact duplicate is dropped; if
// the values differ, both are kept and the warehouse reports the duplicate key.
func (a *actionRows) dedupe(list *[]entry, first int) {
	for i, head := range a.heads {
		if first == len(*list) {
			return
		}
		if !sameAction(&(*list)[head], &(*list)[first]) {
			continue
		}
		end := first
		if i+1 < len(a.heads) {
			end = a.heads[i+1]
		}
		a.dropRepeated((*list)[head:end], list, first)
	}
	if first < len(*list) {
		a.heads = append(a.heads, first)
	}
}

// dropRepeated removes the entries of an element that an earlier element repeats
// exactly.
func (a *actionRows) dropRepeated(before []entry, list *[]entry, first int) {
	kept := first
	for i := first; i < len(*list); i++ {
		e := &(*list)[i]
		known := slices.IndexFunc(before, func(b entry) bool { return bytes.Equal(b.window, e.window) })
		if known >= 0 && bytes.Equal(before[known].value, e.value) {
			continue
		}
		a.duplicate = a.duplicate || known >= 0
		(*list)[kept], *e = *e, (*list)[kept] // swapped, so that the buffers can be reused
		kept++
	}
	*list = (*list)[:kept]
}

// sameAction reports whether two entries have the same type, window and breakdown
// values.
func sameAction(x, y *entry) bool {
	return bytes.Equal(x.kind, y.kind) && bytes.Equal(x.rest, y.rest) && slices.EqualFunc(x.parts, y.parts, bytes.Equal)
}

// entriesText formats an element for the quarantine table.
func entriesText(list []entry, rest []byte) string {
	var b strings.Builder
	for _, e := range list {
		fmt.Fprintf(&b, "%s: %s, ", e.window, e.value)
	}
	return strings.TrimSuffix(b.String()+string(rest), ", ")
}

// element decodes {"action_type":…,"value":…,"7d_click":…} and returns the action
// type.
func (a *actionRows) element(r *jsonread.Reader, list *[]entry) (kind []byte, err error) {
	first := len(*list)
	a.rest = a.rest[:0]
	clear(a.parts)
	err = r.Members(func(name []byte) error {
		value, err := r.Value()
		switch {
		case err != nil, value.Kind() == 'n':
		case string(name) == "action_type":
			kind, err = valueText(value)
		case string(name) == "value":
			err = add(list, defaultWindow, value)
		case a.isWindow(name):
			err = add(list, string(name), value)
		case a.part(name) >= 0:
			a.parts[a.part(name)], err = valueText(value)
		default:
			a.rest, err = appendMember(a.rest, name, value)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(a.rest) > 0 {
		a.rest = append(a.rest, '}')
	}
	for i := first; i < len(*list); i++ {
		e := &(*list)[i]
		e.kind = append(e.kind[:0], kind...)
		e.rest = append(e.rest[:0], a.rest...)
		e.parts = append(e.parts[:0], a.parts...)
	}
	return kind, nil
}

// part returns the index of an action breakdown, or -1.
func (a *actionRows) part(name []byte) int {
	return slices.IndexFunc(a.stream.actionBreakdowns, func(b string) bool { return b == string(name) })
}

// valueText returns a copy of a value: the contents of a string, anything else as it
// came.
func valueText(value jsontext.Value) ([]byte, error) {
	return appendText([]byte{}, value)
}

func appendText(into []byte, value jsontext.Value) ([]byte, error) {
	if value.Kind() == '"' {
		return jsontext.AppendUnquote(into, value)
	}
	return append(into, value...), nil
}

func (a *actionRows) isWindow(name []byte) bool {
	is, known := a.windows[string(name)]
	if !known {
		is = windowName.Match(name)
		a.windows[string(name)] = is
	}
	return is
}

// add appends an entry and reuses the buffers of a previous one.
func add(list *[]entry, window string, value jsontext.Value) (err error) {
	n := len(*list)
	if n < cap(*list) {
		*list = (*list)[:n+1]
	} else {
		*list = append(*list, entry{})
	}
	e := &(*list)[n]
	e.used = false
	e.window = append(e.window[:0], window...)
	e.value, err = appendText(e.value[:0], value) // a number, with or without quotes
	return err
}

// endRow writes the entries. The count and the amount of one type and window share a
// row.
func (a *actionRows) endRow(d *decoder) {
	for i := range a.counts {
		a.write(d, &a.counts[i], a.amountOf(&a.counts[i]))
	}
	for i := range a.amounts {
		if !a.amounts[i].used {
			a.write(d, a.countOf(&a.amounts[i]), &a.amounts[i])
		}
	}
}

// amountOf returns the amount that belongs to a count. If an action is listed twice,
// both rows get it.
func (a *actionRows) amountOf(c *entry) (found *entry) {
	for i := range a.amounts {
		m := &a.amounts[i]
		switch {
		case m.used && !a.duplicate || !bytes.Equal(m.window, c.window) || !sameAction(m, c):
		case m.used:
			found = m
		default:
			m.used = true
			return m
		}
	}
	return found
}

// countOf returns the last count of an action that has two amounts.
func (a *actionRows) countOf(m *entry) (found *entry) {
	for i := range a.counts {
		if c := &a.counts[i]; a.duplicate && bytes.Equal(m.window, c.window) && sameAction(m, c) {
			found = c
		}
	}
	return found
}

func (a *actionRows) write(d *decoder, count, amount *entry) {
	put := func(column int, text []byte) {
		if err := setTrimmed(a.rows, column, text, 0); err != nil {
			d.addBadValue(a.stream.actions, a.stream.actions.Columns[column].Name, string(text), err)
		}
	}
	set := func(column int, text []byte) {
		if len(text) > 0 {
			put(column, text)
		}
	}
	for _, s := range a.stream.shared {
		if s.part {
			put(s.column, d.memo[s.memo])
		} else {
			set(s.column, d.memo[s.memo])
		}
	}
	named := count
	if named == nil {
		named = amount
	}
	set(a.columns.kind, named.kind)
	set(a.columns.window, named.window)
	set(a.columns.raw, named.rest)
	if custom, ok := bytes.CutPrefix(named.kind, []byte(customPrefix)); ok {
		set(a.columns.custom, custom)
	}
	for i, column := range a.columns.parts {
		if named.parts[i] == nil {
			named.parts[i] = []byte(noneGiven)
		}
		put(column, named.parts[i])
	}
	if count != nil {
		put(a.columns.value, count.value)
	}
	if amount != nil {
		put(a.columns.amount, amount.value)
	}
	a.rows.EndRow()
}
