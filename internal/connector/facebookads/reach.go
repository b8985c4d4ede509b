package facebookads

import (
	"fmt"
	"slices"

	"adtally"
)

// reachPeriods are the periods over which people are counted, with their names in
// tables. The number of periods per request keeps it to a few months: one row per
// object and period is little.
var reachPeriods = []struct {
	name, label string
	period      period
	days        int
}{
	{"day", "day", period{}, 0},
	{"7d", "seven days from Monday to Sunday", period{days: 7}, 91},
	{"28d", "28 days from a fixed Monday", period{days: 28}, 364},
	{"month", "calendar month", period{month: true}, 366},
}

// reachReports declares reach_<level>_<window>: unique counts, which cannot be summed
// and are therefore requested for exactly the period that they cover.
func reachReports() (list []*stream) {
	for _, p := range reachPeriods {
		for _, l := range levels {
			days := p.days
			if days == 0 {
				days = l.days
			}
			list = append(list, shape{
				name: "reach_" + l.name + "_" + p.name, level: l, metrics: reached, period: p.period,
				text:   "People reached, one row per " + l.label() + " and " + p.label + ". No column may be summed over anything.",
				people: true, days: days, limit: insightsPageSize, months: retentionMonths, always: l.graph == "account", optional: true,
			}.stream())
		}
	}
	return list
}

var reached = []field{
	unique("reach", "Accounts that saw ads at least once in these days."),
	ratio("frequency", "Impressions in these days per account reached."),
	unique("unique_clicks", "Accounts that clicked at least once in these days."),
	unique("unique_inline_link_clicks", "Accounts that clicked a link at least once in these days."),
	unique("full_view_reach", "Accounts that had a whole ad on screen in these days."),
	ratio("unique_ctr", "Accounts that clicked per hundred reached, as Meta computed it."),
	ratio("unique_inline_link_click_ctr", "Accounts that clicked a link per hundred reached, as Meta computed it."),
	cost("cpp", "Spend per thousand accounts reached, as Meta computed it."),
	cost("cost_per_unique_click", "Spend per account that clicked, as Meta computed it."),
	cost("cost_per_unique_inline_link_click", "Spend per account that clicked a link, as Meta computed it."),
}

// tooOld lists the fields that Meta no longer serves for the slice's days: unique
// counts with a breakdown (docs/meta-api.md#retention). They stay NULL, and _gaps
// gives the reason.
func (rd *reading) tooOld() (names []string) {
	if !rd.stream.fleeting || !rd.isOld() {
		return nil
	}
	for _, f := range rd.stream.fields {
		if !f.own && slices.Contains(peopleNames, f.graph()) {
			names = append(names, f.graph())
		}
	}
	return names
}

// isOld reports whether the slice begins before the months for which Meta serves
// unique counts without a quota.
func (rd *reading) isOld() bool {
	zone, err := rd.account.Location()
	return err == nil && rd.slice.Window.From < adtally.DayOf(rd.now, zone).AddMonths(-uniqueMonths)
}

func (rd *reading) noteTooOld() error {
	for _, name := range rd.tooOld() {
		err := rd.gaps.add(gap{days: rd.slice.Window, column: name, code: "too_old",
			reason: fmt.Sprintf("With a breakdown, Meta serves unique counts for the last %d months only", uniqueMonths)})
		if err != nil {
			return err
		}
	}
	return nil
}
