package facebookads

import (
	"net/url"
	"slices"

	"adtally/internal/table"
)

// shape describes a report: its level, its breakdowns and its period.
type shape struct {
	name, text  string
	level       level
	parts       []field // the columns of its breakdowns
	breakdowns  []string
	actionParts []field // the columns of its action breakdowns
	windows     []string
	metrics     []field
	period      period
	setting     bool // whether rows have the attribution setting
	actions     bool // whether there is an actions table

	days, limit, months                                int
	always, fleeting, optional, totals, custom, people bool
}

// stream declares the report and its tables.
func (sh shape) stream() *stream {
	fields := sh.fields()
	s := &stream{
		name: sh.name, edge: "insights", level: sh.level.graph, daily: true, days: sh.days, limit: sh.limit,
		always: sh.always, fields: fields, period: sh.period, served: sh.months, settles: lookBack,
		fleeting: sh.fleeting, optional: sh.optional, totals: sh.totals, custom: sh.custom, people: sh.people,
		breakdowns: sh.breakdowns, actionBreakdowns: graphNames(sh.actionParts), windows: sh.windows,
		table: &table.Schema{Name: sh.name, Mode: table.Replace, Key: sh.key(), Columns: columns(fields), Description: sh.text, References: references(columns(fields))},
	}
	if sh.totals || sh.name == totalTable {
		s.table.Restated = totalColumns
	}
	if sh.actions {
		s.actions = sh.actionTable()
	}
	s.lists = sh.listTable()
	if len(s.windows) == 0 {
		s.windows = attributionWindows
	}
	if sh.level.graph != "account" {
		s.filter = sh.level.graph
	}
	return s
}

// owner returns the columns that tell which account and days a row is about.
func (sh shape) owner() []field {
	day, stop := "The day, in the account's time zone.", []field(nil)
	if !sh.period.single() {
		day = "The first day, in the account's time zone."
		stop = []field{stopField}
	}
	fields := []field{
		id(table.AccountColumn, "The ad account."),
		col(table.DayColumn, table.Date, table.Days, table.None, day).as("date_start"),
	}
	return concat(fields, stop, sh.level.ids, sh.parts)
}

func (sh shape) fields() []field {
	fields := sh.owner()
	// At account level, a request with attribution_setting returns a row for every
	// day, with or without delivery.
	if sh.setting && sh.level.graph != "account" {
		fields = append(fields, words("attribution_setting", "The attribution setting of the row's default conversions; \"multiple\" if the objects below it differ."))
	}
	return concat(fields, []field{currencyField}, sh.metrics, []field{rawField})
}

var stopField = col("date_stop", table.Date, table.Days, table.None, "The last day of the period; for the current period, the day on which it was read.").mine()

// key returns the columns that identify a row: the account, the days, the object, and
// the value of every breakdown.
func (sh shape) key() []string {
	key := []string{table.AccountColumn, table.DayColumn}
	if !sh.period.single() {
		key = append(key, stopField.column.Name)
	}
	if n := len(sh.level.ids); n > 0 {
		key = append(key, sh.level.ids[n-2].column.Name)
	}
	for _, f := range sh.parts {
		if f.how != asFilled {
			key = append(key, f.column.Name)
		}
	}
	return key
}

// actionTable declares <report>_actions, which is filled by the same read.
func (sh shape) actionTable() *table.Schema {
	var fields []field
	for _, f := range sh.owner() {
		if f.column.Unit == table.ID || f.column.Unit == table.Days || f.how == asPart {
			fields = append(fields, f)
		}
	}
	if sh.setting && sh.level.graph != "account" {
		fields = append(fields, words("attribution_setting", "The attribution setting of the window \"default\"."))
	}
	fields = concat(fields, []field{words("action_type", "The action. Types overlap (omni_purchase includes purchase): filter by one, never sum over types.")},
		sh.actionParts, actionFields)
	return &table.Schema{
		Name: sh.name + "_actions", Mode: table.Replace, Columns: columns(fields), Key: sh.actionKey(),
		References:  references(columns(actionFields)), // its other references are those of the report
		Description: "Conversions and other actions, one row per row of " + sh.name + ", action type and attribution window.",
	}
}

func (sh shape) actionKey() []string {
	key := append(sh.key(), "action_type", "attribution_window")
	for _, f := range sh.actionParts {
		key = append(key, f.column.Name)
	}
	return key
}

var actionFields = []field{
	words("attribution_window", "\"default\" is the ad set's own setting; others are for example 7d_click. Windows overlap: filter by one, never sum over windows."),
	id("custom_conversion_id", "The custom conversion that was counted; NULL for other actions."),
	col("value", exact, table.Count, table.Sum, "The number of actions. Summable over days and objects for one action type and window; NULL if Meta sent only an amount."),
	col("action_value", exact, table.Money, table.Sum, "The value of the actions. Summable like value; NULL if Meta sent none."),
	currencyField, rawField,
}

func graphNames(fields []field) (names []string) {
	for _, f := range fields {
		names = append(names, f.graph())
	}
	return names
}

// shape adds the parameters that determine the rows of the answer.
func (s *stream) shape(q url.Values) {
	q.Set("level", s.level)
	q.Set("time_increment", s.period.increment())
	if len(s.breakdowns) > 0 {
		q.Set("breakdowns", text(s.breakdowns))
	}
	if s.actions == nil {
		if slices.ContainsFunc(s.breakdowns, isPlainOnly) {
			withoutActions(q)
		}
		return
	}
	q.Set("action_attribution_windows", text(s.windows))
	if len(s.actionBreakdowns) > 0 {
		q.Set("action_breakdowns", text(append([]string{"action_type"}, s.actionBreakdowns...)))
	}
}
