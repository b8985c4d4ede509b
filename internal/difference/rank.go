package difference

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// Tried is a way to count that was tried.
type Tried struct {
	Changes []Change
	Value   *big.Rat
	Fits    bool // it gives the figure that was seen
	Exact   bool // without rounding
}

// Outcome says what was found.
type Outcome string

// The outcomes.
const (
	Equal       Outcome = "equal"       // our figure is the one that was seen
	Explained   Outcome = "explained"   // the first of Tried gives it
	Possible    Outcome = "possible"    // the first of Tried gives it, but that may be chance
	Unexplained Outcome = "unexplained" // nothing gives it
	Unknown     Outcome = "unknown"     // nothing was counted
)

// Result is what was found.
type Result struct {
	Outcome Outcome
	Ours    *big.Rat // nil if nothing was counted
	Exact   bool     // ours is the figure without rounding
	Tried   []Tried  // what gives the figure first, then the nearest first
	Count   int      // number of ways that were tried, also those that are not listed
}

// What is listed of the ways that were tried.
const (
	maxListed = 40
	nearPairs = 5 // pairs that do not give the figure
)

// Rank counts in all ways and says which gives the figure.
func Rank(c Case) Result {
	k := &counter{Case: c, at: map[Way]map[Shift]*figures{}}
	ours := k.value(k.base())
	all := c.options()
	singles, values := k.singles(all)
	r := Result{Ours: ours, Count: len(singles)}
	if ours != nil {
		if fits, exact := c.Figure.fits(ours); fits {
			r.Outcome, r.Exact = Equal, exact
		}
	}
	pairs := k.pairs(all, values)
	r.Count += len(pairs)
	if r.Outcome == "" {
		r.Outcome = c.outcome(singles, pairs, ours)
	}
	r.Tried = c.listed(singles, pairs)
	return r
}

// counter remembers what it has counted.
type counter struct {
	Case
	at map[Way]map[Shift]*figures
}

func (k *counter) base() choice { return choice{Way: k.Ours, in: k.Campaign} }

// figures are the figures of one way to count, by campaign and status.
type figures struct {
	total     *big.Rat
	campaigns map[string]*big.Rat
	statuses  map[Object]*big.Rat
}

func (n *Counted) at(s Shift, oneDay bool) *figures {
	f := &figures{campaigns: map[string]*big.Rat{}, statuses: map[Object]*big.Rat{}}
	n.each(s, oneDay, func(o Object, v *big.Rat) {
		f.total = added(f.total, v)
		f.campaigns[o.Campaign] = added(f.campaigns[o.Campaign], v)
		f.statuses[o] = added(f.statuses[o], v)
	})
	return f
}

func added(sum, v *big.Rat) *big.Rat {
	if sum == nil {
		sum = new(big.Rat)
	}
	return sum.Add(sum, v)
}

func (k *counter) figures(w Way, s Shift) *figures {
	if k.at[w] == nil {
		k.at[w] = map[Shift]*figures{}
	}
	if k.at[w][s] == nil {
		f := &figures{}
		if n := k.Counts[w]; n != nil {
			f = n.at(s, k.From == k.To)
		}
		k.at[w][s] = f
	}
	return k.at[w][s]
}

// value counts by a choice; nil if that was not read, or makes no sense.
func (k *counter) value(c choice) *big.Rat {
	if c.status != nil && c.statusOf != c.Level {
		c.Level = c.statusOf
	}
	v := k.selected(k.figures(c.Way, c.Shift), c)
	if v != nil && c.onTop != nil {
		v = new(big.Rat).Mul(v, c.onTop)
	}
	return v
}

// selected adds up the objects that a choice is about.
func (k *counter) selected(f *figures, c choice) *big.Rat {
	switch {
	case f.total == nil:
		return nil
	case c.status != nil:
		return f.ofStatus(c)
	case c.in != "":
		return f.campaigns[c.in]
	case c.out != "":
		if f.campaigns[c.out] == nil {
			return nil
		}
		return new(big.Rat).Sub(f.total, f.campaigns[c.out])
	}
	return f.total
}

func (f *figures) ofStatus(c choice) (sum *big.Rat) {
	sum = new(big.Rat)
	for o, v := range f.statuses {
		fits := (c.in == "" || o.Campaign == c.in) && (c.out == "" || o.Campaign != c.out)
		if c.status.In != nil {
			fits = fits && slices.Contains(c.status.In, o.Status)
		}
		if fits && !slices.Contains(c.status.NotIn, o.Status) {
			sum.Add(sum, v)
		}
	}
	return sum
}

