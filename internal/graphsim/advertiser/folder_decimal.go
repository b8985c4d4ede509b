package advertiser

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// millionths parses money such as "5.95" into millionths. It returns false if s is not a
// number or does not fit into an int64. Digits beyond a millionth are rounded.
func millionths(s string) (int64, bool) {
	if n, ok := plainMillionths(s); ok {
		return n, true
	}
	r, ok := decimal(s)
	if !ok {
		return 0, false
	}
	n := new(big.Int).Set(r.Mul(r, big.NewRat(1_000_000, 1)).Num())
	if !r.IsInt() {
		n.SetString(r.FloatString(0), 10)
	}
	return n.Int64(), n.IsInt64()
}

// plainMillionths is the fast path for the usual format.
func plainMillionths(s string) (int64, bool) {
	whole, decimals, _ := strings.Cut(s, ".")
	if len(whole) > 12 || len(decimals) > 6 || !isDigits(whole+decimals) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+decimals+"000000"[len(decimals):], 10, 64)
	return n, err == nil
}

// printMillionths prints money as Meta does: "5.95", "1.9", "20".
func printMillionths(n int64) string { return printDecimal(big.NewRat(n, 1_000_000)) }

// numeral matches numbers as programs print them, including 1e-05. The limits on digits
// and exponent keep the exact value small in memory.
var numeral = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{0,30})?([eE][-+]?[0-9]{1,2})?$`)

func decimal(s string) (*big.Rat, bool) {
	if !numeral.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// printDecimal prints a decimal exactly, without trailing zeros.
func printDecimal(r *big.Rat) string {
	digits, _ := r.FloatPrec()
	return r.FloatString(digits)
}

// total sums printed numbers exactly.
type total struct {
	whole int64    // the sum of the small whole numbers
	rest  *big.Rat // the sum of all other numbers; nil until there is one
}

func (t *total) add(s string) {
	if n, err := strconv.ParseInt(s, 10, 40); err == nil {
		t.whole += n
		return
	}
	r, ok := decimal(s)
	if !ok {
		return // cannot happen: the value was checked when the file was read
	}
	if t.rest == nil {
		t.rest = new(big.Rat)
	}
	t.rest.Add(t.rest, r)
}

func (t *total) String() string {
	if t.rest == nil {
		return strconv.FormatInt(t.whole, 10)
	}
	sum := new(big.Rat).SetInt64(t.whole)
	return printDecimal(sum.Add(sum, t.rest))
}
