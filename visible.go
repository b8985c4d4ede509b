package adtally

// Ownership says how a business portfolio holds an ad account.
type Ownership string

// The kinds of ownership.
const (
	OwnedAccount     Ownership = "owned"   // the portfolio of the token's owner has it
	ClientAccount    Ownership = "client"  // another portfolio, or a person, has it and shares it
	UnknownOwnership Ownership = "unknown" // the platform does not tell
)

// VisibleAccount is an ad account that a token can see, as far as it is known yet.
type VisibleAccount struct {
	Account
	Portfolio   string    // the name of the business portfolio that has it; empty if unknown
	PortfolioID string    // empty if unknown
	Owned       Ownership // empty if not known yet
	Spend       string    // what it spent in the last 30 days, a decimal number in its currency; empty if unknown
}

// VisibleAccounts is a part of the list of the ad accounts that a token can see. An account
// may appear again when more is known about it.
type VisibleAccounts struct {
	Expected int // the number of accounts in the whole list; 0 if unknown
	Accounts []VisibleAccount
}
