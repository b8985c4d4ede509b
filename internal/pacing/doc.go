// Package pacing finds ad accounts and campaigns that do not spend as planned: more or less
// than their budget, nothing any more, or money without conversions.
//
// It reads no warehouse and notifies nobody: its caller brings the figures and takes the
// alerts. Its one rule: a day that was not read is not a day without spend, so an account
// whose data is late raises nothing.
package pacing

import (
	"math/big"
	"time"

	"adtally"
)

// Account is an ad account with what it spent.
type Account struct {
	ID        string
	Name      string
	Source    string // ID of its source; empty if its figures were uploaded
	Zone      *time.Location
	Currency  string
	Read      []adtally.Window // the days that were read
	Campaigns []Campaign
	Budgets   []Budget
}

// Campaign is what a campaign did on the days that have rows.
type Campaign struct {
	ID   string
	Name string
	Days map[adtally.Day]Delivery
}

// Delivery is one day of a campaign.
type Delivery struct {
	Spend       *big.Rat // in the account's currency
	Conversions *big.Rat // claimed purchases; nil if they are not known
}

// Budget is the budget of one month.
type Budget struct {
	Campaign string      // empty for the whole account
	Month    adtally.Day // its first day
	Amount   *big.Rat
	Currency string
}
