package analytics

import (
	"cmp"
	"iter"
	"maps"
	"math/big"
	"slices"

	"adtally"
)

// rateDecimals is the number of decimals of a rate between two currencies.
const rateDecimals = 10

// BaseCurrency is the currency of published rates.
const BaseCurrency = "EUR"

// Rate is a published exchange rate: units of Currency for one EUR.
type Rate struct {
	Day      adtally.Day
	Currency string
	PerEuro  *big.Rat
}

// DailyRate is a row of fx_daily.
type DailyRate struct {
	Day      adtally.Day
	From, To string
	Rate     string // with ten decimals
	Source   adtally.Day
}

// DailyRates returns the rate of every day and pair of different currencies, from the first
// published day through a day. A day takes the newest published day that is not later, at
// most maxCarry days old, and has both currencies; without one, it has no row.
func DailyRates(published []Rate, maxCarry int, through adtally.Day) iter.Seq[DailyRate] {
	byDay := map[adtally.Day]map[string]*big.Rat{}
	currencies := map[string]bool{BaseCurrency: true}
	for _, r := range published {
		if byDay[r.Day] == nil {
			byDay[r.Day] = map[string]*big.Rat{BaseCurrency: big.NewRat(1, 1)}
		}
		byDay[r.Day][r.Currency] = r.PerEuro
		currencies[r.Currency] = true
	}
	days, names := slices.Sorted(maps.Keys(byDay)), slices.Sorted(maps.Keys(currencies))
	return func(yield func(DailyRate) bool) {
		if len(days) == 0 {
			return
		}
		for d := days[0]; d <= through; d++ {
			past := days[:upTo(days, d)]
			for _, from := range names {
				for _, to := range names {
					if r, ok := rateOn(byDay, past, d, maxCarry, from, to); ok && !yield(r) {
						return
					}
				}
			}
		}
	}
}

// upTo returns how many of the sorted days are not later than d.
func upTo(days []adtally.Day, d adtally.Day) int {
	n, _ := slices.BinarySearchFunc(days, d, func(have, want adtally.Day) int { return cmp.Or(cmp.Compare(have, want), -1) })
	return n
}

func rateOn(byDay map[adtally.Day]map[string]*big.Rat, past []adtally.Day, d adtally.Day, maxCarry int, from, to string) (DailyRate, bool) {
	if from == to {
		return DailyRate{}, false
	}
	for _, source := range slices.Backward(past) {
		if int(d-source) > maxCarry {
			break
		}
		f, t := byDay[source][from], byDay[source][to]
		if f != nil && t != nil && f.Sign() > 0 {
			return DailyRate{Day: d, From: from, To: to, Rate: round(new(big.Rat).Quo(t, f), rateDecimals), Source: source}, true
		}
	}
	return DailyRate{}, false
}
