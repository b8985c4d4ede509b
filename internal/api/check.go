package api

import (
	"cmp"
	"net/http"
	"time"

	"adtally"
)

// TokenCheck is the result of one check of a token.
type TokenCheck struct {
	Name    adtally.CheckName   `json:"name" enum:"form,live,permission,expiry,accounts,same_accounts,insights" doc:"Name of the check"`
	Result  adtally.CheckResult `json:"result" enum:"pass,warn,ask,fail,skipped" doc:"ask = the token is accepted only with confirm; skipped = an earlier check failed"`
	Code    string              `json:"code,omitempty" doc:"Stable code for programs" example:"token_expired"`
	Act     adtally.Act         `json:"act,omitempty" enum:"retry,wait,reconnect,configure,bug" doc:"Who must act, if the check failed"`
	Message string              `json:"message" doc:"Result in one sentence"`
	Hint    string              `json:"hint,omitempty" doc:"How to fix it"`
	Seconds float64             `json:"seconds,omitempty" doc:"How long it took, in seconds; absent = no time, or unknown"`
}

// Findings are all results of inspecting a token.
type Findings struct {
	Checks  []TokenCheck `json:"checks" nullable:"false" doc:"Checks in the order in which they ran"`
	Who     string       `json:"who,omitempty" doc:"Owner of the token"`
	Kind    string       `json:"kind,omitempty" example:"system user" doc:"Kind of owner, as the platform names it"`
	App     string       `json:"app,omitempty" doc:"App that the token was issued for"`
	Expires *time.Time   `json:"expires,omitempty" doc:"When the token expires; absent = never, or unknown: see the check expiry"`
	Lost    []AdAccount  `json:"lost" nullable:"false" doc:"Ad accounts that the source reads and the token cannot see"`
	Gained  []AdAccount  `json:"gained" nullable:"false" doc:"Ad accounts that no earlier token of the source could see"`
}

func findingsOf(i adtally.Inspection) Findings {
	return Findings{Checks: checksOf(i.Checks), Who: i.Grant.Who, Kind: i.Grant.Kind, App: i.Grant.App, Expires: timeOrNil(i.Grant.ExpiresAt),
		Lost: bareAccounts(i.Lost), Gained: bareAccounts(i.Gained)}
}

func checksOf(all []adtally.Check) []TokenCheck {
	out := []TokenCheck{}
	for _, c := range all {
		out = append(out, checkOf(c))
	}
	return out
}

func checkOf(c adtally.Check) TokenCheck { return TokenCheck(c) }

func bareAccounts(all []adtally.Account) []AdAccount {
	out := []AdAccount{}
	for _, a := range all {
		out = append(out, AdAccount{ID: a.ID, Name: a.Name, Currency: a.Currency, Zone: a.Zone, Status: a.Status})
	}
	return out
}

// rejection returns the problem of a secret that failed inspection, or that a person
// must confirm; nil = the secret is accepted.
func rejection(i adtally.Inspection, confirmed bool) error {
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
