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

// customs makes streams of the reports that a user has defined. What Meta would
// refuse is refused here, before it is asked, with what would do.
func customs(reports []adtally.Report) (list []*stream, err error) {
	taken := Tables()
	for _, r := range reports {
		s, err := custom(r, taken)
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

// CheckReports says what is wrong with reports that a user has defined, before anything
// is asked.
func CheckReports(reports []adtally.Report) error {
	_, err := customs(reports)
	return err
}

func custom(r adtally.Report, taken []string) (*stream, error) {
	r.Breakdowns, r.ActionBreakdowns, r.Windows = ordered(r.Breakdowns), ordered(r.ActionBreakdowns), ordered(r.Windows)
	r.ActionBreakdowns = slices.DeleteFunc(r.ActionBreakdowns, func(b string) bool { return b == "action_type" })
	l, err := levelOf(r.Level)
	if err == nil {
		err = cmp.Or(checkName(r.Name, taken), checkCuts(r, l), CheckWindows(r.Windows))
	}
	if err != nil {
		return nil, named(r.Name, err)
	}
	p, err := periodOf(r)
	if err != nil {
		return nil, named(r.Name, err)
	}
	sh := shape{name: r.Name, level: l, period: p, windows: r.Windows, setting: true, limit: cutRows, custom: true, fleeting: len(r.Breakdowns) > 0,
		parts: cutParts(r.Breakdowns), breakdowns: r.Breakdowns, text: "A report of one's own: " + r.Level + " figures."}
	for _, b := range r.ActionBreakdowns {
		sh.actionParts = append(sh.actionParts, cutBy(b, "What the action is cut by."))
	}
	sh.days, sh.months = sizes(l, p, r.Breakdowns)
	if sh.metrics, sh.actions, err = metricsOf(r, l); err != nil {
		return nil, named(r.Name, err)
	}
	if slices.ContainsFunc(r.Breakdowns, func(b string) bool { return strings.HasSuffix(b, "_asset") || b == "frequency_value" }) {
		sh.setting = false // no field besides those that are listed
	}
	return sh.stream(), nil
}

// ordered sorts names and drops what is said twice: the order of breakdowns is
// known to have changed answers (PAINS #32).
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
		if word == l.word || word == l.graph {
			return l, nil
		}
	}
	return level{}, reportFault("report_level", fmt.Sprintf("%q is no level", word), "Choose from: account, campaign, ad_set, ad.")
}

