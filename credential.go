package adtally

import "time"

// Grant is what a credential allows. Nothing in it is secret.
type Grant struct {
	Who       string    `json:"who"` // the person or system user behind the token
	UserID    string    `json:"user_id"`
	Kind      string    `json:"kind"` // "user" or "system user", as the platform says; empty if unknown
	App       string    `json:"app"`  // the app the token was issued for; empty if unknown
	AppID     string    `json:"app_id,omitempty"`
	IssuedAt  time.Time `json:"issued_at,omitzero"`  // zero if unknown
	Scopes    []string  `json:"scopes"`              // the permissions that were granted
	Missing   []string  `json:"missing"`             // the permissions that a sync needs and the token lacks
	ExpiresAt time.Time `json:"expires_at,omitzero"` // zero with ExpiryKnown: never
	// ExpiryKnown is false if the platform did not say.
	ExpiryKnown         bool      `json:"expiry_known"`
	DataAccessExpiresAt time.Time `json:"data_access_expires_at,omitzero"` // zero: no such limit
	Accounts            []Account `json:"accounts"`
	// At is the time by the platform's clock when it listed the accounts.
	At time.Time `json:"at,omitzero"`
	// Verified is when the platform last confirmed the token, and Listed when it last listed
	// the accounts, both by our clock; zero: ask again.
	Verified time.Time `json:"verified,omitzero"`
	Listed   time.Time `json:"listed,omitzero"`
	// AppProblem is why the platform rejects the app's ID or secret; empty if it accepts them
	// or no app is set up. The token itself is not affected.
	AppProblem string `json:"app_problem,omitempty"`
}

// App is the installation's own app at a platform. People log in to it. Its secret signs
// requests for tokens that were issued for it, and extends those tokens.
type App struct {
	ID     string
	Secret Secret
	// Configuration is the ID of the login configuration that some platforms use; empty if
	// there is none.
	Configuration string
}

// IsZero reports whether no app is set up.
func (a App) IsZero() bool { return a.ID == "" || a.Secret.IsZero() }

// Issued reports whether a token that was issued for the given app ID was issued for this app.
func (a App) Issued(app string) bool { return !a.IsZero() && a.ID == app }

// Credential names a secret in the vault and says what may use it. The secret itself is in
// its versions.
type Credential struct {
	ID        string
	Connector string // the connector or kind of channel that may use it
	Name      string // display name
	Created   time.Time
	Latest    int64 // the number of its newest version, the one in use
}

// CredentialVersion is one secret of a credential. It is never overwritten: a new secret
// is a new version, and a sync that is running finishes with the old one.
type CredentialVersion struct {
	Credential string
	Number     int64 // counts from 1
	State      VersionState
	Grant      Grant
	By         string // who added it
	Admitted   time.Time
	Wiped      time.Time // when its secret was destroyed; zero: not destroyed
}

// VersionState is the state of a credential version.
type VersionState string

// The states. A former version is kept until the new one has worked in a sync. Of a wiped
// version, only the history is left.
const (
	CurrentVersion VersionState = "current"
	FormerVersion  VersionState = "former"
	WipedVersion   VersionState = "wiped"
)

// Sealed is a version's encrypted secret.
type Sealed struct {
	Credential string
	Version    int64
	Key        string // the ID of the key that encrypted it
	Bytes      []byte
}

// Admission is a sealed secret that will become a credential version. Whatever else is
// decided with it is written in the same transaction, so that a rejected secret is stored
// nowhere.
type Admission struct {
	Credential Credential
	Version    CredentialVersion
	Sealed     Sealed
}

// IsZero reports whether there is no secret to store.
func (a Admission) IsZero() bool { return a.Credential.ID == "" }

// SealKey is what the database stores about an encryption key. The key itself is never in
// the database.
type SealKey struct {
	ID    string
	Check []byte // a value encrypted with the key; it tells the right key from others
	State SealKeyState
	Since time.Time // when it became the current key
}

// SealKeyState is the state of an encryption key.
type SealKeyState string

// The states. New secrets are encrypted with the one current key. Former keys decrypt
// secrets that were not encrypted again yet. A retired key is never used again.
const (
	CurrentKey SealKeyState = "current"
	FormerKey  SealKeyState = "former"
	RetiredKey SealKeyState = "retired"
)

// Spec describes a connector or a destination. Forms and docs are generated from it.
type Spec struct {
	Name    string // "facebookads"
	Title   string // "Facebook Ads"
	Summary string
	Fields  []Field
	// Faults lists the ways in which its credentials fail, and the cures.
	Faults []FaultInfo
	Guide  Guide // how to get a credential that lasts
	// LookBack is the number of days for which the platform may restate a past day.
	LookBack int
	// Version is the version of the platform's API that is used; empty if it has none.
	Version string
	// Synced says what is copied, and Permissions what the token needs and why.
	Synced      []SpecText
	Permissions []PermissionInfo
	HelpURL     string // the platform's own documentation; empty if there is none
	Document    string // the connector's own documentation, in Markdown
	Marketing   Marketing
}

// SpecText is a paragraph with a title.
type SpecText struct{ Title, Text string }

// PermissionInfo is a permission that a token needs.
type PermissionInfo struct{ Name, Why string }

// FaultInfo describes a kind of fault.
type FaultInfo struct {
	Code    string
	Act     Act
	Message string
	Hint    string
	Help    string // the anchor in the connector's document
}

// Fault returns the fault with the given code. An unknown code is a bug.
func (s Spec) Fault(code string) *Fault {
	for _, c := range s.Faults {
		if c.Code == code {
			return &Fault{Act: c.Act, Code: c.Code, Message: c.Message, Hint: c.Hint}
		}
	}
	return &Fault{Act: Bug, Code: code, Message: s.Title + " has no description of the fault " + code}
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

// Scope says whether a field is set once per installation or per source.
type Scope string

// The scopes of a field.
const (
	PerInstallation Scope = "installation"
	PerSource       Scope = "source"
)
