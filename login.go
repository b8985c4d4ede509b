package adtally

import "time"

// CheckResult says how a check of a secret went.
type CheckResult string

// The results. Where a check asks, a person says whether the secret is taken all
// the same; one that was skipped would say nothing after what failed before it.
const (
	CheckPassed  CheckResult = "pass"
	CheckWarns   CheckResult = "warn"
	CheckAsks    CheckResult = "ask"
	CheckFailed  CheckResult = "fail"
	CheckSkipped CheckResult = "skipped"
)

// CheckName says what is checked of a secret.
type CheckName string

// The checks, in the order in which they are made (R8).
const (
	CheckForm         CheckName = "form"
	CheckLive         CheckName = "live"
	CheckPermission   CheckName = "permission"
	CheckExpiry       CheckName = "expiry"
	CheckAccounts     CheckName = "accounts"
	CheckSameAccounts CheckName = "same_accounts"
	CheckInsights     CheckName = "insights"
)

// CheckNames are all checks.
func CheckNames() []CheckName {
	return []CheckName{CheckForm, CheckLive, CheckPermission, CheckExpiry, CheckAccounts, CheckSameAccounts, CheckInsights}
}

// Check is one thing that was looked at of a secret.
type Check struct {
	Name    CheckName   `json:"name"`
	Result  CheckResult `json:"result"`
	Code    string      `json:"code,omitempty"` // of the fault, where there is one
	Act     Act         `json:"act,omitempty"`  // who must act then
	Message string      `json:"message"`        // one sentence
	Hint    string      `json:"hint,omitempty"` // what to do about it
}

// Before is what is known of a source whose secret is to be replaced; the zero
// Before is of one that has none yet.
type Before struct {
	Read []Account // those that are read
	Seen []Account // those that a secret of the source ever saw
	All  bool      // whatever the secret sees is read
}

// Inspection is all that was found of a secret before it is used.
type Inspection struct {
	Grant  Grant     `json:"grant"`
	Checks []Check   `json:"checks"`
	Lost   []Account `json:"lost,omitempty"`   // those that the source reads and the secret does not see
	Gained []Account `json:"gained,omitempty"` // those that no secret of the source saw before
}

// Verdict is the worst that a check says: of those that ask, and those that fail.
func (i Inspection) Verdict() (worst Check) {
	worst.Result = CheckPassed
	for _, c := range i.Checks {
		if c.Result == CheckFailed {
			return c
		}
		if c.Result == CheckAsks {
			worst = c
		}
	}
	return worst
}

// Login is somebody's way through a platform's login, from where they leave us
// until they are back. It holds nothing secret.
type Login struct {
	ID        string
	Connector string
	Source    string // whose secret is renewed; empty = one is to be made
	By        string // a person, or the link by which somebody came
	Link      string // its id; empty = none
	Made      time.Time
	Expires   time.Time
	Ended     time.Time // zero = they are not back
	// Credential keeps the secret that came of it until that is taken.
	Credential string
	Taken      time.Time // zero = it is not
	Found      *Inspection
	Fault      *Fault // why nothing came of it
}

// Handover is what is decided together with a source's new secret: all of it or
// nothing.
type Handover struct {
	Admission
	Accounts []Account // that the secret sees
	At       time.Time
	Taken    string // the login that it comes from, which is used up; empty = none
	Ended    *Login // the login that ends with it; nil = none
}

// ConnectLink lets whoever holds it log in at a platform for one source, once,
// without being one of our people.
type ConnectLink struct {
	ID      string
	Source  string
	By      string
	Made    time.Time
	Expires time.Time
	Used    time.Time // zero = it is not
	Revoked time.Time // zero = it is not
}

// Open says whether the link still lets somebody in.
func (l ConnectLink) Open(now time.Time) bool {
	return l.Used.IsZero() && l.Revoked.IsZero() && now.Before(l.Expires)
}

// PlatformApp is the installation's app at a platform, as it is kept: its secret
// is in the vault.
type PlatformApp struct {
	Connector     string
	ID            string
	Configuration string
	Credential    string // of its secret
	Revision      int64  // counts edits
}

// InstallationSettings are what an admin sets for everybody.
type InstallationSettings struct {
	// Reveal lets the entitled see a token again.
	Reveal   bool  `json:"reveal"`
	Revision int64 `json:"-"` // counts edits; 0 = nothing was ever set
}

// UsualSettings are those of a new installation.
func UsualSettings() InstallationSettings { return InstallationSettings{Reveal: true} }

// Kept is a credential of a source's as whoever looks after it needs to know it.
type Kept struct {
	Credential Credential
	Version    CredentialVersion // the one in use
	Source     string            // one that uses it
	Checked    time.Time         // when the platform was last asked about it
	Tried      time.Time         // when it was last tried to extend it
	Alert      string            // why that failed; empty = it did not
	// Former are versions whose secrets are kept although a sync has gone well since.
	Former []int64
}