// userTable leaves room for "_conversions" within the 63 bytes of a PostgreSQL name.
var userTable = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}$`)

// checkName keeps the tables of the connector, those to come and those of the
// house apart from a user's.
func checkName(name string, taken []string) error {
	reserved := strings.HasPrefix(name, "basic_") || strings.HasPrefix(name, "reach_") || strings.HasSuffix(name, "_history") || strings.HasSuffix(name, "_conversions") || strings.HasSuffix(name, "_actions") || strings.HasSuffix(name, "_named") || strings.HasSuffix(name, "_lists") || strings.HasSuffix(name, "_full")
	if !userTable.MatchString(name) || reserved || slices.Contains(taken, name) {
		return reportFault("report_name", "that name cannot be a table's",
			"Use small letters, digits and _, beginning with a letter, that no other table has; not basic_…, reach_…, …_actions, …_conversions, …_named, …_lists, …_full or …_history.")
	}
	return nil
}

// needsObject are the breakdowns that Meta does not give for a whole account
// (META_API.md §2.5).
func needsObject(b string) bool { return strings.HasSuffix(b, "_asset") || b == "place_page_id" }

func checkCuts(r adtally.Report, l level) error {
	for _, b := range r.Breakdowns {
		if cutsActionsOnly(b) {
			return reportFault("report_breakdown", b+" cuts actions, not rows", "Put it among the action breakdowns.")
		}
		if needsObject(b) && l.graph == "account" {
			return reportFault("report_breakdown", "Meta does not give "+b+" for a whole account", "Use the level campaign, ad_set or ad.")
		}
	}
	for _, b := range r.ActionBreakdowns {
		if !cutsActions(b) {
			return reportFault("report_breakdown", b+" cuts rows, not actions", "Put it among the breakdowns.")
		}
	}
	return checkCombination(r.Breakdowns, r.ActionBreakdowns)
}

// mostDays is the longest increment that Meta takes, in days (META_API.md §2.4).
const mostDays = 90

// periodOf reads an increment. Hours are counted day by day: over several days
// Meta adds them up (PAINS #32).
func periodOf(r adtally.Report) (period, error) {
	p := period{month: r.Increment == "monthly"}
	if !p.month && r.Increment != "" {
		n, err := strconv.Atoi(r.Increment)
		if err != nil || n < 1 || n > mostDays {
			return p, reportFault("report_increment", fmt.Sprintf("%q is no length of time that Meta takes", r.Increment), "Use 1 to 90 days, or monthly.")
		}
		p.days = n
	}
	if !p.single() && slices.ContainsFunc(r.Breakdowns, isHourly) {
		return p, reportFault("report_increment", "hours of several days would be added up", "Use an increment of 1.")
	}
	return p, nil
}

func isHourly(b string) bool { return strings.HasPrefix(b, "hourly_") }

// expected is how many values a breakdown has, for sizing; others are taken for
// fewValues. They are the numbers of values that were seen (META_API.md §2.5).
var expected = map[string]int{"age": 7, "gender": 2, "country": 10, "region": 30, "platform_position": 10, "impression_device": 4,
	"hourly_stats_aggregated_by_advertiser_time_zone": 24, "hourly_stats_aggregated_by_audience_time_zone": 24, "product_id": 50}

const fewValues = 3

func sizes(l level, p period, breakdowns []string) (days, months int) {
	rows, months := 1, retentionMonths
	for _, b := range breakdowns {
		rows *= cmp.Or(expected[b], fewValues)
		switch {
		case isHourly(b):
			months = min(months, uniqueMonths)
		case b == "frequency_value":
			months = min(months, 6) // META_API.md §1.2, 2026-01-12
		}
	}
	return max(questionDays(l, max(rows, 8)), int(p.last(firstMonday)-p.first(firstMonday))+1), months
}

// cutParts are the columns of breakdowns; an asset has two.
func cutParts(breakdowns []string) (parts []field) {
	for _, b := range breakdowns {
		if strings.HasSuffix(b, "_asset") {
			parts = append(parts, assetParts(b)...)
		} else {
			parts = append(parts, cutBy(b, "What the row is cut by."))
		}
	}
	return parts
}

// ourColumns stand in every report and are filled by us.
var ourColumns = []string{table.DayColumn, "currency", "raw"}

// metricsOf are the columns that a report asks for, and whether actions are
// among its fields.
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
			return nil, false, reportFault("report_field", name+" is a column of Adtally's own", "Leave it out.")
		default:
			list = append(list, f)
		}
		if err := checkField(name, r.Breakdowns); err != nil {
			return nil, false, err
		}
	}
	if len(list) == 0 && !actions {
		err = reportFault("report_field", "it asks for no figure", "Name a field, such as spend.")
	}
	if (len(r.ActionBreakdowns) > 0 || len(r.Windows) > 0) && !actions && err == nil {
		err = reportFault("report_field", "windows and action breakdowns are of actions, and it asks for none", "Add actions to its fields.")
	}
	return list, actions, err
}

// checkOwn refuses the ids and names of objects below the report's level.
func checkOwn(name string, l level) error {
	for _, f := range adLevels {
		own := slices.ContainsFunc(l.ids, func(o field) bool { return o.column.Name == name })
		if f.column.Name == name && !own {
			return reportFault("report_field", name+" belongs to a level below "+l.spoken(), "Choose a lower level.")
		}
	}
	return nil
}

var adLevels = concat(campaignKey, adSetKey, adKey)
