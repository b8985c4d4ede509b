package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"adtally"
)

// Platform is asked about secrets.
type Platform interface {
	// Verify asks what a secret allows, and whether it sees the named accounts.
	Verify(ctx context.Context, connector string, secret adtally.Secret, named ...string) (adtally.Grant, error)
	// Probe reads a little of an account with it.
	Probe(ctx context.Context, connector string, secret adtally.Secret, a adtally.Account) error
	// Refresh gives another secret in the place of one that ends.
	Refresh(ctx context.Context, connector string, secret adtally.Secret, g adtally.Grant) (adtally.Secret, error)
}

// soon is when an end is worth a warning: that is the first notice, too.
const soon = 14 * 24 * time.Hour

// short is a secret that was never meant to last.
const short = 24 * time.Hour

// Inspect makes the named checks of a secret, in their order, and asks the
// platform no more than it takes. It gives the secret to keep: in the place of one
// that was not meant to last, one that is, where the platform gives it. A platform
// that does not answer says nothing about a secret: that is an error, and no
// finding.
func Inspect(ctx context.Context, p Platform, connector string, secret adtally.Secret, b adtally.Before) (adtally.Inspection, adtally.Secret, error) {
	i := &inspection{}
	grant, err := p.Verify(ctx, connector, secret, ids(b.Read)...)
	if f := adtally.FaultOf(err); err != nil && (f.Act == adtally.Retry || f.Act == adtally.Wait || f.Code == "unexpected") {
		return i.Inspection, secret, err
	}
	if err == nil && passing(grant) {
		secret, grant = lengthened(ctx, p, connector, secret, grant, ids(b.Read))
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

// passing says whether a secret was not meant to last.
func passing(g adtally.Grant) bool {
	return len(g.Missing) == 0 && !g.ExpiresAt.IsZero() && g.ExpiresAt.Sub(g.At) < short
}

// lengthened is the secret that the platform gives for one that does not last, or
// that one where it gives none.
func lengthened(ctx context.Context, p Platform, connector string, secret adtally.Secret, g adtally.Grant, named []string) (adtally.Secret, adtally.Grant) {
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

// inspection is one that is under way.
type inspection struct {
	adtally.Inspection
	over bool // a check failed after which the others say nothing
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

// malformed is the fault of what is no secret at all.
const malformedSecret = "token_malformed"

// identify says whether it is a secret, and lives.
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
		i.add(adtally.CheckPermission, adtally.CheckPassed, "It may read ads", "")
		return
	}
	i.fail(adtally.CheckPermission, Lacks(i.Grant))
}

// Lacks is the fault of a secret that lacks permissions.
func Lacks(g adtally.Grant) *adtally.Fault {
	return configure("permission", fmt.Sprintf("The token lacks the permission %s", joined(g.Missing)),
		fmt.Sprintf("Make a new token and tick %s, or log in again and leave it ticked.", joined(g.Missing)), nil)
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

// expire says until when it lives.
func (i *inspection) expire() {
	g := i.Grant
	left := g.ExpiresAt.Sub(g.At)
	switch {
	case !g.ExpiryKnown:
		i.add(adtally.CheckExpiry, adtally.CheckWarns, "The platform does not tell until when it lives",
			"Adtally says at once when it has ended. With the app of the token set up here, the date is known.")
	case g.ExpiresAt.IsZero():
		i.add(adtally.CheckExpiry, adtally.CheckPassed, "It never expires"+access(g), "")
	case passing(g):
		i.add(adtally.CheckExpiry, adtally.CheckWarns, fmt.Sprintf("It lives for %s only", left.Round(time.Minute)),
			"Exchange it for a long-lived one before you paste it, or log in here, which does so by itself.")
	case left < soon:
		i.add(adtally.CheckExpiry, adtally.CheckWarns, "It "+ending(g), "Make a new one soon. A system user's token can be made to never expire.")
	default:
		i.add(adtally.CheckExpiry, adtally.CheckPassed, "It "+ending(g)+access(g), "")
	}
}

func ending(g adtally.Grant) string {
	return fmt.Sprintf("expires on %s, in %d days", g.ExpiresAt.UTC().Format("2 January 2006"), int(g.ExpiresAt.Sub(g.At).Hours()/24))
}

// access says when the app may not see the data any more, where that ends.
func access(g adtally.Grant) string {
	if g.DataAccessExpiresAt.IsZero() {
		return ""
	}
	return "; its access to data ends on " + g.DataAccessExpiresAt.UTC().Format("2 January 2006") + ", unless its owner logs in before"
}

func (i *inspection) count() {
	switch n := len(i.Grant.Accounts); n {
	case 0:
		i.add(adtally.CheckAccounts, adtally.CheckWarns, "This login can see no ad account",
			"Give its owner \"View performance\" on the ad account: in the Business portfolio under Users, choose them and assign the account.").Code = "no_accounts"
	case 1:
		i.add(adtally.CheckAccounts, adtally.CheckPassed, "It sees one ad account", "")
	default:
		i.add(adtally.CheckAccounts, adtally.CheckPassed, fmt.Sprintf("It sees %d ad accounts", n), "")
	}
}

// compare says whether what was read before is seen still.
func (i *inspection) compare(b adtally.Before) {
	if !i.over {
		i.Lost, i.Gained = without(b.Read, i.Grant.Accounts), without(i.Grant.Accounts, b.Seen)
	}
	switch {
	case len(b.Seen) == 0:
		i.Gained = nil
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, "There were none before", "")
	case len(i.Lost) > 0:
		i.add(adtally.CheckSameAccounts, adtally.CheckAsks, fmt.Sprintf("It no longer sees %s", named(i.Lost)),
			"Their rows stay, and are not read any more. Confirm if that is meant; else share the accounts with this token's owner, or take another token.").Code = "accounts_lost"
	case len(i.Gained) > 0 && b.All:
		i.add(adtally.CheckSameAccounts, adtally.CheckWarns, fmt.Sprintf("It sees what was read before, and also %s, which are read from now on", named(i.Gained)), "Pick the accounts one by one if that is not meant.")
	case len(i.Gained) > 0:
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, fmt.Sprintf("It sees what was read before, and also %s", named(i.Gained)), "")
	default:
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, "It sees the same ad accounts as before", "")
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

// most is how many accounts are named in a sentence.
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

// probe reads a little, as a sync will.
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
		i.add(adtally.CheckInsights, adtally.CheckWarns, "The figures of "+a.Name+" could not be tried now: "+f.Message, "The first sync tries again.").Code = f.Code
	default:
		i.fail(adtally.CheckInsights, err)
	}
}
