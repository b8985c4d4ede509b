package facebookads

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"adtally"
	"adtally/internal/connector"
)

var _ connector.ReportBuilder = (*Connector)(nil)

// ReportOptions lists the parts from which a report can be built, and which of them Meta
// serves together with what is picked. It makes no calls.
func (c *Connector) ReportOptions(draft adtally.Report) adtally.ReportOptions {
	d := newReportDraft(draft)
	return adtally.ReportOptions{
		Levels: d.levels(), Breakdowns: d.rowBreakdowns(), ActionBreakdowns: d.splitActions(),
		Fields: d.fields(), Windows: d.windows(), Increments: d.increments(), Problems: d.problems(),
	}
}

// reportDraft is a report that may be incomplete.
type reportDraft struct {
	adtally.Report
	level level
	known bool // the level is picked and exists
}

func newReportDraft(r adtally.Report) reportDraft {
	r.Breakdowns, r.ActionBreakdowns = ordered(r.Breakdowns), ordered(r.ActionBreakdowns)
	r.ActionBreakdowns = slices.DeleteFunc(r.ActionBreakdowns, func(b string) bool { return b == alwaysSplit })
	l, err := levelOf(r.Level)
	return reportDraft{r, l, err == nil}
}

// alwaysSplit is the breakdown of actions that Meta always adds.
const alwaysSplit = "action_type"

// decided sets whether an option is allowed.
func decided(o adtally.ReportOption, why string) adtally.ReportOption {
	o.Allowed, o.Why = why == "", why
	return o
}

// whyOf returns a fault as one sentence.
func whyOf(err error) string {
	if err == nil {
		return ""
	}
	text := strings.TrimSuffix(adtally.FaultOf(err).Message, ".")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

var levelTitles = map[string]string{"account": "Ad account", "campaign": "Campaign", "adset": "Ad set", "ad": "Ad"}

func (d reportDraft) levels() (list []adtally.ReportOption) {
	for _, l := range levels {
		o := adtally.ReportOption{Name: l.graph, Title: levelTitles[l.graph], Picked: d.known && d.level.graph == l.graph}
		list = append(list, decided(o, d.refusesLevel(l)))
	}
	return list
}

// refusesLevel says why the report cannot have a level; "" = it can.
func (d reportDraft) refusesLevel(l level) string {
	for _, b := range d.Breakdowns {
		if needsObject(b) && l.graph == "account" {
			return fmt.Sprintf("Meta does not give the breakdown %s for a whole account.", b)
		}
	}
	for _, f := range d.Fields {
		if why := refusesField(bareField(f), l); why != "" {
			return why
		}
	}
	return ""
}

// refusesField says why Meta does not serve a field at a level; "" = it does.
func refusesField(name string, l level) string {
	is := func(list []field) bool {
		return slices.ContainsFunc(list, func(f field) bool { return f.graph() == name })
	}
	switch {
	case is(results) && l.graph == "account":
		return fmt.Sprintf("Meta does not give %s for a whole account.", name)
	case is(rankings) && l.graph != "ad":
		return fmt.Sprintf("Meta gives %s for ads only.", name)
	}
	return ""
}

func (d reportDraft) windows() (list []adtally.ReportOption) {
	names := slices.Concat(knownWindows, deadWindows)
	for _, w := range d.Windows {
		if !slices.Contains(names, w) {
			names = append(names, w)
		}
	}
	for _, w := range names {
		o := adtally.ReportOption{Name: w, Title: windowTitle(w), Picked: slices.Contains(d.Windows, w)}
		if slices.Contains(attributionWindows, w) {
			o.Description = "One of the default windows, which are read if none is picked."
		}
		list = append(list, decided(o, refusesWindow(w)))
	}
	return list
}

// deadWindows are windows that people know and that Meta no longer serves.
var deadWindows = []string{"7d_view", "28d_view"}

func refusesWindow(w string) string {
	if slices.Contains(deadWindows, w) {
		return "Meta has returned nothing for this window since 12 Jan 2026, so Adtally does not offer it."
	}
	return whyOf(CheckWindows([]string{w}))
}

var windowTitles = map[string]string{"1d_click": "1 day after a click", "7d_click": "7 days after a click", "28d_click": "28 days after a click",
	"1d_view": "1 day after a view", "7d_view": "7 days after a view", "28d_view": "28 days after a view", "1d_ev": "1 day after an engaged view",
	"dda": "Data-driven attribution", "incrementality": "Incremental attribution"}

func windowTitle(w string) string {
	if t := windowTitles[w]; t != "" {
		return t
	}
	return titleOf(w)
}

func (d reportDraft) increments() (list []adtally.ReportOption) {
	names := []string{"1", "7", "28", "monthly"}
	if d.Increment != "" && !slices.Contains(names, d.Increment) {
		names = append(names, d.Increment)
	}
	for _, n := range names {
		r := d.Report
		r.Increment = n
		_, err := periodOf(r)
		o := adtally.ReportOption{Name: n, Title: incrementTitle(n), Picked: n == d.Increment || n == "1" && d.Increment == ""}
		list = append(list, decided(o, whyOf(err)))
	}
	return list
}

func incrementTitle(n string) string {
	days, err := strconv.Atoi(n)
	switch {
	case n == "monthly":
		return "Calendar month"
	case err != nil:
		return n
	case days == 1:
		return "Day"
	}
	return fmt.Sprintf("%d days", days)
}

// problems says why the report as it is picked cannot be read.
func (d reportDraft) problems() (list []adtally.ReportProblem) {
	add := func(field, message string) {
		if message != "" {
			list = append(list, adtally.ReportProblem{Field: field, Message: message})
		}
	}
	if d.Name != "" {
		add("name", whyOf(checkName(d.Name, Tables())))
	}
	switch {
	case d.Level == "":
		add("level", "Pick a level.")
	case !d.known:
		_, err := levelOf(d.Level)
		add("level", whyOf(err))
	default:
		add("level", d.refusesLevel(d.level))
	}
	add(d.combinationProblem())
	for _, w := range d.Windows {
		add("windows", refusesWindow(w))
	}
	_, err := periodOf(d.Report)
	add("increment", whyOf(err))
	d.fieldProblems(add)
	return list
}

// fieldProblems adds what is wrong with the picked fields.
func (d reportDraft) fieldProblems(add func(field, message string)) {
	figures, actions := false, false
	for _, f := range d.Fields {
		r := d.Report
		r.Fields, r.ActionBreakdowns, r.Windows = []string{f}, nil, nil
		kind := fieldKinds[bareField(f)]
		figures, actions = figures || kind != "own", actions || kind == "actions"
		if _, _, err := metricsOf(r, d.level); err != nil && kind != "own" {
			add("fields", whyOf(err))
		} else if kind == "own" && d.known {
			add("fields", whyOf(checkOwn(bareField(f), d.level)))
		}
	}
	switch {
	case !figures:
		add("fields", "Pick at least one figure, such as spend.")
	case !actions && len(d.ActionBreakdowns)+len(d.Windows) > 0:
		add("fields", "Action breakdowns and attribution windows need the field actions or action_values.")
	}
}