// singles tries every option alone, and returns the value of each beside.
func (k *counter) singles(all []option) (out []Tried, values []*big.Rat) {
	values = make([]*big.Rat, len(all))
	for i, o := range all {
		c := k.base()
		o.apply(&c)
		if values[i] = k.value(c); values[i] != nil {
			out = append(out, k.tried(values[i], o))
		}
	}
	return out, values
}

// pairs tries every two options of different kinds, except where one of them changes
// nothing.
func (k *counter) pairs(all []option, values []*big.Rat) (out []Tried) {
	for i, a := range all {
		for j, b := range all[i+1:] {
			if a.Kind == b.Kind || a.Kind == Status && b.Kind == Campaign {
				continue
			}
			c := k.base()
			a.apply(&c)
			b.apply(&c)
			v := k.value(c)
			if v == nil || same(v, values[i]) || same(v, values[i+1+j]) {
				continue
			}
			out = append(out, k.tried(v, a, b))
		}
	}
	return out
}

func same(a, b *big.Rat) bool { return b != nil && a.Cmp(b) == 0 }

func (k *counter) tried(v *big.Rat, by ...option) Tried {
	t := Tried{Value: v}
	for _, o := range by {
		t.Changes = append(t.Changes, o.Change)
	}
	t.Fits, t.Exact = k.Figure.fits(v)
	return t
}

// outcome says whether something gives the figure, and whether that may be chance.
func (c *Case) outcome(singles, pairs []Tried, ours *big.Rat) Outcome {
	fits := func(t Tried) bool { return t.Fits }
	for i, all := range [][]Tried{singles, pairs} {
		if !slices.ContainsFunc(all, fits) {
			continue
		}
		if c.byChance(all, likely[i]) {
			return Possible
		}
		return Explained
	}
	if ours == nil && len(singles) == 0 {
		return Unknown
	}
	return Unexplained
}

// likely is how many ways may be expected to give the figure by chance before that is said:
// of single changes, and of pairs, which are many and less usual.
var likely = [...]*big.Rat{big.NewRat(1, 2), big.NewRat(1, 10)}

// maxFits is how many ways may give a figure before none of them explains it. Some have the
// same value for a reason: a purchase has several action types.
const maxFits = 4

// minReach is the range around a small figure, in units of its last decimal.
const minReach = 10

// byChance reports whether one of the ways may well give a figure of this size by chance:
// from how many are within 10 % of it, and how much of that range gives the figure.
func (c *Case) byChance(all []Tried, likely *big.Rat) bool {
	reach := new(big.Rat).Mul(new(big.Rat).Abs(c.Figure.Value), big.NewRat(1, 10))
	if least := new(big.Rat).Mul(c.Figure.tolerance(), big.NewRat(2*minReach, 1)); reach.Cmp(least) < 0 {
		reach = least
	}
	near, fits := map[string]bool{}, 0
	for _, t := range all {
		if t.Fits {
			fits++
		}
		if !t.Fits && c.Figure.away(t.Value).Cmp(reach) <= 0 {
			near[t.Value.String()] = true
		}
	}
	expected := new(big.Rat).Mul(big.NewRat(int64(len(near)), 1), c.Figure.tolerance())
	return fits > maxFits || expected.Quo(expected, reach).Cmp(likely) > 0
}

// listed is what people see.
func (c *Case) listed(singles, pairs []Tried) []Tried {
	alone := slices.ContainsFunc(singles, func(t Tried) bool { return t.Fits })
	order := func(a, b Tried) int {
		return cmp.Or(cmp.Compare(b2i(b.Fits), b2i(a.Fits)), cmp.Compare(b2i(b.Exact), b2i(a.Exact)), c.byDistance(a, b), cmp.Compare(len(a.Changes), len(b.Changes)),
			cmp.Compare(a.rarity(), b.rarity()), cmp.Compare(a.Text(), b.Text()))
	}
	var near, other []Tried
	for _, p := range pairs {
		switch {
		case !p.Fits:
			other = append(other, p)
		case !alone:
			near = append(near, p)
		}
	}
	slices.SortFunc(other, order)
	all := slices.Concat(singles, near, other[:min(len(other), nearPairs)])
	slices.SortFunc(all, order)
	return all[:min(len(all), maxListed)]
}

// byDistance orders what does not give the figure.
func (c *Case) byDistance(a, b Tried) int {
	if a.Fits && b.Fits {
		return 0
	}
	return c.Figure.away(a.Value).Cmp(c.Figure.away(b.Value))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rarity is small for what is usual.
func (t Tried) rarity() (sum int) {
	for _, c := range t.Changes {
		sum += slices.Index(usual, c.Kind)
	}
	return sum
}

// Text says what was done otherwise.
func (t Tried) Text() string {
	texts := make([]string, len(t.Changes))
	for i, c := range t.Changes {
		texts[i] = c.Text
	}
	return strings.Join(texts, ", and ")
}
