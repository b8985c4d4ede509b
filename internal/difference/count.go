package difference

import "math/big"

// Part is a part of the days around a question.
type Part int

// The parts. The first and last day are one if the question has one day.
const (
	Before Part = iota // the day before the first
	First
	Middle
	Last
	After // the day after the last
	parts
)

// Shift moves the edges of a question's days by a day.
type Shift struct{ From, To int }

// has reports whether a part belongs to the shifted days.
func (s Shift) has(p Part, oneDay bool) bool {
	switch p {
	case Before:
		return s.From < 0
	case First:
		return s.From <= 0 && (!oneDay || s.To >= 0)
	case Last:
		return s.To >= 0
	case After:
		return s.To > 0
	}
	return true
}

// Way is a way to count a metric. The zero values are ours.
type Way struct {
	Level, Type string
	Window      string // title of the choice
	Zone        bool   // days end in the reporting zone
	Added       bool   // people are added up, which counts them several times
	Currency    string // target currency
}

// Object is a campaign, or an ad set or ad of it, as it is now.
type Object struct{ Campaign, Status string }

// Counted is what was counted in one way.
type Counted struct {
	days map[Object]*[parts]*big.Rat
	held map[Shift]map[Object]*big.Rat // people by exact period
}

// Counts are all ways in which a metric was counted.
type Counts map[Way]*Counted

func (c Counts) of(w Way) *Counted {
	if c[w] == nil {
		c[w] = &Counted{days: map[Object]*[parts]*big.Rat{}, held: map[Shift]map[Object]*big.Rat{}}
	}
	return c[w]
}

// Add adds what was counted in a part of the days.
func (c Counts) Add(w Way, o Object, p Part, v *big.Rat) {
	n := c.of(w)
	if n.days[o] == nil {
		n.days[o] = &[parts]*big.Rat{}
	}
	if n.days[o][p] == nil {
		n.days[o][p] = new(big.Rat)
	}
	n.days[o][p].Add(n.days[o][p], v)
}

// Hold adds people of exactly the shifted days.
func (c Counts) Hold(w Way, o Object, s Shift, v *big.Rat) {
	n := c.of(w)
	if n.held[s] == nil {
		n.held[s] = map[Object]*big.Rat{}
	}
	n.held[s][o] = v
}

// each calls use with what was counted on the shifted days.
func (n *Counted) each(s Shift, oneDay bool, use func(Object, *big.Rat)) {
	for o, v := range n.held[s] {
		use(o, v)
	}
	for o, days := range n.days {
		for p, v := range days {
			if v != nil && s.has(Part(p), oneDay) {
				use(o, v)
			}
		}
	}
}
