package adtally

import "time"

// Guide leads a person to a credential that does not expire. The connector supplies it.
type Guide struct {
	Title   string
	Minutes int    // how long it takes, roughly
	Before  string // what a person needs before they begin
	Parts   []GuidePart
}

// GuidePart is a group of steps.
type GuidePart struct {
	Title string
	Steps []GuideStep
}

// GuideStep is one thing to do.
type GuideStep struct {
	ID      string // stable, so that progress can be resumed
	Title   string
	Text    string
	Link    string // the platform's page for it; empty if there is none
	Copy    []GuideValue
	Drawing string // the name of a drawing that illustrates it
	Checked string // the day when the step was last verified, YYYY-MM-DD
	// Shown says how a token proves that the step was done; empty if it cannot.
	Shown GuideProof
}

// GuideValue is text to copy into one of the platform's pages.
type GuideValue struct{ Label, Value string }

// GuideProof says how a token proves that a step was done.
type GuideProof string

// The proofs.
const (
	ProofLives   GuideProof = "lives"   // the platform accepts the token
	ProofSystem  GuideProof = "system"  // it belongs to a system user
	ProofScope   GuideProof = "scope"   // it has the permission to read ads
	ProofAsset   GuideProof = "asset"   // it sees an ad account
	ProofRole    GuideProof = "role"    // it can read the account's figures
	ProofForever GuideProof = "forever" // it never expires
)

// StepState says whether a step of a guide was done.
type StepState string

// The states. A step is unknown if no token can prove it, or if an earlier step is missing.
const (
	StepDone    StepState = "done"
	StepMissing StepState = "missing"
	StepUnknown StepState = "unknown"
)

// StepFinding is what a token says about a step.
type StepFinding struct {
	Step    string
	State   StepState
	Message string
	Hint    string
}

// Follow reports for each step of the guide whether the inspected token proves that it was
// done, and which asset, permission or role is missing.
func (g Guide) Follow(i Inspection) (all []StepFinding) {
	for _, p := range g.Parts {
		for _, s := range p.Steps {
			f := StepFinding{Step: s.ID, State: StepUnknown}
			if s.Shown != "" {
				f.State, f.Message, f.Hint = i.proves(s.Shown)
			}
			all = append(all, f)
		}
	}
	return all
}

// proves returns the state of a proof, with a message and a hint.
func (i Inspection) proves(p GuideProof) (StepState, string, string) {
	live := i.check(CheckLive)
	if p != ProofLives && live.Result != CheckPassed && live.Result != CheckWarns {
		return StepUnknown, "", ""
	}
	switch p {
	case ProofLives:
		if form := i.check(CheckForm); form.Result == CheckFailed {
			live = form
		}
		return stateOf(live)
	case ProofSystem:
		switch i.Grant.Kind {
		case "":
			return StepUnknown, "The platform does not say whose token this is", ""
		case "system user":
			return StepDone, "The token belongs to a system user", ""
		}
		return StepMissing, "The token belongs to a " + i.Grant.Kind + " and will expire", "Create it for the system user, in the Business portfolio."
	case ProofForever:
		switch {
		case !i.Grant.ExpiryKnown:
			return StepUnknown, "The platform does not say when the token expires", ""
		case i.Grant.ExpiresAt.IsZero():
			return StepDone, "The token never expires", ""
		}
		return StepMissing, i.check(CheckExpiry).Message, "Create it again and choose \"Never\" under expiry. You can also keep it: Adtally warns you before it expires, and extends it if your app is set up here."
	case ProofScope:
		return stateOf(i.check(CheckPermission))
	case ProofAsset:
		return stateOf(i.check(CheckAccounts))
	}
	return stateOf(i.check(CheckInsights))
}

func (i Inspection) check(name CheckName) Check {
	for _, c := range i.Checks {
		if c.Name == name {
			return c
		}
	}
	return Check{Result: CheckSkipped}
}

// stateOf converts a check to the state of a step. A token that sees no account may be
// saved, but its step is missing.
func stateOf(c Check) (StepState, string, string) {
	switch {
	case c.Result == CheckSkipped:
		return StepUnknown, "", ""
	case c.Result == CheckFailed, c.Name == CheckAccounts && c.Result == CheckWarns:
		return StepMissing, c.Message, c.Hint
	case c.Name == CheckInsights && c.Result == CheckWarns:
		return StepUnknown, c.Message, c.Hint
	}
	return StepDone, c.Message, c.Hint
}

// GuideProgress is how far a person has come in a connector's guide.
type GuideProgress struct {
	User      string
	Connector string
	Source    string   // the source for which they follow it; empty if none exists yet
	Done      []string // the IDs of the finished steps
	Step      string   // the ID of the current step; empty if none
	At        time.Time
}
