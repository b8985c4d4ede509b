package table

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

func parseInt(text []byte) (int64, error) {
	v, err := strconv.ParseInt(unsafe.String(unsafe.SliceData(text), len(text)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number of 64 bits", text)
	}
	return v, nil
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

// parseDecimal reads a plain decimal ("-12.50"; no exponent, no NaN) and divides
// it by 10^digits. Digits that the type has no room for are an error unless
// they are zeros: money is never rounded.
func parseDecimal(text []byte, t Type, digits int32) (decimal128.Num, error) {
	n, ok := scanDecimal(text)
	if !ok {
		return decimal128.Num{}, fmt.Errorf("%q is not a decimal number", text)
	}
	shift := t.Scale - digits - n.fraction
	if n.digits <= smallDigits && shift >= 0 && n.digits+shift <= smallDigits && t.Precision >= smallDigits {
		return decimal128.FromI64(n.value * pow10[shift]), nil
	}
	return bigDecimal(text, t, shift)
}

// scannedDecimal is a decimal text without its point. value is right while
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

// bigDecimal is the exact way for what 64 bits do not hold, or for what has
// more places than the type.
func bigDecimal(text []byte, t Type, shift int32) (decimal128.Num, error) {
	v, _ := new(big.Int).SetString(string(bytes.Replace(text, []byte("."), nil, 1)), 10)
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil)
	if shift >= 0 {
		v.Mul(v, power)
	} else if _, rest := v.QuoRem(v, power, new(big.Int)); rest.Sign() != 0 {
		return decimal128.Num{}, fmt.Errorf("%q has more places than %s keeps", text, t)
	}
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Precision)), nil)
	if v.CmpAbs(limit) >= 0 {
		return decimal128.Num{}, fmt.Errorf("%q is too large for %s", text, t)
	}
	return decimal128.FromBigInt(v), nil
}
