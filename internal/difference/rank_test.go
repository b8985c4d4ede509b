package difference_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/difference"

	"pgregory.net/rapid"
)

func rat(text string) *big.Rat {
	v, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return v
}

// sample is three days of three campaigns, at two levels and with two windows and types.
func sample(figure string) difference.Case {
	f, err := difference.ParseFigure(figure)
	if err != nil {
		panic(err)
	}
	ours := difference.Way{Level: "campaign", Window: "own"}
	c := difference.Case{Figure: f, From: 20000, To: 20002, Counts: difference.Counts{}, Ours: ours, Currency: "EUR",
		Levels:  []difference.Named{{Name: "campaign", Title: "campaigns", Objects: true}, {Name: "ad", Title: "ads", Objects: true}},
		Windows: []string{"own", "click"}, Types: []string{"purchase"}, Campaigns: map[string]string{"1": "Sale", "2": "Brand", "3": ""},
		Statuses: []adtally.ShownStatus{{Text: "without deleted %s", NotIn: []string{"DELETED"}}}}
	for i, o := range []difference.Object{{Campaign: "1", Status: "ACTIVE"}, {Campaign: "2", Status: "DELETED"}, {Campaign: "3", Status: "PAUSED"}} {
		for p := difference.Before; p <= difference.After; p++ {
			v := big.NewRat(int64(1000_00*(i+1)+137*int(p)+11), 100)
			c.Counts.Add(ours, o, p, v)
			c.Counts.Add(difference.Way{Level: "ad", Window: "own"}, o, p, new(big.Rat).Sub(v, rat("3.33")))
			c.Counts.Add(difference.Way{Level: "campaign", Window: "click"}, o, p, new(big.Rat).Mul(v, rat("0.8")))
			c.Counts.Add(difference.Way{Level: "campaign", Window: "own", Type: "purchase"}, o, p, new(big.Rat).Mul(v, rat("0.7")))
			c.Counts.Add(difference.Way{Level: "campaign", Window: "own", Currency: "USD"}, o, p, new(big.Rat).Mul(v, rat("1.0937")))
		}
	}
	c.Currencies = []string{"USD"}
	return c
}

// Every single change and every pair is found: its own figure is explained by it, or by
// something simpler.
func TestRank_FindsEveryChange(t *testing.T) {
	t.Parallel()
	all := difference.Rank(sample("0"))
	if all.Ours == nil || all.Count < 500 {
		t.Fatalf("%d ways, ours %v", all.Count, all.Ours)
	}
	if r := difference.Rank(sample(all.Ours.FloatString(2))); r.Outcome != difference.Equal || !r.Exact {
		t.Errorf("ours: %v", r.Outcome)
	}
	for _, one := range all.Tried {
		r := difference.Rank(sample(one.Value.FloatString(4)))
		if r.Outcome == difference.Unexplained || !r.Tried[0].Fits && r.Outcome != difference.Equal || len(r.Tried[0].Changes) > len(one.Changes) {
			t.Errorf("%s: %v, first %s", one.Text(), r.Outcome, r.Tried[0].Text())
		}
	}
}

func TestRank_Cases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ figure, kinds, text string }{
		{"18025.65", "equal", ""},
		{"18025.7", "equal", ""},
		{"18021.64", "unexplained", ""},
		{"17995.68", "level", "from ads instead of campaigns"},
		{"14420.52", "window", "with the attribution window click"},
		{"12617.96", "action_type", "as the action type purchase"},
		{"19714.65", "currency", "in USD at the rate of each day"},
		{"21450.52", "tax", "with 19 % of tax or fees on top"},
		{"15017.10", "campaign", "without the campaign “Sale”"},
		{"3,008.55 €", "campaign", "for the campaign “Sale” alone"},
		{"11997.12", "status", "without deleted ads"},
		{"18013.32", "dates", "one day earlier (from 2024-10-03 to 2024-10-05)"},
		{"2406.84", "window campaign", "with the attribution window click, and for the campaign “Sale” alone"},
	} {
		r := difference.Rank(sample(c.figure))
		got, text := string(r.Outcome), ""
		if r.Outcome == difference.Explained {
			var kinds []string
			for _, ch := range r.Tried[0].Changes {
				kinds = append(kinds, string(ch.Kind))
			}
			got, text = strings.Join(kinds, " "), r.Tried[0].Text()
		}
		if got != c.kinds || text != c.text {
			t.Errorf("%s: %s, %s; nearest %s with %s", c.figure, got, text, r.Tried[0].Text(), r.Tried[0].Value.FloatString(3))
		}
	}
}

// A figure that is small fits many ways; that is said.
func TestRank_SaysWhatMayBeChance(t *testing.T) {
	t.Parallel()
	c := sample("3")
	c.Currency = ""
	c.Counts = difference.Counts{}
	for i := range 40 {
		id := fmt.Sprint(i)
		c.Campaigns[id] = id
		c.Counts.Add(c.Ours, difference.Object{Campaign: id}, difference.Middle, big.NewRat(int64(i%5), 1))
	}
	if r := difference.Rank(c); r.Outcome != difference.Possible {
		t.Errorf("%v: %s", r.Outcome, r.Tried[0].Text())
	}
	c.Counts = difference.Counts{}
	if r := difference.Rank(c); r.Outcome != difference.Unknown || r.Ours != nil {
		t.Errorf("%v", r)
	}
}

// What is listed is in order, and an explanation always gives the figure.
func TestRank_Law(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		cents := rapid.IntRange(1, 30_000_00).Draw(rt, "cents")
		figure := fmt.Sprintf("%d.%02d", cents/100, cents%100)
		r := difference.Rank(sample(figure))
		half := big.NewRat(1, 200)
		away := func(tr difference.Tried) *big.Rat {
			d := new(big.Rat).Sub(tr.Value, rat(figure))
			return d.Abs(d)
		}
		for i, tr := range r.Tried {
			if tr.Fits != (away(tr).Cmp(half) <= 0) {
				rt.Fatalf("%s: %s is %s", figure, tr.Text(), tr.Value.FloatString(4))
			}
			if i > 0 && !r.Tried[i-1].Fits && (tr.Fits || away(tr).Cmp(away(r.Tried[i-1])) < 0) {
				rt.Fatalf("%s: %s stands too low", figure, tr.Text())
			}
		}
		explained := r.Outcome == difference.Explained || r.Outcome == difference.Possible
		if explained != (len(r.Tried) > 0 && r.Tried[0].Fits && r.Outcome != difference.Equal) || strings.Contains(string(r.Outcome), "unknown") {
			rt.Fatalf("%s: %s", figure, r.Outcome)
		}
	})
}
