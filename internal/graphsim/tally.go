package graphsim

import (
	"maps"
	"math/big"
	"slices"
	"strings"

	"adtally/internal/graphsim/advertiser"
)

// tally sums a list of actions over days, by type and by action breakdowns.
type tally map[string]*tallied

type tallied struct {
	advertiser.Action
	sums map[string]*counted // by window; "" is the value
}

// counted is a sum and its largest summand.
type counted struct{ sum, largest *big.Rat }

func (t tally) add(a advertiser.Action) {
	place := a.Type
	for _, k := range a.Keys {
		place += "\x00" + k.Name + "=" + k.Value
	}
	if t[place] == nil {
		t[place] = &tallied{Action: advertiser.Action{Type: a.Type, Keys: a.Keys}, sums: map[string]*counted{}}
	}
	t[place].add("", a.Value)
	for _, w := range a.Windows {
		t[place].add(w.Window, w.Value)
	}
}

func (t *tallied) add(window, value string) {
	n, isNumber := new(big.Rat).SetString(value)
	if !isNumber {
		return // an action without a number adds nothing
	}
	c := t.sums[window]
	if c == nil {
		c = &counted{sum: new(big.Rat), largest: new(big.Rat)}
		t.sums[window] = c
	}
	c.sum.Add(c.sum, n)
	if n.Cmp(c.largest) > 0 {
		c.largest = n
	}
}

// listed converts the sums to a list. The number of people is between the largest day and
// the sum of all days.
func (t tally) listed(people bool) (list []advertiser.Action) {
	for _, place := range slices.Sorted(maps.Keys(t)) {
		a := t[place].Action
		for _, window := range slices.Sorted(maps.Keys(t[place].sums)) {
			text := t[place].sums[window].text(people)
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

func (c *counted) text(people bool) string {
	if !people {
		return decimal(c.sum)
	}
	rest := new(big.Rat).Sub(c.sum, c.largest)
	rest.Mul(rest, big.NewRat(3, 5))
	rest.Add(rest, c.largest)
	return new(big.Int).Quo(rest.Num(), rest.Denom()).String()
}

// decimal formats a sum without trailing zeros.
func decimal(n *big.Rat) string {
	text := n.FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
