package adtally

import "time"

// Grant is what a credential allows. Nothing in it is secret.
type Grant struct {
	Who       string    `json:"who"`                 // the person or system user behind the token
	UserID    string    `json:"user_id"`             //
	Kind      string    `json:"kind"`                // "user", "system user", as the platform says; "" = unknown
	App       string    `json:"app"`                 // the app the token was made for; "" = unknown
	AppID     string    `json:"app_id,omitempty"`    //
	IssuedAt  time.Time `json:"issued_at,omitzero"`  // zero = not known
	Scopes    []string  `json:"scopes"`              // what was granted
	Missing   []string  `json:"missing"`             // what reading needs and was not granted
	ExpiresAt time.Time `json:"expires_at,omitzero"` // zero with Known = never
	// ExpiryKnown is false where the platform would not tell.
	ExpiryKnown         bool      `json:"expiry_known"`
	DataAccessExpiresAt time.Time `json:"data_access_expires_at,omitzero"` // zero = no such limit
	Accounts            []Account `json:"accounts"`
	// At is the platform's own clock when it listed the accounts.
	At time.Time `json:"at,omitzero"`
	// Verified and Listed are our clock when the platform said all this of the secret,
	// and which accounts it sees; zero = ask again.
	Verified time.Time `json:"verified,omitzero"`
	Listed   time.Time `json:"listed,omitzero"`
	// AppTrouble is why the platform does not take our app for what we say it is;
	// "" = it does, or none is set. The token itself is not concerned.
	AppTrouble string `json:"app_trouble,omitempty"`
}

// App is an app at a platform that an installation has: people log in to it, and
// its secret proves and extends tokens that were made for it.
type App struct {
	ID     string
	Secret Secret
	// Configuration is what some platforms keep a login's details under; "" = none.
	Configuration string
}

// IsZero says that there is none.
func (a App) IsZero() bool { return a.ID == "" || a.Secret.IsZero() }

// Made says whether a secret was made for the app.
func (a App) Made(app string) bool { return !a.IsZero() && a.ID == app }

// Credential is a secret that the vault keeps: what it is called, and who may
// use it. The secret itself is in its versions.
type Credential struct {
	ID        string
	Connector string // who may use it: a connector, or a kind of channel
	Name      string // for people
	Created   time.Time
	Latest    int64 // the number of its newest version, which is the one in use
}

// CredentialVersion is one secret of a credential's. It is never overwritten: a
// new secret is a new version, and a sync that runs finishes with the old one.
type CredentialVersion struct {
	Credential string
	Number     int64 // from 1
	State      VersionState
	Grant      Grant
	By         string // who admitted it
	Admitted   time.Time
	Wiped      time.Time // when its secret was destroyed; zero = it is there
}

// VersionState says how a version of a credential stands.
type VersionState string

// The states. A former version is kept until the new one has proved itself; of a
// wiped one only its history is left.
const (
	CurrentVersion VersionState = "current"
	FormerVersion  VersionState = "former"
	WipedVersion   VersionState = "wiped"
)

// Sealed is a version's secret as it is kept: nothing can be read of it without
// the key that sealed it.
type Sealed struct {
	Credential string
	Version    int64
	Key        string // the id of that key
	Bytes      []byte
}

// Admission is a sealed secret on its way into the database, and the version that it
// is to be. What is decided together with it is decided in the transaction that
// keeps it: a secret that was refused is nowhere.
type Admission struct {
	Credential Credential
	Version    CredentialVersion
	Sealed     Sealed
}

// IsZero says that there is none.
func (a Admission) IsZero() bool { return a.Credential.ID == "" }

// SealKey is what the database knows of a key that seals: never the key itself.
type SealKey struct {
	ID    string
	Check []byte // something sealed with it, which only the right key opens
	State SealKeyState
	Since time.Time // since when it is, or was, the current one
}

// SealKeyState says what a key is for.
type SealKeyState string

// The states. One key is current: it seals. Former ones open what is not sealed
// anew yet. A retired one opens nothing any more, and is never used again.
const (
	CurrentKey SealKeyState = "current"
	FormerKey  SealKeyState = "former"
	RetiredKey SealKeyState = "retired"
)

// Spec is what a connector or a destination says of itself; forms and docs are
// drawn from it.
type Spec struct {
	Name    string // "facebookads"
	Title   string // "Facebook Ads"
	Summary string
	Fields  []Field
	// Faults are the ways in which its credentials fail, and what to do.
	Faults []FaultInfo
	Guide  Guide // the way to a credential that lasts
	// LookBack is for how many days after a day the platform may restate it.
	LookBack int
}

// FaultInfo is what is known of a sort of fault before it happens.
type FaultInfo struct {
	Code    string
	Act     Act
	Message string
	Hint    string
	Help    string // the anchor in the connector's document
}

// Fault makes a fault of a card.
func (s Spec) Fault(code string) *Fault {
	for _, c := range s.Faults {
		if c.Code == code {
			return &Fault{Act: c.Act, Code: c.Code, Message: c.Message, Hint: c.Hint}
		}
	}
	return &Fault{Act: Bug, Code: code, Message: "Something is wrong that " + s.Title + " does not know"}
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
