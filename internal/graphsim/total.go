package graphsim

import (
	"maps"
	"math/big"
	"slices"
	"strings"

	"adtally/internal/graphsim/advertiser"
)

// total sums an object's days.
type total struct {
	row     advertiser.Row
	largest [advertiser.Metrics]int64
	single  bool // whether the account's own rows were verbatim
	actions map[string]map[string]*big.Rat
	values  map[string]map[string]*big.Rat
}

// people are the metrics that do not add up over days.
var people = []advertiser.Metric{advertiser.Reach, advertiser.UniqueClicks, advertiser.UniqueInlineLinkClicks, advertiser.FullViewReach}

func newTotal(row *advertiser.Row, breakdowns []string) *total {
	t := &total{actions: map[string]map[string]*big.Rat{}, values: map[string]map[string]*big.Rat{}}
	t.row = advertiser.Row{
		Day: row.Day, CampaignID: row.CampaignID, AdSetID: row.AdSetID, AdID: row.AdID,
		CampaignName: row.CampaignName, AdSetName: row.AdSetName, AdName: row.AdName,
		Attribution: row.Attribution, Text: map[string]string{},
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
	addActions(t.actions, row.Actions)
	addActions(t.values, row.ActionValues)
}

func addActions(sums map[string]map[string]*big.Rat, list []advertiser.Action) {
	for _, a := range list {
		if sums[a.Type] == nil {
			sums[a.Type] = map[string]*big.Rat{}
		}
		addAmount(sums[a.Type], "", a.Value)
		for _, w := range a.Windows {
			addAmount(sums[a.Type], w.Window, w.Value)
		}
	}
}

func addAmount(sums map[string]*big.Rat, window, value string) {
	n, isNumber := new(big.Rat).SetString(value)
	if !isNumber {
		return // an action without a number has nothing to add
	}
	if sums[window] == nil {
		sums[window] = new(big.Rat)
	}
	sums[window].Add(sums[window], n)
}

// settle states the people: unknown where the days are a real account's, for
// nobody knows who came twice.
func (t *total) settle() {
	for _, m := range people {
		if t.single {
			t.row.Has &^= 1 << m
			continue
		}
		t.row.Values[m] = t.largest[m] + (t.row.Values[m]-t.largest[m])*3/5
	}
	t.row.Actions, t.row.ActionValues = listed(t.actions), listed(t.values)
}

func listed(sums map[string]map[string]*big.Rat) (list []advertiser.Action) {
	for _, kind := range slices.Sorted(maps.Keys(sums)) {
		a := advertiser.Action{Type: kind}
		for _, window := range slices.Sorted(maps.Keys(sums[kind])) {
			text := decimal(sums[kind][window])
			if window == "" {
				a.Value = text
				continue
			}
			a.Windows = append(a.Windows, advertiser.WindowValue{Window: window, Value: text})
		}
		list = append(list, a)
	}
	return list
}

// decimal prints a sum without zeros at its end.
func decimal(n *big.Rat) string {
	text := n.FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
