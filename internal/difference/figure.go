package difference

import (
	"math/big"
	"strings"

	"adtally"
)

// Figure is a number that somebody saw.
type Figure struct {
	Value    *big.Rat
	Decimals int
}

// groupLength is the number of digits between two signs that group thousands.
const groupLength = 3

// maxDigits is the length of a figure. Every amount of money is shorter.
const maxDigits = 30

// ParseFigure reads a number as people copy it: with a currency, a percent sign, groups of
// thousands, and a comma or a full stop before the decimals. One sign with three digits
// behind it groups thousands, because platforms show at most two decimals.
func ParseFigure(text string) (Figure, error) {
	var b strings.Builder
	for _, r := range text {
		if r >= '0' && r <= '9' || r == '.' || r == ',' || r == '-' || r == '−' {
			b.WriteRune(r)
		}
	}
	digits, negative := strings.CutPrefix(strings.ReplaceAll(b.String(), "−", "-"), "-")
	digits = strings.Trim(digits, ".,")
	whole, decimals := digits, ""
	if at := strings.LastIndexAny(digits, ".,"); at >= 0 && isDecimal(digits, at) {
		whole, decimals = digits[:at], digits[at+1:]
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	v, ok := new(big.Rat).SetString(whole + "." + decimals + "0")
	if !ok || whole == "" || len(digits) > maxDigits || strings.Contains(digits, "-") {
		return Figure{}, &adtally.Fault{Act: adtally.Configure, Code: "bad_figure", Message: "The figure is not a number", Hint: "Copy it as the page shows it, for example 1,234.56."}
	}
	if negative {
		v.Neg(v)
	}
	return Figure{v, len(decimals)}, nil
}

// isDecimal reports whether the last sign stands before decimals.
func isDecimal(digits string, at int) bool {
	sign, before := digits[at:at+1], digits[:at]
	switch {
	case strings.Contains(before, sign):
		return false // a sign that is there twice groups
	case strings.ContainsAny(before, ".,"):
		return true // the other sign groups
	}
	return len(digits)-at-1 != groupLength || before == "0"
}

// fits reports whether a value gives the figure, and whether it does so without rounding.
func (f Figure) fits(v *big.Rat) (fits, exact bool) {
	switch d := f.away(v); {
	case d.Sign() == 0:
		return true, true
	default:
		return d.Cmp(f.tolerance()) <= 0, false
	}
}

func (f Figure) away(v *big.Rat) *big.Rat {
	d := new(big.Rat).Sub(v, f.Value)
	return d.Abs(d)
}

// tolerance is half a unit of the last decimal that was seen.
func (f Figure) tolerance() *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(f.Decimals)), nil)
	return new(big.Rat).SetFrac(big.NewInt(1), unit.Mul(unit, big.NewInt(2)))
}
