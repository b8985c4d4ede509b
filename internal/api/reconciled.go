package api

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"adtally"
)

// States of a Reconciled, from the best to the worst.
var reconciledStates = []string{"ties", "no_total", "not_checked", "differs"}

// reconciledKey names what a Reconciled is about; a zero part stands for all.
type reconciledKey struct {
	Account, Name, Currency string
	Day                     adtally.Day
}

func (k reconciledKey) compare(o reconciledKey) int {
	return cmp.Or(cmp.Compare(k.Account, o.Account), cmp.Compare(k.Currency, o.Currency), cmp.Compare(k.Day, o.Day))
}

func (r Reconciled) key() reconciledKey {
	k := reconciledKey{r.Account, r.Name, r.Currency, 0}
	if r.Day != nil {
		k.Day = *r.Day
	}
	return k
}

// reconciledDay is a day of an account.
type reconciledDay struct {
	key      reconciledKey
	compared bool // the table is compared with totals
	figures  []adtally.Comparison
}

func (d reconciledDay) state() string {
	switch {
	case !d.compared:
		return "no_total"
	case len(d.figures) == 0:
		return "not_checked"
	case slices.ContainsFunc(d.figures, func(c adtally.Comparison) bool { return c.Differs }):
		return "differs"
	}
	return "ties"
}

// sums adds up a figure on both sides. nil = no side has it.
type sums struct{ ours, platform *big.Rat }

// added adds a decimal number to a sum; an empty one changes nothing.
func added(sum *big.Rat, number string) *big.Rat {
	n, ok := new(big.Rat).SetString(number)
	if !ok {
		return sum
	}
	if sum != nil {
		n.Add(n, sum)
	}
	return n
}

func (s sums) figure(name string) Figure {
	difference := new(big.Rat)
	if s.ours != nil {
		difference.Add(difference, s.ours)
	}
	if s.platform != nil {
		difference.Sub(difference, s.platform)
	}
	return Figure{name, decimal(s.ours), decimal(s.platform), decimal(difference)}
}

// decimal formats a number: an integer as it is, anything else with at least two decimal
// places; nil as nothing.
func decimal(n *big.Rat) string {
	if n == nil {
		return ""
	}
	whole, fraction, _ := strings.Cut(n.FloatString(6), ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction == "" {
		return strings.Replace(whole, "-0", "0", 1)
	}
	return whole + "." + fraction + strings.Repeat("0", max(0, 2-len(fraction)))
}

// grouped adds up account-days with the same key, sorted by key. Days must be sorted.
func grouped(days []reconciledDay, key func(reconciledDay) reconciledKey) []Reconciled {
	groups := map[reconciledKey][]reconciledDay{}
	for _, d := range days {
		groups[key(d)] = append(groups[key(d)], d)
	}
	out := []Reconciled{}
	for _, k := range slices.SortedFunc(maps.Keys(groups), reconciledKey.compare) {
		out = append(out, reconciledOf(k, groups[k]))
	}
	return out
}

func reconciledOf(k reconciledKey, days []reconciledDay) Reconciled {
	out := Reconciled{Account: k.Account, Name: k.Name, Currency: k.Currency, State: reconciledStates[0], Figures: []Figure{}}
	if k.Day != 0 {
		out.Day = &k.Day
	}
	figures := map[string]sums{}
	for _, d := range days {
		state := d.state()
		if slices.Index(reconciledStates, state) > slices.Index(reconciledStates, out.State) {
			out.State = state
		}
		switch state {
		case "differs":
			out.Differ, out.Compared = out.Differ+1, out.Compared+1
		case "ties":
			out.Compared++
		case "not_checked":
			out.Missing++
		}
		for _, c := range d.figures {
			s := figures[c.Metric]
			figures[c.Metric] = sums{added(s.ours, c.Ours), added(s.platform, c.Theirs)}
			out.Checked = earlier(out.Checked, c.Checked)
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(figures), byName) {
		out.Figures = append(out.Figures, figures[name].figure(name))
	}
	return out
}

// byName sorts figures: spend first, the others by name.
func byName(a, b string) int {
	rank := func(name string) int { return map[bool]int{true: 0, false: 1}[name == "spend"] }
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

func earlier(a *time.Time, b time.Time) *time.Time {
	if b = b.UTC(); a == nil || b.Before(*a) {
		return &b
	}
	return a
}
