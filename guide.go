package adtally

// Guide leads a person to a secret that lasts. It belongs to a connector, which
// knows the platform's pages.
type Guide struct {
	Title   string
	Minutes int    // about how long it takes
	Before  string // what one must have before one begins
	Parts   []GuidePart
}

// GuidePart is some steps that lead to one thing.
type GuidePart struct {
	Title string
	Steps []GuideStep
}

// GuideStep is one thing to do.
type GuideStep struct {
	ID      string // stable: who comes back goes on there
	Title   string
	Text    string
	Link    string // the platform's page for it; empty = none
	Copy    []GuideValue
	Drawing string // names the drawing that shows it
	Checked string // the day on which somebody saw that it is so, YYYY-MM-DD
	// Shown is what of a token shows that the step was done; empty = nothing does.
	Shown GuideProof
}

// GuideValue is something to copy into a page of the platform's.
type GuideValue struct{ Label, Value string }

// GuideProof is how a token shows that a step was done.
type GuideProof string

// The proofs.
const (
	ProofLives   GuideProof = "lives"   // it is a token, and the platform takes it
	ProofSystem  GuideProof = "system"  // it is a system user's
	ProofScope   GuideProof = "scope"   // it may read ads
	ProofAsset   GuideProof = "asset"   // it sees an ad account
	ProofRole    GuideProof = "role"    // it may read the account's figures
	ProofForever GuideProof = "forever" // it never ends
)

// StepState says whether a step of a guide was done.
type StepState string

// The states. One that nothing shows is unknown; so is what stands behind a step
// that is not done.
const (
	StepDone    StepState = "done"
	StepMissing StepState = "missing"
	StepUnknown StepState = "unknown"
)

// StepFinding is what a token shows of a step.
type StepFinding struct {
	Step    string
	State   StepState
	Message string
	Hint    string
}

// Follow says of each step of a guide whether a token shows that it was done: which
// asset, permission or role is missing.
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

// proves says what an inspection shows.
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
			return StepUnknown, "The platform does not tell whose token it is", ""
		case "system user":
			return StepDone, "It is a system user's token", ""
		}
		return StepMissing, "It is the token of a " + i.Grant.Kind + ", which ends", "Make it for the system user, in the Business portfolio."
	case ProofForever:
		switch {
		case !i.Grant.ExpiryKnown:
			return StepUnknown, "The platform does not tell until when it lives", ""
		case i.Grant.ExpiresAt.IsZero():
			return StepDone, "It never expires", ""
		}
		return StepMissing, i.check(CheckExpiry).Message, "Make it again and choose \"Never\" under expiry; or keep it: Adtally warns in time, and extends it where the app is set up here."
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

// stateOf is a check as the state of a step: one that sees nothing is not done,
// although such a token may be kept.
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
