package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"adtally"
)

// Platform answers questions about secrets.
type Platform interface {
	// Verify returns what a secret allows, and whether it can see the named accounts.
	Verify(ctx context.Context, connector string, secret adtally.Secret, named ...string) (adtally.Grant, error)
	// Probe reads a little of an account.
	Probe(ctx context.Context, connector string, secret adtally.Secret, a adtally.Account) error
	// Refresh returns a secret with a longer lifetime.
	Refresh(ctx context.Context, connector string, secret adtally.Secret, g adtally.Grant) (adtally.Secret, error)
}

// warnBefore is the remaining lifetime that is worth a warning: that of the first
// notification.
const warnBefore = 14 * 24 * time.Hour

// shortLife is the remaining lifetime of a short-lived secret.
const shortLife = 24 * time.Hour

// Inspect runs the checks of a secret in order, with as few requests as possible. It
// returns the secret to store: a long-lived one in place of a short-lived one, if the
// platform provides it. If the platform does not answer, nothing is known about the
// secret: Inspect returns an error and no findings.
func Inspect(ctx context.Context, p Platform, connector string, secret adtally.Secret, b adtally.Before) (adtally.Inspection, adtally.Secret, error) {
	i := &inspection{}
	grant, err := p.Verify(ctx, connector, secret, ids(b.Read)...)
	if f := adtally.FaultOf(err); err != nil && (f.Act == adtally.Retry || f.Act == adtally.Wait || f.Code == "unexpected") {
		return i.Inspection, secret, err
	}
	if err == nil && passing(grant) {
		secret, grant = longLived(ctx, p, connector, secret, grant, ids(b.Read))
	}
	i.Grant = grant
	i.identify(err)
	i.permit()
	i.expire()
	i.count()
	i.compare(b)
	i.probe(ctx, p, connector, secret.For(grant.AppID), b)
	return i.Inspection, secret, ctx.Err()
}

// passing reports whether a secret is short-lived.
func passing(g adtally.Grant) bool {
	return len(g.Missing) == 0 && !g.ExpiresAt.IsZero() && g.ExpiresAt.Sub(g.At) < shortLife
}

// longLived returns a long-lived secret, or the given one if the platform provides
// none.
func longLived(ctx context.Context, p Platform, connector string, secret adtally.Secret, g adtally.Grant, named []string) (adtally.Secret, adtally.Grant) {
	fresh, err := p.Refresh(ctx, connector, secret.For(g.AppID), g)
	if err != nil {
		return secret, g
	}
	better, err := p.Verify(ctx, connector, fresh, named...)
	if err != nil {
		return secret, g
	}
	return fresh, better
}

func ids(accounts []adtally.Account) (list []string) {
	for _, a := range accounts {
		list = append(list, a.ID)
	}
	return list
}

// inspection is an inspection in progress.
type inspection struct {
	adtally.Inspection
	over bool // a check failed that makes the remaining checks pointless
}

func (i *inspection) add(name adtally.CheckName, result adtally.CheckResult, message, hint string) *adtally.Check {
	if i.over {
		result, message, hint = adtally.CheckSkipped, "", ""
	}
	i.Checks = append(i.Checks, adtally.Check{Name: name, Result: result, Message: message, Hint: hint})
	return &i.Checks[len(i.Checks)-1]
}

func (i *inspection) fail(name adtally.CheckName, err error) {
	f := adtally.FaultOf(err)
	c := i.add(name, adtally.CheckFailed, f.Message, f.Hint)
	c.Code, c.Act = f.Code, f.Act
	i.over = true
}

// malformedSecret is the code of text that is not a secret at all.
const malformedSecret = "token_malformed"

// identify checks the form of the secret and that it is valid.
func (i *inspection) identify(err error) {
	if err != nil && adtally.FaultOf(err).Code == malformedSecret {
		i.fail(adtally.CheckForm, err)
	} else {
		i.add(adtally.CheckForm, adtally.CheckPassed, "It looks like an access token", "")
	}
	if err != nil && !i.over {
		i.fail(adtally.CheckLive, err)
		return
	}
	message := "It is " + whose(i.Grant)
	if i.Grant.AppProblem == "" {
		i.add(adtally.CheckLive, adtally.CheckPassed, message, "")
		return
	}
	i.add(adtally.CheckLive, adtally.CheckWarns, message+", but the app of this installation does not answer: "+i.Grant.AppProblem,
		"An admin checks the app's id and secret in the settings.")
}

func whose(g adtally.Grant) string {
	text := "the token of " + g.Who
	if g.Kind != "" {
		text += ", a " + g.Kind
	}
	if g.App != "" {
		text += ", made for the app " + g.App
	}
	return text
}

func (i *inspection) permit() {
	if len(i.Grant.Missing) == 0 {
		i.add(adtally.CheckPermission, adtally.CheckPassed, "It has the permission to read ads", "")
		return
	}
	i.fail(adtally.CheckPermission, Lacks(i.Grant))
}

// Lacks returns the fault of a secret without required permissions.
func Lacks(g adtally.Grant) *adtally.Fault {
	return configure("permission", fmt.Sprintf("The token lacks the permission %s", joined(g.Missing)),
		fmt.Sprintf("Create a new token with %s, or log in again and leave it selected.", joined(g.Missing)), nil)
}

func joined(names []string) (text string) {
	for n, name := range names {
		if n > 0 {
			text += ", "
		}
		text += name
	}
	return text
}

