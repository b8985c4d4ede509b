package facebookads

import (
	"fmt"
	"strings"

	"adtally"
)

// Meta gives budgets and balances in minor units. The digits are Meta's own,
// from its page on currencies: HUF, TWD and COP have none there although
// ISO 4217 gives them two.
const (
	noMinorUnit  = "CLP COP CRC HUF IDR ISK JPY KRW PYG TWD VND"
	twoMinorUnit = "DZD ARS AUD BHD BDT BOB BGN BRL GBP CAD CNY HRK CZK DKK EGP EUR GTQ HNL HKD INR ILS JOD KES " +
		"LVL LTL MOP MYR MXN NZD NIO NGN NOK PKR PEN PHP PLN QAR RON RUB SAR RSD SGD SKK ZAR SEK CHF THB TRY AED " +
		"UAH USD UYU VEF FBZ VES"
)

var currencyDigits = func() map[string]int32 {
	digits := map[string]int32{}
	for _, code := range strings.Fields(noMinorUnit) {
		digits[code] = 0
	}
	for _, code := range strings.Fields(twoMinorUnit) {
		digits[code] = 2
	}
	return digits
}()

// minorDigits is how many digits of an amount in minor units stand after the
// point. A currency that the table does not know is a fault: a guess would be
// wrong by a factor of a hundred.
func minorDigits(currency string) (int32, error) {
	digits, known := currencyDigits[currency]
	if !known {
		return 0, &adtally.Fault{Act: adtally.Bug, Code: "unknown_currency",
			Message: fmt.Sprintf("The account's currency %q is not in Adtally's table of minor units", currency),
			Hint:    "Please report it: budgets are not guessed."}
	}
	return digits, nil
}
