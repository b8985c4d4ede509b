package facebookads

import (
	"fmt"
	"slices"

	"adtally"
)

// reachPeriods are the stretches over which people are counted, by the word in
// the table's name. How many periods a question holds keeps it to some months:
// a row per object and period is little.
var reachPeriods = []struct {
	word, spoken string
	period       period
	days         int
}{
	{"day", "day", period{}, 0},
	{"7d", "seven days from Monday to Sunday", period{days: 7}, 91},
	{"28d", "28 days, counted from a Monday that is the same for everybody", period{days: 28}, 364},
	{"month", "calendar month", period{month: true}, 366},
}

// reachReports declares reach_<level>_<window>: what can never be summed, asked
// for at the very stretch of days that it is meant for (PAINS #5).
func reachReports() (list []*stream) {
	for _, p := range reachPeriods {
		for _, l := range levels {
			days := p.days
			if days == 0 {
				days = l.days
			}
			list = append(list, shape{
				name: "reach_" + l.word + "_" + p.word, level: l, metrics: reached, period: p.period,
				text:   "People reached, one row per " + l.spoken() + " and " + p.spoken + ". No column may be summed, over anything.",
				people: true, days: days, limit: resultRows, months: retentionMonths, always: l.graph == "account", optional: true,
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

// tooOld are the fields that Meta does not serve any more for days so long ago:
// counts of people by a breakdown (META_API.md §1.2). They stay NULL, and the
// table of gaps says why.
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

// isOld says whether the slice begins before the months for which Meta counts
// people without limits.
func (rd *reading) isOld() bool {
	zone, err := rd.account.Location()
	return err == nil && rd.slice.Window.From < adtally.DayOf(rd.now, zone).AddMonths(-uniqueMonths)
}

func (rd *reading) noteTooOld() error {
	for _, name := range rd.tooOld() {
		err := rd.gaps.add(gap{days: rd.slice.Window, column: name, code: "too_old",
			reason: fmt.Sprintf("Meta counts people by a breakdown for the last %d months only", uniqueMonths)})
		if err != nil {
			return err
		}
	}
	return nil
}
