package analytics

import (
	"math/big"
	"strings"
)

// addUp adds cells up to one. Facts must be addable.
func (p *plan) addUp(cells []sums) sums {
	out := sums{facts: make([]factSums, len(p.facts))}
	for i, f := range p.facts {
		parts := make([]factSums, len(cells))
		for j, c := range cells {
			parts[j] = c.facts[i]
		}
		out.facts[i] = f.addUp(parts)
	}
	return out
}

func (f *fact) addUp(parts []factSums) factSums {
	out := factSums{leaves: make([]leafSums, len(f.leaves))}
	for _, part := range parts {
		out.there = out.there || part.there
		out.read, out.all = out.read.and(part.read), out.all.and(part.all)
		out.several = out.several || part.several || part.currency.valid && out.currency.valid && part.currency != out.currency
		out.currency = lesser(out.currency, part.currency)
	}
	for i, l := range f.leaves {
		out.leaves[i] = l.addUp(parts, i)
	}
	return out
}

// lesser returns the first of two texts in order; NULL is none.
func lesser(a, b nullText) nullText {
	if !a.valid || b.valid && b.value < a.value {
		return b
	}
	return a
}

func (l *leaf) addUp(parts []factSums, at int) (out leafSums) {
	var raw, counted adder
	for _, part := range parts {
		of := part.leaves[at]
		out.rows = out.rows || of.rows
		if of.missing != "" && (out.missing == "" || of.missing < out.missing) {
			out.missing = of.missing
		}
		switch l.metric.Agg {
		case "min", "max":
			out.raw = l.metric.further(out.raw, of.raw)
		case "average":
			counted.add(of.counted)
			fallthrough
		default:
			raw.add(of.raw)
		}
	}
	if l.metric.Agg != "min" && l.metric.Agg != "max" {
		out.raw, out.counted = raw.sum(), counted.sum()
	}
	return out
}

// further returns the smaller or larger of two values; NULL is none.
func (m *Metric) further(a, b nullText) nullText {
	x, y := parseNumber(a.value, a.valid), parseNumber(b.value, b.valid)
	if x == nil || y != nil && (m.Agg == "min") == (y.Cmp(x) < 0) {
		return b
	}
	return a
}

// adder adds decimal numbers exactly. Those with few digits and the same number of decimals,
// which almost all are, are added as integers.
type adder struct {
	some     bool
	whole    bool  // there are units
	units    int64 // of the last decimal
	decimals int
	more     big.Rat // what does not fit into units
}

// maxUnits keeps the sum of two numbers of units within an int64.
const maxUnits = 1 << 62

func (a *adder) add(t nullText) {
	if !t.valid {
		return
	}
	units, decimals, ok := parseUnits(t.value)
	if !ok || a.whole && decimals != a.decimals && !a.align(&units, decimals) {
		if n := parseNumber(t.value, true); n != nil {
			a.some = true
			a.more.Add(&a.more, n)
		}
		return
	}
	a.some, a.whole, a.decimals = true, true, max(decimals, a.decimals)
	if a.units += units; a.units >= maxUnits || a.units <= -maxUnits {
		a.more.Add(&a.more, a.inUnits())
		a.units = 0
	}
}

// align gives a number and the sum the same number of decimals. It reports whether they fit.
func (a *adder) align(units *int64, decimals int) bool {
	less := units
	if a.decimals < decimals {
		less = &a.units
	}
	n := *less
	for range max(decimals-a.decimals, a.decimals-decimals) {
		if n >= maxUnits/10 || n <= -maxUnits/10 {
			return false
		}
		n *= 10
	}
	*less = n
	return true
}

func (a *adder) inUnits() *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(a.decimals)), nil)
	return new(big.Rat).SetFrac(big.NewInt(a.units), scale)
}

// sum returns the sum as text; NULL if nothing was added.
func (a *adder) sum() nullText {
	if !a.some {
		return nullText{}
	}
	n := a.inUnits()
	return nullText{n.Add(n, &a.more).RatString(), true}
}

// maxDigits is how many digits always fit into maxUnits.
const maxDigits = 18

// parseUnits reads a plain decimal number as a number of its last decimals.
func parseUnits(text string) (units int64, decimals int, ok bool) {
	digits, negative := strings.CutPrefix(text, "-")
	point := strings.IndexByte(digits, '.')
	if point >= 0 {
		digits = strings.TrimRight(digits, "0")
	}
	n := 0
	for i := range len(digits) {
		switch c := digits[i]; {
		case i == point:
		case c < '0' || c > '9':
			return 0, 0, false
		default:
			units, n = units*10+int64(c-'0'), n+1
		}
	}
	if n == 0 || n > maxDigits {
		return 0, 0, false
	}
	if point >= 0 {
		decimals = len(digits) - point - 1
	}
	if negative {
		units = -units
	}
	return units, decimals, true
}
