package facebookads

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"adtally"
	"adtally/internal/table"
)

// customReports builds streams from user-defined reports. Reports that Meta would
// reject are rejected here, with a suggestion.
func customReports(reports []adtally.Report) (list []*stream, err error) {
	taken := Tables()
	for _, r := range reports {
		s, err := customReport(r, taken)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
		for _, t := range s.tables() {
			taken = append(taken, t.Name)
		}
	}
	return list, nil
}

// CheckReports returns an error if Meta would reject a user-defined report.
func CheckReports(reports []adtally.Report) error {
	_, err := customReports(reports)
	return err
}

func customReport(r adtally.Report, taken []string) (*stream, error) {
	r.Breakdowns, r.ActionBreakdowns, r.Windows = ordered(r.Breakdowns), ordered(r.ActionBreakdowns), ordered(r.Windows)
	r.ActionBreakdowns = slices.DeleteFunc(r.ActionBreakdowns, func(b string) bool { return b == "action_type" })
	l, err := levelOf(r.Level)
	if err == nil {
		err = cmp.Or(checkName(r.Name, taken), checkBreakdowns(r, l), CheckWindows(r.Windows))
	}
	if err != nil {
		return nil, named(r.Name, err)
	}
	p, err := periodOf(r)
	if err != nil {
		return nil, named(r.Name, err)
	}
	sh := shape{name: r.Name, level: l, period: p, windows: r.Windows, setting: true, limit: breakdownPageSize, custom: true, fleeting: len(r.Breakdowns) > 0,
		parts: breakdownColumns(r.Breakdowns), breakdowns: r.Breakdowns, text: "A user-defined report: " + r.Level + " figures."}
	for _, b := range r.ActionBreakdowns {
		sh.actionParts = append(sh.actionParts, breakdownColumn(b, "A breakdown of the actions."))
	}
	sh.days, sh.months = sizes(l, p, r.Breakdowns)
	if sh.metrics, sh.actions, err = metricsOf(r, l); err != nil {
		return nil, named(r.Name, err)
	}
	if slices.ContainsFunc(r.Breakdowns, func(b string) bool { return strings.HasSuffix(b, "_asset") || b == "frequency_value" }) {
		sh.setting = false // Meta serves only the listed fields with these breakdowns
	}
	return sh.stream(), nil
}

