package adtally

import "time"

// CheckResult is the result of checking a token.
type CheckResult string

// The results. "ask" means that a person decides whether to use the token anyway. A check
// is skipped if an earlier failure makes it meaningless.
const (
	CheckPassed  CheckResult = "pass"
	CheckWarns   CheckResult = "warn"
	CheckAsks    CheckResult = "ask"
	CheckFailed  CheckResult = "fail"
	CheckSkipped CheckResult = "skipped"
)

// CheckName names a check of a token.
type CheckName string

// The checks, in the order in which they run.
const (
	CheckForm         CheckName = "form"
	CheckLive         CheckName = "live"
	CheckPermission   CheckName = "permission"
	CheckExpiry       CheckName = "expiry"
	CheckAccounts     CheckName = "accounts"
	CheckSameAccounts CheckName = "same_accounts"
	CheckInsights     CheckName = "insights"
)

// CheckNames returns all checks.
func CheckNames() []CheckName {
	return []CheckName{CheckForm, CheckLive, CheckPermission, CheckExpiry, CheckAccounts, CheckSameAccounts, CheckInsights}
}

// Check is the result of one check of a token.
type Check struct {
	Name    CheckName   `json:"name"`
	Result  CheckResult `json:"result"`
	Code    string      `json:"code,omitempty"`    // the fault's code; empty if there is none
	Act     Act         `json:"act,omitempty"`     // who must act on the fault
	Message string      `json:"message"`           // one sentence
	Hint    string      `json:"hint,omitempty"`    // what to do about it
	Seconds float64     `json:"seconds,omitempty"` // how long it took; 0 if it needed no request
}

// Before describes a source before its token is replaced. The zero Before is a source that
// has no token yet.
type Before struct {
	Read []Account // the accounts that the source reads
	Seen []Account // the accounts that any token of the source ever saw
	All  bool      // the source reads all accounts that its token sees
}

// Inspection is the result of checking a token before it is used.
type Inspection struct {
	Grant  Grant     `json:"grant"`
	Checks []Check   `json:"checks"`
	Lost   []Account `json:"lost,omitempty"`   // accounts that the source reads and this token does not see
	Gained []Account `json:"gained,omitempty"` // accounts that no earlier token of the source saw
}

// Verdict returns the worst check: the first that failed, else one that asks, else a pass.
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

// Login is a person's login at a platform, from when they leave us until they return.
// Nothing in it is secret.
type Login struct {
	ID        string
	Connector string
	Source    string // the source whose token it replaces; empty if it creates one
	By        string // a user's ID, or the connect link
	Link      string // the connect link's ID; empty if none
	Made      time.Time
	Expires   time.Time
	Ended     time.Time // zero: they have not returned
	// Credential holds the resulting token until it is used.
	Credential string
	Taken      time.Time // when the token was used; zero: not yet
	Found      *Inspection
	Fault      *Fault // why the login failed
}

// Handover is everything that is written together with a source's new token, in one transaction.
type Handover struct {
	Admission
	Accounts []Account // the accounts that the token sees
	At       time.Time
	Taken    string // the login that the token came from, which is now used up; empty if none
	Ended    *Login // the login that ends with it; nil if none
}

// ConnectLink lets its holder log in at a platform once, for one source, without an
// Adtally account.
type ConnectLink struct {
	ID      string
	Source  string
	By      string
	Made    time.Time
	Expires time.Time
	Used    time.Time // zero: not used
	Revoked time.Time // zero: not revoked
}

// Open reports whether the link can still be used.
func (l ConnectLink) Open(now time.Time) bool {
	return l.Used.IsZero() && l.Revoked.IsZero() && now.Before(l.Expires)
}

// PlatformApp is the stored form of App. Its secret is in the vault.
type PlatformApp struct {
	Connector     string
	ID            string
	Configuration string
	Credential    string // of its secret
	Revision      int64  // counts edits
}

// InstallationSettings are the settings of the whole installation.
type InstallationSettings struct {
	// Reveal allows users with the permission to see a stored token.
	Reveal bool `json:"reveal"`
	// MCP lets assistants ask questions through the MCP server.
	MCP      bool  `json:"mcp,omitempty"`
	Revision int64 `json:"-"` // counts edits; 0: never set
}

// DefaultSettings returns the defaults.
func DefaultSettings() InstallationSettings { return InstallationSettings{Reveal: true} }

// Kept is a source's credential with what its maintenance needs to know.
type Kept struct {
	Credential Credential
	Version    CredentialVersion // the version in use
	Source     string            // a source that uses it
	Checked    time.Time         // when the platform was last asked about it
	Tried      time.Time         // when Adtally last tried to extend it
	Alert      string            // why that failed; empty if it did not
	// Former lists versions whose secrets are still stored although a sync with a newer
	// version has succeeded.
	Former []int64
}
