package table

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// parseInt parses an integer in any JSON notation: "12.0" and 1E3 are integers too.
func parseInt(text []byte) (int64, error) {
	v, err := strconv.ParseInt(unsafe.String(unsafe.SliceData(text), len(text)), 10, 64)
	if err == nil {
		return v, nil
	}
	n, ok := scanNumeral(text)
	if !ok {
		return 0, fmt.Errorf("%q is not a 64-bit integer", text)
	}
	whole, exact, fits := n.scaled(0, smallDigits+1)
	if !exact || !fits || !whole.IsInt64() {
		return 0, fmt.Errorf("%q is not a 64-bit integer", text)
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

// Rounded reports that a number was stored with fewer decimal places than it had. It is a
// remark, not a failure.
type Rounded struct {
	Type Type
	Kept string // the stored value
}

func (r *Rounded) Error() string {
	return fmt.Sprintf("the number has more decimal places than %s; it was rounded half to even", r.Type)
}

// parseDecimal parses a JSON number and divides it by 10^digits. If the result has more
// decimal places than t, it is rounded half to even and returned with a *Rounded.
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

// scannedDecimal is a plain decimal text without its point. value is valid if the
// significant digits fit in 64 bits.
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

// farExponent is beyond the exponent of any number that a column can store.
const farExponent = 1 << 31

// scanNumeral scans a JSON number; a leading plus sign is allowed.
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

// scanExponent caps the exponent at farExponent: JSON does not limit it, and columns do.
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

// scaled returns n × 10^scale, rounded half to even to an integer. exact reports that
// nothing was rounded, fits that the result has at most the given number of digits.
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

// roundsUp reports whether cutting off the digits in rest rounds v up.
func roundsUp(v *big.Int, rest []byte) bool {
	switch {
	case len(rest) == 0 || rest[0] < '5':
		return false
	case rest[0] > '5' || len(bytes.Trim(rest[1:], "0")) > 0:
		return true
	}
	return v.Bit(0) == 1
}
