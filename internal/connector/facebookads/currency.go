package facebookads

import (
	"strings"

	"golang.org/x/text/currency"
)

// Meta gives budgets and balances in minor units. Its own page on currencies
// (META_API.md §3.13) wins where it differs from the tables of others: these have
// no minor unit there, HUF, TWD, COP and CRC among them, which have two digits in
// ISO 4217.
const noMinorUnit = "CLP COP CRC HUF IDR ISK JPY KRW PYG TWD VND"

// twoMinorUnit are those to which Meta's page gives two digits, and which CLDR
// does not know, or knows with another number of them.
const twoMinorUnit = "BHD FBZ JOD PKR RSD VES"

// cents is the only other minor unit that Meta has: a hundredth.
const cents = 2

// minorDigits is how many digits of an amount in minor units stand after the
// point. What Meta's page does not list is known where CLDR gives it two digits,
// as Meta gives to all the others. The rest is not known: a guess would be wrong
// by a factor of ten or a hundred.
func minorDigits(code string) (digits int32, known bool) {
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
	return len(code) == len("EUR") && strings.Contains(codes, code)
}

// withheld lists the columns of amounts that are not loaded, because the minor
// unit of the account's currency is not known. What came is in raw.
func (rd *reading) withheld() error {
	if rd.decoder.known {
		return nil
	}
	for _, f := range rd.stream.fields {
		if f.how != asMinor {
			continue
		}
		err := rd.gaps.add(gap{column: f.graph(), code: "unknown_currency",
			reason: "The minor unit of the account's currency, " + spokenCurrency(rd.account.Currency) + ", is not known; the amount as Meta sent it is in raw."})
		if err != nil {
			return err
		}
	}
	return nil
}

func spokenCurrency(code string) string {
	if code == "" {
		return "which Meta does not name"
	}
	return code
}
