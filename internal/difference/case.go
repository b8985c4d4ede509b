package difference

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"adtally"
)

// Case is a figure and everything that may explain it.
type Case struct {
	Figure   Figure
	From, To adtally.Day
	Counts   Counts
	Ours     Way    // how Adtally counts
	Campaign string // only this campaign; empty = all
	Currency string // of the account; empty if the metric is not money

	Levels     []Named // that were counted
	Types      []string
	Windows    []string // titles
	Zone       string   // reporting zone; empty = it was not counted
	Currencies []string
	Campaigns  map[string]string // names
	Statuses   []adtally.ShownStatus
	Worth      bool // the value of actions, which may be with or without tax
	OpenDay    bool // the last day was not over when it was read
}

// Named is a level with its title for people.
type Named struct {
	Name, Title string
	Objects     bool // it has objects with a status
}

// Kind says what a change is about.
type Kind string

// The kinds of changes, the most usual first.
const (
	Dates      Kind = "dates"
	Window     Kind = "window"
	ActionType Kind = "action_type"
	Level      Kind = "level"
	Sum        Kind = "sum"
	Zone       Kind = "zone"
	Currency   Kind = "currency"
	Status     Kind = "status"
	Campaign   Kind = "campaign"
	Tax        Kind = "tax"
)

var usual = []Kind{Dates, Window, ActionType, Level, Sum, Zone, Currency, Status, Campaign, Tax}

// Change is one thing that is done otherwise than in our figure.
type Change struct {
	Kind Kind
	Text string // continues "counted", for example "without the last day"
}

// choice is everything that makes a figure.
type choice struct {
	Way
	Shift
	in, out  string // campaign
	status   *adtally.ShownStatus
	onTop    *big.Rat
	statusOf string // level that the status is about
}

type option struct {
	Change
	apply func(*choice)
}

// shares are taxes and fees in tenths of a per cent: the VAT or GST rates of European
// countries, Australia, Canada, India, Israel, Turkey and the United Kingdom, Meta's own
// surcharges for digital taxes, and usual fees of agencies.
var shares = []int64{20, 30, 50, 75, 81, 100, 120, 125, 130, 150, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250, 255, 270}

// maxCampaigns is how many campaigns are tried, those with the largest figures first.
const maxCampaigns = 500

func (c *Case) options() (all []option) {
	add := func(k Kind, text string, apply func(*choice)) { all = append(all, option{Change{k, text}, apply}) }
	c.dates(add)
	for _, w := range c.Windows {
		if w != c.Ours.Window {
			add(Window, "with the attribution window "+w, func(n *choice) { n.Window = w })
		}
	}
	for _, t := range c.Types {
		add(ActionType, "as the action type "+t, func(n *choice) { n.Type = t })
	}
	for _, l := range c.Levels {
		if l.Name != c.Ours.Level {
			add(Level, "from "+l.Title+" instead of "+c.title(c.Ours.Level), func(n *choice) { n.Level = l.Name })
		}
		for _, s := range c.statuses(l) {
			add(Status, fmt.Sprintf(s.Text, l.Title), func(n *choice) { n.status, n.statusOf = &s, l.Name })
		}
	}
	add(Sum, "by adding up the days, which counts people several times", func(n *choice) { n.Added = true })
	if c.Zone != "" {
		add(Zone, "with days that end in "+c.Zone, func(n *choice) { n.Zone = true })
	}
	for _, x := range c.Currencies {
		add(Currency, "in "+x+" at the rate of each day", func(n *choice) { n.Currency = x })
	}
	c.campaigns(add)
	c.taxes(add)
	return all
}

func (c *Case) statuses(l Named) []adtally.ShownStatus {
	if l.Objects {
		return c.Statuses
	}
	return nil
}

func (c *Case) title(level string) string {
	for _, l := range c.Levels {
		if l.Name == level {
			return l.Title
		}
	}
	return level
}

// dates are the days with their edges moved.
func (c *Case) dates(add func(Kind, string, func(*choice))) {
	last := "without the last day"
	if c.OpenDay {
		last = "without the last day, which was not over when it was read"
	}
	for _, d := range []struct {
		Shift
		text string
	}{{Shift{-1, 0}, "with the day before the first"}, {Shift{0, 1}, "with the day after the last"}, {Shift{1, 0}, "without the first day"}, {Shift{0, -1}, last},
		{Shift{-1, -1}, "one day earlier"}, {Shift{1, 1}, "one day later"}, {Shift{-1, 1}, "with one day more at each end"}, {Shift{1, -1}, "with one day less at each end"}} {
		from, to := c.From+adtally.Day(d.From), c.To+adtally.Day(d.To)
		if from > to {
			continue
		}
		days := " (from " + from.String() + " to " + to.String() + ")"
		if from == to {
			days = " (on " + from.String() + ")"
		}
		add(Dates, d.text+days, func(n *choice) { n.Shift = d.Shift })
	}
}

func (c *Case) campaigns(add func(Kind, string, func(*choice))) {
	if c.Campaign != "" {
		add(Campaign, "for all campaigns", func(n *choice) { n.in = "" })
		return
	}
	ids := slices.Sorted(maps.Keys(c.Campaigns))
	if n := c.Counts[c.Ours]; n != nil && len(ids) > maxCampaigns {
		size := n.at(Shift{}, c.From == c.To)
		slices.SortStableFunc(ids, func(a, b string) int {
			return cmp.Or(orZero(size.campaigns[b]).Cmp(orZero(size.campaigns[a])), cmp.Compare(a, b))
		})
		ids = ids[:maxCampaigns]
	}
	for _, id := range ids {
		name := c.Campaigns[id]
		if name == "" {
			name = id
		}
		add(Campaign, "without the campaign “"+name+"”", func(n *choice) { n.out = id })
		add(Campaign, "for the campaign “"+name+"” alone", func(n *choice) { n.in = id })
	}
}

func (c *Case) taxes(add func(Kind, string, func(*choice))) {
	if c.Currency == "" {
		return
	}
	for _, s := range shares {
		percent := new(big.Rat).SetFrac64(s, 10).FloatString(1)
		if s%10 == 0 {
			percent = fmt.Sprint(s / 10)
		}
		factor := big.NewRat(1000+s, 1000)
		add(Tax, "plus "+percent+" % of tax or fees", func(n *choice) { n.onTop = factor })
		if c.Worth {
			add(Tax, "without "+percent+" % of tax that it contains", func(n *choice) { n.onTop = new(big.Rat).Inv(factor) })
		}
	}
}

func orZero(v *big.Rat) *big.Rat { return cmp.Or(v, new(big.Rat)) }
