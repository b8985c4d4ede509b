package table_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/table"
)

// JSON allows a sign, an exponent and any number of digits.
func TestDecimal_AnyJSONNumber(t *testing.T) {
	t.Parallel()
	money := table.Decimal(18, 6)
	for in, want := range map[string]string{
		"1E3": "1000", "1e3": "1000", "1.5e2": "150", "1e+2": "100", "-2.5E-3": "-0.0025", "1e0": "1", "0E999999": "0", "+1": "1",
		"-0": "0", "12.5000000000000000000000000000": "12.5", "1200e-2": "12", "0.000001e6": "1", "123456.789e-3": "123.456789",
	} {
		got, _, err := through(money, in, 0)
		if err != nil || trim(money, got) != want {
			t.Errorf("%s: got %q, %v; want %s", in, got, err, want)
		}
	}
}

// Rounding half to even has no bias over many rows. A rounded value comes with a *Rounded.
func TestDecimal_RoundsHalfToEven(t *testing.T) {
	t.Parallel()
	money := table.Decimal(18, 6)
	for in, want := range map[string]string{
		"7.3487891": "7.348789", "19.99333333333": "19.993333", "0.0000005": "0", "0.0000015": "0.000002", "0.00000050000000001": "0.000001",
		"-0.0000015": "-0.000002", "1e-7": "0", "6e-7": "0.000001", "1e-999999999999": "0", "0.1234565": "0.123456", "0.9999996": "1",
		"0." + strings.Repeat("3", 10000): "0.333333",
	} {
		got, _, err := through(money, in, 0)
		rounded, ok := errors.AsType[*table.Rounded](err)
		if !ok || trim(money, got) != want || trim(money, rounded.Kept) != want {
			t.Errorf("%.40s: got %q, %v; want %s, rounded", in, got, err, want)
		}
	}
	if _, ok, err := through(money, "999999999999.9999999", 0); ok || err == nil {
		t.Errorf("a number that is too large once it is rounded: stored %v, %v", ok, err)
	}
}

func TestInt_AnyNotation(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0.0": "0", "12.0": "12", "1E3": "1000", "1.5e1": "15", "-3.000": "-3", "1200e-2": "12", "9223372036854775807.0": "9223372036854775807",
	} {
		if got, _, err := through(table.Int, in, 0); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"0.5", "1e-1", "9223372036854775808.0", "1e19", "1e99999999999"} {
		if got, ok, err := through(table.Int, in, 0); ok || err == nil {
			t.Errorf("%s: became %q, %v", in, got, err)
		}
	}
}

func TestDecimal_MatchesBigRatInAnyNotation(t *testing.T) {
	t.Parallel()
	typ := table.Decimal(38, 6)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9])?`).Draw(t, "text")
		got, _, err := through(typ, text, 0)
		if _, rounded := errors.AsType[*table.Rounded](err); err != nil && !rounded {
			t.Fatalf("%q: %v", text, err)
		}
		want, _ := new(big.Rat).SetString(text)
		have, ok := new(big.Rat).SetString(got)
		if !ok {
			t.Fatalf("%q became %q", text, got)
		}
		off := new(big.Rat).Sub(want, have)
		if off.Abs(off).Cmp(big.NewRat(1, 2_000_000)) > 0 || (err == nil) != (off.Sign() == 0) {
			t.Fatalf("%q became %q (%v), off by %s", text, got, err, off.FloatString(12))
		}
	})
}
