package facebookads

import (
	"slices"
	"strings"

	"golang.org/x/text/currency"
)

// Meta returns budgets and balances in minor units. Where tables differ, Meta's own
// page on currencies is authoritative (docs/meta-api.md#money): the currencies below
// have no minor unit there, although HUF, TWD, COP and CRC have two digits in ISO
// 4217.
const noMinorUnit = "CLP COP CRC HUF IDR ISK JPY KRW PYG TWD VND"

// twoMinorUnit lists the currencies that have two digits on Meta's page and that CLDR
// does not know or gives another number of digits.
const twoMinorUnit = "BHD FBZ JOD PKR RSD VES"

// cents is the only other number of minor digits that Meta uses.
const cents = 2

// minorDigits returns the number of digits after the decimal point of an amount in
// minor units. A currency that Meta's page does not list is known if CLDR gives it two
// digits, as Meta does for all others. Anything else is unknown: a guess would be
// wrong by a factor of ten or a hundred.
func minorDigits(code string) (digits int32, known bool) {
	code = strings.ToUpper(code) // CLDR knows "huf" too, and gives it two digits
	switch {
	case listed(noMinorUnit, code):
		return 0, true
	case listed(twoMinorUnit, code):
		return cents, true
	}
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 0, false
	}
	scale, _ := currency.Standard.Rounding(unit)
	return cents, scale == cents
}

func listed(codes, code string) bool {
	return slices.Contains(strings.Fields(codes), code)
}

// withheld lists a gap for each amount column that is not loaded because the minor
// unit of the account's currency is unknown. The original value is in raw.
func (rd *reading) withheld() error {
	if rd.decoder.known {
		return nil
	}
	for _, f := range rd.stream.fields {
		if f.how != asMinor {
			continue
		}
		err := rd.gaps.add(gap{column: f.graph(), code: "unknown_currency",
			reason: "The minor unit of the account's currency, " + currencyLabel(rd.account.Currency) + ", is not known; the original amount is in raw."})
		if err != nil {
			return err
		}
	}
	return nil
}

func currencyLabel(code string) string {
	if code == "" {
		return "which Meta does not name"
	}
	return code
}
