package graphsim

import (
	"strings"

	"adtally/internal/graphsim/advertiser"
)

// total sums an object's days.
type total struct {
	row     advertiser.Row
	largest [advertiser.Metrics]int64
	single  bool             // whether the account's own rows are kept verbatim
	lists   map[string]tally // by field
}

// people are the metrics that cannot be added up over days.
var people = []advertiser.Metric{advertiser.Reach, advertiser.UniqueClicks, advertiser.UniqueInlineLinkClicks, advertiser.FullViewReach}

func newTotal(row *advertiser.Row, breakdowns []string) *total {
	t := &total{lists: map[string]tally{}}
	t.row = advertiser.Row{
		Day: row.Day, CampaignID: row.CampaignID, AdSetID: row.AdSetID, AdID: row.AdID,
		CampaignName: row.CampaignName, AdSetName: row.AdSetName, AdName: row.AdName,
		Attribution: row.Attribution, Text: map[string]string{}, Asset: row.Asset,
	}
	for _, b := range breakdowns {
		t.row.Text[b] = row.Text[b]
	}
	return t
}

func (t *total) add(row *advertiser.Row) {
	t.row.Has |= row.Has
	t.single = t.single || row.Verbatim
	for m, n := range row.Values {
		t.row.Values[m] += n
		t.largest[m] = max(t.largest[m], n)
	}
	if row.Attribution != t.row.Attribution {
		t.row.Attribution = "multiple"
	}
	t.addList("actions", row.Actions)
	t.addList("action_values", row.ActionValues)
	for field, list := range row.Lists {
		t.addList(field, list)
	}
}

func (t *total) addList(field string, list []advertiser.Action) {
	if t.lists[field] == nil {
		t.lists[field] = tally{}
	}
	for _, a := range list {
		t.lists[field].add(a)
	}
}

// settle sets the people: unknown for a real account, because it is not known who was
// counted on several days.
func (t *total) settle() {
	for _, m := range people {
		if t.single {
			t.row.Has &^= 1 << m
			continue
		}
		t.row.Values[m] = t.largest[m] + (t.row.Values[m]-t.largest[m])*3/5
	}
	t.row.Lists = map[string][]advertiser.Action{}
	for field, sums := range t.lists {
		t.row.Lists[field] = sums.listed(strings.HasPrefix(field, "unique_"))
	}
	t.row.Actions, t.row.ActionValues = t.row.Lists["actions"], t.row.Lists["action_values"]
}
