package table

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// parseInt reads a whole number. One that is written as a decimal is the same
// number: "12.0" and 1E3 are counts too.
func parseInt(text []byte) (int64, error) {
	v, err := strconv.ParseInt(unsafe.String(unsafe.SliceData(text), len(text)), 10, 64)
	if err == nil {
		return v, nil
	}
	n, ok := scanNumeral(text)
	if !ok {
		return 0, fmt.Errorf("%q is not a whole number of 64 bits", text)
	}
	whole, exact, fits := n.scaled(0, smallDigits+1)
	if !exact || !fits || !whole.IsInt64() {
		return 0, fmt.Errorf("%q is not a whole number of 64 bits", text)
	}
	return whole.Int64(), nil
}

// smallDigits is how many decimal digits always fit in 64 bits.
const smallDigits = 18

var pow10 = func() (p [smallDigits + 1]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// Rounded says that a number was stored, and that the column has fewer places
// than it came with. It is a remark and no failure.
type Rounded struct {
	Type Type
	Kept string // what is stored
}

func (r *Rounded) Error() string {
	return fmt.Sprintf("it has more places than %s keeps, and was rounded half to even", r.Type)
}

// parseDecimal reads a decimal as JSON writes it, and divides it by 10^digits.
// A number with more places than the type keeps is rounded half to even, and
// comes with the remark that it was.
func parseDecimal(text []byte, t Type, digits int32) (decimal128.Num, error) {
	if n, ok := scanDecimal(text); ok {
		shift := t.Scale - digits - n.fraction
		if n.digits <= smallDigits && shift >= 0 && n.digits+shift <= smallDigits && t.Precision >= smallDigits {
			return decimal128.FromI64(n.value * pow10[shift]), nil
		}
	}
	n, ok := scanNumeral(text)
	if !ok {
		return decimal128.Num{}, fmt.Errorf("%q is not a decimal number", text)
	}
	v, exact, fits := n.scaled(int64(t.Scale-digits), t.Precision)
	if !fits {
		return decimal128.Num{}, fmt.Errorf("%q is too large for %s", text, t)
	}
	num := decimal128.FromBigInt(v)
	if !exact {
		return num, &Rounded{Type: t, Kept: num.ToString(t.Scale)}
	}
	return num, nil
}

// scannedDecimal is a plain decimal text without its point. value is right while
// digits, the significant ones, fit in 64 bits.
type scannedDecimal struct {
	value            int64
	digits, fraction int32
}

func scanDecimal(text []byte) (n scannedDecimal, ok bool) {
	rest, negative := bytes.CutPrefix(text, []byte("-"))
	point, last := false, byte('.')
	for _, c := range rest {
		switch {
		case c == '.' && !point && last != '.':
			point = true
		case c >= '0' && c <= '9':
			if n.digits > 0 || c != '0' {
				n.digits++
			}
			if n.digits <= smallDigits {
				n.value = n.value*10 + int64(c-'0')
			}
			if point {
				n.fraction++
			}
		default:
			return n, false
		}
		last = c
	}
	if negative {
		n.value = -n.value
	}
	return n, last != '.'
}

// numeral is a decimal of any length: ±digits × 10^exponent.
type numeral struct {
	negative bool
	digits   []byte // without leading zeros
	exponent int64
}

// farExponent is beyond any number that a column can keep.
const farExponent = 1 << 31

// scanNumeral reads a number as JSON writes it; a plus sign may stand before it.
func scanNumeral(text []byte) (n numeral, ok bool) {
	mantissa, power, hasPower := cutAny(text, "eE")
	if hasPower {
		if n.exponent, ok = scanExponent(power); !ok {
			return n, false
		}
	}
	mantissa, n.negative = cutSign(mantissa)
	whole, fraction, hasPoint := bytes.Cut(mantissa, []byte("."))
	if !allDigits(whole) || hasPoint && !allDigits(fraction) {
		return n, false
	}
	n.exponent -= int64(len(fraction))
	digits := append(bytes.Clone(whole), fraction...)
	n.digits = bytes.TrimLeft(digits, "0")
	return n, true
}

func cutAny(text []byte, chars string) (before, after []byte, found bool) {
	if i := bytes.IndexAny(text, chars); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, nil, false
}

func cutSign(text []byte) (rest []byte, negative bool) {
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		return text[1:], text[0] == '-'
	}
	return text, false
}

func allDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) > 0
}

// scanExponent stops counting at farExponent: the sizes of numbers are not
// bounded by JSON, and those of columns are.
func scanExponent(text []byte) (exponent int64, ok bool) {
	digits, negative := cutSign(text)
	if !allDigits(digits) {
		return 0, false
	}
	for _, c := range digits {
		exponent = min(exponent*10+int64(c-'0'), farExponent)
	}
	if negative {
		exponent = -exponent
	}
	return exponent, true
}

// scaled is the number × 10^scale, rounded half to even to a whole number. exact
// says that nothing was lost, and fits that it has at most so many digits.
func (n numeral) scaled(scale int64, most int32) (v *big.Int, exact, fits bool) {
	shift := n.exponent + scale
	kept := int64(len(n.digits)) + shift // digits before the point
	switch {
	case len(n.digits) == 0:
		return new(big.Int), true, true
	case kept > int64(most):
		return nil, false, false
	case kept < 0:
		return new(big.Int), false, true
	}
	whole, rest := n.digits, []byte(nil)
	if shift < 0 {
		whole, rest = n.digits[:kept], n.digits[kept:]
	}
	v, _ = new(big.Int).SetString("0"+string(whole), 10)
	if shift > 0 {
		v.Mul(v, power(shift))
	}
	if roundsUp(v, rest) {
		v.Add(v, big.NewInt(1))
	}
	fits = v.Cmp(power(int64(most))) < 0
	if n.negative {
		v.Neg(v)
	}
	return v, len(bytes.Trim(rest, "0")) == 0, fits
}

func power(of int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(of), nil) }

// roundsUp says whether the digits that are cut off make the number before them
// one more.
func roundsUp(v *big.Int, rest []byte) bool {
	switch {
	case len(rest) == 0 || rest[0] < '5':
		return false
	case rest[0] > '5' || len(bytes.Trim(rest[1:], "0")) > 0:
		return true
	}
	return v.Bit(0) == 1
}