// expire checks the expiry.
func (i *inspection) expire() {
	g := i.Grant
	left := g.ExpiresAt.Sub(g.At)
	switch {
	case !g.ExpiryKnown:
		i.add(adtally.CheckExpiry, adtally.CheckWarns, "The platform does not say when it expires",
			"Adtally alerts you as soon as it has expired. To know the date, configure the token's app in the settings.")
	case g.ExpiresAt.IsZero():
		i.add(adtally.CheckExpiry, adtally.CheckPassed, "It never expires"+access(g), "")
	case passing(g):
		i.add(adtally.CheckExpiry, adtally.CheckWarns, fmt.Sprintf("It expires in %s", left.Round(time.Minute)),
			"Exchange it for a long-lived token before you paste it, or log in here, which does so automatically.")
	case left < warnBefore:
		i.add(adtally.CheckExpiry, adtally.CheckWarns, "It "+ending(g), "Create a new one soon. A system user's token can be set to never expire.")
	default:
		i.add(adtally.CheckExpiry, adtally.CheckPassed, "It "+ending(g)+access(g), "")
	}
}

func ending(g adtally.Grant) string {
	return fmt.Sprintf("expires on %s, in %d days", g.ExpiresAt.UTC().Format("2 January 2006"), int(g.ExpiresAt.Sub(g.At).Hours()/24))
}

// access adds when the app loses access to the data, if it does.
func access(g adtally.Grant) string {
	if g.DataAccessExpiresAt.IsZero() {
		return ""
	}
	return "; its access to data ends on " + g.DataAccessExpiresAt.UTC().Format("2 January 2006") + ", unless its owner logs in before"
}

func (i *inspection) count() {
	switch n := len(i.Grant.Accounts); n {
	case 0:
		i.add(adtally.CheckAccounts, adtally.CheckWarns, "It cannot see any ad account",
			"Give its owner \"View performance\" on the ad account: in the Business portfolio under Users, select the person and assign the account.").Code = "no_accounts"
	case 1:
		i.add(adtally.CheckAccounts, adtally.CheckPassed, "It can see one ad account", "")
	default:
		i.add(adtally.CheckAccounts, adtally.CheckPassed, fmt.Sprintf("It can see %d ad accounts", n), "")
	}
}

// compare checks that the accounts that were read before are still visible.
func (i *inspection) compare(b adtally.Before) {
	if !i.over {
		i.Lost, i.Gained = without(b.Read, i.Grant.Accounts), without(i.Grant.Accounts, b.Seen)
	}
	switch {
	case len(b.Seen) == 0:
		i.Gained = nil
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, "No accounts were read before", "")
	case len(i.Lost) > 0:
		i.add(adtally.CheckSameAccounts, adtally.CheckAsks, fmt.Sprintf("It no longer sees %s", named(i.Lost)),
			"Their rows stay, but get no updates. Confirm if that is intended; otherwise share the accounts with this token's owner, or use another token.").Code = "accounts_lost"
	case len(i.Gained) > 0 && b.All:
		i.add(adtally.CheckSameAccounts, adtally.CheckWarns, fmt.Sprintf("It can see the same accounts as before, and also %s, which will be read from now on", named(i.Gained)), "Pick the accounts individually if that is not intended.")
	case len(i.Gained) > 0:
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, fmt.Sprintf("It can see the same accounts as before, and also %s", named(i.Gained)), "")
	default:
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, "It can see the same ad accounts as before", "")
	}
}

func without(all, some []adtally.Account) (rest []adtally.Account) {
	for _, a := range all {
		if !slices.ContainsFunc(some, func(o adtally.Account) bool { return o.ID == a.ID }) {
			rest = append(rest, a)
		}
	}
	return rest
}

// most is the maximum number of accounts in a sentence.
const most = 3

func named(all []adtally.Account) string {
	var names []string
	for n, a := range all {
		if n == most && len(all) > most+1 {
			return joined(names) + fmt.Sprintf(" and %d more", len(all)-most)
		}
		names = append(names, a.Name)
	}
	return joined(names)
}

// probe reads a few figures, as a sync does.
func (i *inspection) probe(ctx context.Context, p Platform, connector string, secret adtally.Secret, b adtally.Before) {
	if len(i.Grant.Accounts) == 0 {
		i.over = true
	}
	if i.over {
		i.add(adtally.CheckInsights, adtally.CheckSkipped, "", "")
		return
	}
	a := i.Grant.Accounts[0]
	if n := slices.IndexFunc(i.Grant.Accounts, func(a adtally.Account) bool {
		return slices.ContainsFunc(b.Read, func(o adtally.Account) bool { return o.ID == a.ID })
	}); n >= 0 {
		a = i.Grant.Accounts[n]
	}
	err := p.Probe(ctx, connector, secret, a)
	f := adtally.FaultOf(err)
	switch {
	case err == nil:
		i.add(adtally.CheckInsights, adtally.CheckPassed, "The figures of "+a.Name+" can be read", "")
	case errors.Is(err, context.Canceled), f.Act == adtally.Retry, f.Act == adtally.Wait:
		i.add(adtally.CheckInsights, adtally.CheckWarns, "The figures of "+a.Name+" cannot be read now: "+f.Message, "The first sync tries again.").Code = f.Code
	default:
		i.fail(adtally.CheckInsights, err)
	}
}
