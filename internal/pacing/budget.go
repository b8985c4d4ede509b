package pacing

import (
	"fmt"
	"math/big"
	"strings"

	"adtally"
)

// A budget raises an alert if the month will end more than tenth away from it. The projection
// is that of the metric projected_spend: it repeats the average of the days so far, and in
// the first days of a month it says little.
const firstProjected = 5 // days of the month that must have passed

var (
	tenthMore = big.NewRat(11, 10)
	tenthLess = big.NewRat(9, 10)
)

func (s seen) budgets() (all []adtally.Alert) {
	for _, b := range s.Budgets {
		if t, wrong := s.budget(b); wrong {
			all = append(all, t)
		}
	}
	return all
}

// budget compares the month so far with its budget. For a projection, the month must have been
// read from its first day; what is spent already is spent.
func (s seen) budget(b Budget) (t adtally.Alert, wrong bool) {
	next := b.Month.AddMonths(1)
	passed := int64(s.last - b.Month + 1)
	if s.last < b.Month || s.last >= next || b.Currency != s.Currency || b.Amount.Sign() <= 0 {
		return t, false
	}
	spent := s.spend(b.Campaign, b.Month, s.last)
	projected := new(big.Rat).Mul(spent, big.NewRat(int64(next-b.Month), passed))
	subject := s.subject(b.Campaign) + " " + b.Month.String()[:7]
	switch {
	case spent.Cmp(b.Amount) > 0:
		t = s.alert(adtally.Overspend, subject)
		t.Stage, t.Severity = 2, adtally.Critical
		t.Sentence = fmt.Sprintf("%s has spent %s by %s; its budget for the month is %s.", s.called(b.Campaign), s.money(spent), s.last, s.money(b.Amount))
		t.Cure = "Lower or pause its campaigns, or upload a higher budget."
		return t, true
	case passed < firstProjected || !s.wasRead(b.Month, s.last):
		return t, false
	case projected.Cmp(new(big.Rat).Mul(b.Amount, tenthMore)) > 0:
		t = s.alert(adtally.Overspend, subject)
		t.Stage = 1
		t.Cure = "Lower the daily budgets, or upload a higher budget."
	case projected.Cmp(new(big.Rat).Mul(b.Amount, tenthLess)) < 0:
		t = s.alert(adtally.Underspend, subject)
		t.Cure = "Raise the daily budgets, or upload a lower budget."
	default:
		return t, false
	}
	t.Sentence = fmt.Sprintf("%s will spend about %s this month if it goes on as until %s; its budget is %s.", s.called(b.Campaign), s.money(projected), s.last, s.money(b.Amount))
	return t, true
}

// money is an amount as people read it: large ones without cents.
func (s seen) money(amount *big.Rat) string {
	digits := 2
	if amount.Cmp(big.NewRat(1000, 1)) >= 0 {
		digits = 0
	}
	whole, cents, hasCents := strings.Cut(amount.FloatString(digits), ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if hasCents {
		whole += "." + cents
	}
	return whole + " " + s.Currency
}