// ordered sorts names and removes duplicates: Meta has been seen to answer differently
// when the order of breakdowns changes.
func ordered(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

func named(report string, err error) error {
	f := *adtally.FaultOf(err)
	f.Message = fmt.Sprintf("Report %s: %s", report, f.Message)
	return &f
}

func levelOf(word string) (level, error) {
	for _, l := range levels {
		if word == l.name || word == l.graph {
			return l, nil
		}
	}
	return level{}, reportFault("report_level", fmt.Sprintf("%q is not a level", word), "Choose from: account, campaign, ad_set, ad.")
}

// userTable matches table names that leave room for "_conversions" within PostgreSQL's
// limit of 63 bytes.
var userTable = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}$`)

// checkName rejects names that clash with the connector's tables, present and future,
// and with Adtally's own.
func checkName(name string, taken []string) error {
	reserved := strings.HasPrefix(name, "basic_") || strings.HasPrefix(name, "reach_") || strings.HasSuffix(name, "_history") || strings.HasSuffix(name, "_conversions") || strings.HasSuffix(name, "_actions") || strings.HasSuffix(name, "_named") || strings.HasSuffix(name, "_lists") || strings.HasSuffix(name, "_full")
	if !userTable.MatchString(name) || reserved || slices.Contains(taken, name) {
		return reportFault("report_name", "the name is not allowed for a table",
			"Use lower-case letters, digits and _, starting with a letter, and a name that no other table has; not basic_…, reach_…, …_actions, …_conversions, …_named, …_lists, …_full or …_history.")
	}
	return nil
}

// needsObject reports whether Meta does not serve a breakdown at account level
// (docs/meta-api.md#insights).
func needsObject(b string) bool { return strings.HasSuffix(b, "_asset") || b == "place_page_id" }

func checkBreakdowns(r adtally.Report, l level) error {
	for _, b := range r.Breakdowns {
		if isOnlyActionBreakdown(b) {
			return reportFault("report_breakdown", b+" is a breakdown of actions, not of rows", "Move it to the action breakdowns.")
		}
		if needsObject(b) && l.graph == "account" {
			return reportFault("report_breakdown", "Meta does not give "+b+" for a whole account", "Use the level campaign, ad_set or ad.")
		}
	}
	for _, b := range r.ActionBreakdowns {
		if !isActionBreakdown(b) {
			return reportFault("report_breakdown", b+" is a breakdown of rows, not of actions", "Move it to the breakdowns.")
		}
	}
	return checkCombination(r.Breakdowns, r.ActionBreakdowns)
}

// maxIncrementDays is the longest time_increment that Meta accepts
// (docs/meta-api.md#insights).
const maxIncrementDays = 90

// periodOf parses an increment. Hours need an increment of one day: over several days
// Meta adds up equal hours.
func periodOf(r adtally.Report) (period, error) {
	p := period{month: r.Increment == "monthly"}
	if !p.month && r.Increment != "" {
		n, err := strconv.Atoi(r.Increment)
		if err != nil || n < 1 || n > maxIncrementDays {
			return p, reportFault("report_increment", fmt.Sprintf("Meta does not accept the increment %q", r.Increment), "Use 1 to 90 days, or monthly.")
		}
		p.days = n
	}
	if !p.single() && slices.ContainsFunc(r.Breakdowns, isHourly) {
		return p, reportFault("report_increment", "hours of several days would be added up", "Use an increment of 1.")
	}
	return p, nil
}

func isHourly(b string) bool { return strings.HasPrefix(b, "hourly_") }

// expected is the number of values seen per breakdown, used to size requests. Other
// breakdowns are assumed to have fewValues.
var expected = map[string]int{"age": 7, "gender": 2, "country": 10, "region": 30, "platform_position": 10, "impression_device": 4,
	"hourly_stats_aggregated_by_advertiser_time_zone": 24, "hourly_stats_aggregated_by_audience_time_zone": 24, "product_id": 50}

const fewValues = 3

// valuesOf returns how many rows an object and day are expected to have.
func valuesOf(breakdowns []string) int {
	rows := 1
	for _, b := range breakdowns {
		rows *= cmp.Or(expected[b], fewValues)
	}
	return rows
}

func sizes(l level, p period, breakdowns []string) (days, months int) {
	rows, months := valuesOf(breakdowns), retentionMonths
	for _, b := range breakdowns {
		switch {
		case isHourly(b):
			months = min(months, uniqueMonths)
		case b == "frequency_value":
			months = min(months, 6) // docs/meta-api.md#retention
		}
	}
	return max(requestDays(l, max(rows, 8)), int(p.last(firstMonday)-p.first(firstMonday))+1), months
}

// breakdownColumns returns the columns of breakdowns; an asset has two.
func breakdownColumns(breakdowns []string) (parts []field) {
	for _, b := range breakdowns {
		if strings.HasSuffix(b, "_asset") {
			parts = append(parts, assetParts(b)...)
		} else {
			parts = append(parts, breakdownColumn(b, "A breakdown of the rows."))
		}
	}
	return parts
}

// ourColumns are in every report; Adtally fills them.
var ourColumns = []string{table.DayColumn, "currency", "raw"}

// metricsOf returns the columns that a report requests, and whether actions are among
// its fields.
func metricsOf(r adtally.Report, l level) (list []field, actions bool, err error) {
	for _, asked := range r.Fields {
		f, ok, err := reportField(asked)
		name, _, _ := strings.Cut(asked, ":")
		switch {
		case err != nil:
			return nil, false, err
		case fieldKinds[name] == "actions":
			actions = true
		case !ok:
			if err := checkOwn(name, l); err != nil {
				return nil, false, err
			}
			continue
		case slices.Contains(r.Breakdowns, name), slices.ContainsFunc(list, func(o field) bool { return o.column.Name == name }):
			continue
		case slices.Contains(ourColumns, name):
			return nil, false, reportFault("report_field", name+" is one of Adtally's own columns", "Leave it out.")
		default:
			list = append(list, f)
		}
		if err := checkField(name, r.Breakdowns); err != nil {
			return nil, false, err
		}
	}
	if len(list) == 0 && !actions {
		err = reportFault("report_field", "it requests no figures", "Name a field, such as spend.")
	}
	if (len(r.ActionBreakdowns) > 0 || len(r.Windows) > 0) && !actions && err == nil {
		err = reportFault("report_field", "windows and action breakdowns need actions, and it requests none", "Add actions to its fields.")
	}
	return list, actions, err
}

// checkOwn rejects IDs and names of objects below the report's level.
func checkOwn(name string, l level) error {
	for _, f := range adLevels {
		own := slices.ContainsFunc(l.ids, func(o field) bool { return o.column.Name == name })
		if f.column.Name == name && !own {
			return reportFault("report_field", name+" belongs to a level below "+l.label(), "Choose a lower level.")
		}
	}
	return nil
}

var adLevels = concat(campaignKey, adSetKey, adKey)
