package analytics

import (
	"math/big"
	"strings"
)

// round writes a number with so many decimals, rounded half away from zero.
func round(n *big.Rat, decimals int) string {
	text := n.FloatString(decimals) // FloatString rounds half away from zero
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
}

// parseNumber parses what the warehouse returns for a number; nil = NULL.
func parseNumber(text string, valid bool) *big.Rat {
	if !valid {
		return nil
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return n
}

// change returns (current - previous) / |previous|; nil if there is none.
func change(current, previous *big.Rat) *big.Rat {
	if current == nil || previous == nil || previous.Sign() == 0 {
		return nil
	}
	diff := new(big.Rat).Sub(current, previous)
	return diff.Quo(diff, new(big.Rat).Abs(previous))
}
