package adtally

import "time"

// Grant is what a credential allows. Nothing in it is secret.
type Grant struct {
	Who       string    // the person or system user behind the token
	UserID    string    //
	Kind      string    // "user", "system user", as the platform says; "" = unknown
	App       string    // the app the token was made for; "" = unknown
	Scopes    []string  // what was granted
	Missing   []string  // what reading needs and was not granted
	ExpiresAt time.Time // zero with Known = never
	// ExpiryKnown is false where the platform would not tell.
	ExpiryKnown         bool
	DataAccessExpiresAt time.Time // zero = no such limit
	Accounts            []Account
	At                  time.Time // the platform's own clock when it answered
}

// Spec is what a connector or a destination says of itself; forms and docs are
// drawn from it.
type Spec struct {
	Name    string // "facebookads"
	Title   string // "Facebook Ads"
	Summary string
	Fields  []Field
}

// Field is one setting of a Spec.
type Field struct {
	Key     string
	Label   string
	Help    string
	Default string
	Secret  bool
	Scope   Scope
}

// Scope says whether a field is set once per installation or for each source.
type Scope string

// The scopes of a field.
const (
	PerInstallation Scope = "installation"
	PerSource       Scope = "source"
)
