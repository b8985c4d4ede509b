package facebookads

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"adtally/internal/jsonread"
	"adtally/internal/table"
)

// listTable declares <report>_lists: one row per element of the fields that Meta
// returns as lists like actions (list<AdsActionStats> in Meta's specs). It returns nil
// if the report has no such field.
func (sh shape) listTable() *table.Schema {
	if !slices.ContainsFunc(sh.metrics, func(f field) bool { return isList(f.graph()) }) {
		return nil
	}
	like := sh.actionTable()
	t := &table.Schema{Name: sh.name + "_lists", Mode: table.Replace, Key: append(slices.Clone(like.Key), "field"),
		Description: "Fields that Meta sends as lists, one row per row of " + sh.name + ", field, action type and attribution window."}
	for _, c := range like.Columns {
		switch c.Name {
		case "custom_conversion_id", "action_value":
			continue
		case "action_type":
			t.Columns = append(t.Columns, words("field", "Meta's name of the list, such as video_p25_watched_actions. Filter by one.").column)
			c.Description = "What the element is about; " + noneGiven + " if Meta named nothing. Types overlap: filter by one."
		case "value":
			c.Additivity = table.None
			c.Description = "Meta's figure. A count may be summed over days and objects for one field, type and window; costs (in currency), averages, ratios and unique counts never."
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

func isList(name string) bool { return fieldKinds[name] == "list" }

// listRows turns such lists into rows.
type listRows struct {
	stream  *stream
	rows    *table.Builder
	of      []listItem // of the current row
	windows *actionRows
}

type listItem struct {
	cells [][]byte // field, action type, window, and the values of the action breakdowns
	value []byte
	rest  []byte
}

func newListRows(s *stream) *listRows {
	return &listRows{stream: s, rows: table.NewBuilder(s.lists), windows: &actionRows{windows: map[string]bool{}}}
}

// read decodes a list. An element of another form is skipped and quarantined.
func (l *listRows) read(name string, list jsontext.Value, d *decoder) {
	bad := func(value []byte, err error) { d.addBadValue(l.stream.lists, name, string(value), err) }
	if list.Kind() != '[' {
		bad(list, errors.New("a list was expected"))
		return
	}
	r := jsonread.New(list)
	err := r.Elements(func() error {
		value, err := r.Value()
		if err != nil {
			return err
		}
		if wrong := l.element(name, value); wrong != nil {
			bad(value, wrong)
		}
		return nil
	})
	if err != nil {
		bad(list, err)
	}
}

func (l *listRows) element(name string, value jsontext.Value) error {
	if value.Kind() != '{' {
		return errors.New("an element of the list is not an object")
	}
	parts := len(l.stream.actionBreakdowns)
	about, rest, figures := make([][]byte, 1+parts), []byte(nil), map[string][]byte{}
	r := jsonread.New(value)
	err := members(r, func(member string) error {
		v, err := r.Value()
		at := slices.Index(l.stream.actionBreakdowns, member)
		switch {
		case err != nil || v.Kind() == 'n':
		case member == "action_type":
			about[0], err = valueText(v)
		case at >= 0:
			about[1+at], err = valueText(v)
		case member == "value":
			figures[defaultWindow], err = valueText(v)
		case l.windows.isWindow([]byte(member)):
			figures[member], err = valueText(v)
		default:
			rest, err = appendMember(rest, []byte(member), v)
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range about {
		if len(about[i]) == 0 {
			about[i] = []byte(noneGiven)
		}
	}
	return l.add(name, about, figures, rest)
}

// add stores each figure of an element once.
func (l *listRows) add(name string, about [][]byte, figures map[string][]byte, rest []byte) error {
	if len(rest) > 0 {
		rest = append(rest, '}')
	}
	for window, value := range figures {
		cells := append([][]byte{[]byte(name), about[0], []byte(window)}, about[1:]...)
		i := slices.IndexFunc(l.of, func(o listItem) bool { return slices.EqualFunc(o.cells, cells, bytes.Equal) })
		switch {
		case i < 0:
			l.of = append(l.of, listItem{cells, value, rest})
		case !bytes.Equal(l.of[i].value, value):
			return errors.New("the list has the same element twice with different figures")
		}
	}
	return nil
}

// endRow writes the items of a row and resets the buffers.
func (l *listRows) endRow(d *decoder) {
	t := l.stream.lists
	put := func(column string, text []byte) {
		if err := l.rows.Set(t.Index(column), text); err != nil {
			d.addBadValue(t, column, string(text), err)
		}
	}
	names := append([]string{"field", "action_type", "attribution_window"}, l.stream.actionBreakdowns...)
	for _, e := range l.of {
		for _, s := range l.stream.listShared {
			if text := d.memo[s.memo]; s.part || len(text) > 0 {
				put(t.Columns[s.column].Name, text)
			}
		}
		for i, name := range names {
			put(name, e.cells[i])
		}
		put("value", []byte(strings.TrimSpace(string(e.value))))
		if len(e.rest) > 0 {
			put("raw", e.rest)
		}
		l.rows.EndRow()
	}
	l.of = l.of[:0]
}

// details declares the daily reports of fields that Meta returns as lists besides
// actions: video views, outbound clicks, conversions by name, and their costs. They
// are read only when named.
func details() (list []*stream) {
	for _, l := range levels {
		metrics := figuresOf("impressions", "spend")
		for _, name := range strings.Fields(detailFields) {
			metrics = append(metrics, document(name, "Meta's "+name+", as Meta sends it; its elements are rows of the lists table."))
		}
		list = append(list, shape{
			name: "basic_" + l.name + "_detail", level: l, metrics: metrics, setting: true, limit: insightsPageSize,
			text: "Daily lists of video views, outbound clicks and costs, one row per day and " + l.label() + " with delivery.",
			days: l.days, months: retentionMonths, always: l.graph == "account", optional: true,
		}.stream())
	}
	return list
}

const detailFields = `video_play_actions video_30_sec_watched_actions video_p25_watched_actions video_p50_watched_actions
	video_p75_watched_actions video_p95_watched_actions video_p100_watched_actions video_thruplay_watched_actions
	video_avg_time_watched_actions outbound_clicks unique_outbound_clicks outbound_clicks_ctr conversions conversion_values
	cost_per_action_type cost_per_unique_action_type cost_per_conversion cost_per_outbound_click cost_per_unique_outbound_click
	cost_per_thruplay cost_per_15_sec_video_view purchase_roas website_purchase_roas website_ctr`
