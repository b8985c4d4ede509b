package api

import (
	"cmp"
	"net/http"
	"time"

	"adtally"
)

// TokenCheck is one thing that was looked at of a token.
type TokenCheck struct {
	Name    adtally.CheckName   `json:"name" enum:"form,live,permission,expiry,accounts,same_accounts,insights"`
	Result  adtally.CheckResult `json:"result" enum:"pass,warn,ask,fail,skipped" doc:"ask = it is taken only where somebody confirms it; skipped = it would say nothing after what failed"`
	Code    string              `json:"code,omitempty" doc:"Stable, for programs" example:"token_expired"`
	Act     adtally.Act         `json:"act,omitempty" enum:"retry,wait,reconnect,configure,bug" doc:"Who must act, where it failed"`
	Message string              `json:"message" doc:"What was found, in one sentence"`
	Hint    string              `json:"hint,omitempty" doc:"What to do about it"`
}

// Findings are all that was found of a token.
type Findings struct {
	Checks  []TokenCheck `json:"checks" nullable:"false" doc:"In the order in which they are made"`
	Who     string       `json:"who,omitempty" doc:"Whose token it is"`
	Kind    string       `json:"kind,omitempty" example:"system user"`
	App     string       `json:"app,omitempty" doc:"The app that it was made for"`
	Expires *time.Time   `json:"expires,omitempty" doc:"Absent = never, or nobody knows: see the check"`
	Lost    []AdAccount  `json:"lost" nullable:"false" doc:"Ad accounts that are read and that the token does not see"`
	Gained  []AdAccount  `json:"gained" nullable:"false" doc:"Ad accounts that no token of the source saw before"`
}

func findingsOf(i adtally.Inspection) Findings {
	return Findings{Checks: checksOf(i.Checks), Who: i.Grant.Who, Kind: i.Grant.Kind, App: i.Grant.App, Expires: given(i.Grant.ExpiresAt),
		Lost: bareAccounts(i.Lost), Gained: bareAccounts(i.Gained)}
}

func checksOf(all []adtally.Check) []TokenCheck {
	out := []TokenCheck{}
	for _, c := range all {
		out = append(out, TokenCheck(c))
	}
	return out
}

func bareAccounts(all []adtally.Account) []AdAccount {
	out := []AdAccount{}
	for _, a := range all {
		out = append(out, AdAccount{ID: a.ID, Name: a.Name, Currency: a.Currency, Zone: a.Zone, Status: a.Status})
	}
	return out
}

// notTaken is the problem of a secret that was found not to be good, or that
// somebody has to confirm; nil = it is taken.
func notTaken(i adtally.Inspection, confirmed bool) error {
	worst := i.Verdict()
	p := &Problem{Status: http.StatusUnprocessableEntity, Act: cmp.Or(worst.Act, adtally.Configure), Code: worst.Code, Detail: worst.Message, Hint: worst.Hint,
		Checks: checksOf(i.Checks), Lost: bareAccounts(i.Lost), Gained: bareAccounts(i.Gained)}
	switch {
	case worst.Result == adtally.CheckFailed:
		return p.named()
	case worst.Result == adtally.CheckAsks && !confirmed:
		p.Status = http.StatusConflict
		return p.named()
	}
	return nil
}
