package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"adtally"
)

// Platform checks and refreshes secrets at an ad platform.
type Platform interface {
	// Identify returns what a secret allows, without its accounts.
	Identify(ctx context.Context, connector string, secret adtally.Secret) (adtally.Grant, error)
	// Accounts returns the accounts that a secret sees, including the named ones.
	Accounts(ctx context.Context, connector string, secret adtally.Secret, named ...string) ([]adtally.Account, error)
	// Verify returns what a secret allows, and whether it can see the named accounts.
	Verify(ctx context.Context, connector string, secret adtally.Secret, named ...string) (adtally.Grant, error)
	// Probe reads a few figures of an account, to check that the secret can read them.
	Probe(ctx context.Context, connector string, secret adtally.Secret, a adtally.Account) error
	// Refresh returns a secret with a longer lifetime.
	Refresh(ctx context.Context, connector string, secret adtally.Secret, g adtally.Grant) (adtally.Secret, error)
}

// warnBefore is the remaining lifetime below which the expiry check warns. The first
// notification about an expiring token is sent at the same time.
const warnBefore = 14 * 24 * time.Hour

// shortLife is the remaining lifetime below which a secret is short-lived.
const shortLife = 24 * time.Hour

// Inspect checks a secret with as few requests as possible, and returns the results and
// the secret to store. If the secret is short-lived, Inspect exchanges it for a long-lived
// one where the platform allows that. If the platform cannot be reached, Inspect returns an
// error and no results.
func Inspect(ctx context.Context, p Platform, connector string, secret adtally.Secret, b adtally.Before, o Observer) (adtally.Inspection, adtally.Secret, error) {
	i := &inspection{observer: o, began: o.now()}
	grant, err := p.Identify(ctx, connector, secret)
	if unanswered(err) {
		return i.Inspection, secret, err
	}
	if err == nil && passing(grant) {
		secret, grant = longLived(ctx, p, connector, secret, grant)
	}
	i.Grant = grant
	i.identify(err)
	i.permit()
	i.expire()
	if err := i.list(ctx, p, connector, secret.For(grant.AppID), b); err != nil {
		return i.Inspection, secret, err
	}
	i.compare(b)
	i.probe(ctx, p, connector, secret.For(grant.AppID), b)
	return i.Inspection, secret, ctx.Err()
}

// Observer follows an inspection. The zero Observer does nothing.
type Observer struct {
	Done func(adtally.Check) // called with each check as soon as it is done; nil = not called
	Now  func() time.Time    // measures how long a check takes; nil = not measured
}

func (o Observer) now() time.Time {
	if o.Now == nil {
		return time.Time{}
	}
	return o.Now()
}

// unanswered reports whether an error means that the platform did not answer, so that
// nothing is known about the secret.
func unanswered(err error) bool {
	f := adtally.FaultOf(err)
	return err != nil && (f.Act == adtally.Retry || f.Act == adtally.Wait || f.Code == "unexpected")
}

// passing reports whether a secret is short-lived. A secret without the required permissions
// is not, because it is not worth exchanging.
func passing(g adtally.Grant) bool {
	return len(g.Missing) == 0 && !g.ExpiresAt.IsZero() && g.ExpiresAt.Sub(g.At) < shortLife
}

// longLived exchanges a secret for a long-lived one. If that fails, it returns the given
// secret and grant.
func longLived(ctx context.Context, p Platform, connector string, secret adtally.Secret, g adtally.Grant) (adtally.Secret, adtally.Grant) {
	fresh, err := p.Refresh(ctx, connector, secret.For(g.AppID), g)
	if err != nil {
		return secret, g
	}
	better, err := p.Identify(ctx, connector, fresh)
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
	over     bool // a check failed, so the remaining checks are skipped
	observer Observer
	began    time.Time // when the work for the next check began
}

func (i *inspection) add(name adtally.CheckName, result adtally.CheckResult, message, hint string) {
	i.record(adtally.Check{Name: name, Result: result, Message: message, Hint: hint})
}

// record adds a check, or that it is skipped.
func (i *inspection) record(c adtally.Check) {
	now := i.observer.now()
	if i.over {
		c = adtally.Check{Name: c.Name, Result: adtally.CheckSkipped}
	}
	if c.Name != adtally.CheckForm || c.Result == adtally.CheckFailed { // the form is checked without a request
		c.Seconds, i.began = float64(now.Sub(i.began).Milliseconds())/1000, now
	}
	i.Checks = append(i.Checks, c)
	if i.observer.Done != nil {
		i.observer.Done(c)
	}
}

func (i *inspection) fail(name adtally.CheckName, err error) {
	f := adtally.FaultOf(err)
	i.record(adtally.Check{Name: name, Result: adtally.CheckFailed, Code: f.Code, Act: f.Act, Message: f.Message, Hint: f.Hint})
	i.over = true
}

// malformedSecret is the fault code for text that cannot be a secret.
const malformedSecret = "token_malformed"

// identify adds the checks of the secret's form and validity.
func (i *inspection) identify(err error) {
	if err != nil && adtally.FaultOf(err).Code == malformedSecret {
		i.fail(adtally.CheckForm, err)
	} else {
		i.add(adtally.CheckForm, adtally.CheckPassed, "The text looks like an access token", "")
	}
	if err != nil && !i.over {
		i.fail(adtally.CheckLive, err)
		return
	}
	message := "This is " + whose(i.Grant)
	if i.Grant.AppProblem == "" {
		i.add(adtally.CheckLive, adtally.CheckPassed, message, "")
		return
	}
	i.add(adtally.CheckLive, adtally.CheckWarns, message+", but the app of this installation cannot be used: "+i.Grant.AppProblem,
		"Ask an admin to check the app's ID and secret in the settings.")
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
		i.add(adtally.CheckPermission, adtally.CheckPassed, "The token has the permission to read ads", "")
		return
	}
	i.fail(adtally.CheckPermission, Lacks(i.Grant))
}

// Lacks returns the fault for a secret that lacks required permissions.
func Lacks(g adtally.Grant) *adtally.Fault {
	return configure("permission", fmt.Sprintf("The token lacks the permission %s", joined(g.Missing)),
		fmt.Sprintf("Create a new token with %s, or log in again and keep all permissions selected.", joined(g.Missing)), nil)
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

// expire adds the check of the secret's expiry.
func (i *inspection) expire() {
	g := i.Grant
	left := g.ExpiresAt.Sub(g.At)
	switch {
	case !g.ExpiryKnown:
		i.add(adtally.CheckExpiry, adtally.CheckWarns, "The platform does not say when the token expires",
			"Adtally alerts you when the token has expired. To see the date in advance, configure the token's app in the settings.")
	case g.ExpiresAt.IsZero():
		i.add(adtally.CheckExpiry, adtally.CheckPassed, "The token never expires"+access(g), "")
	case passing(g):
		i.add(adtally.CheckExpiry, adtally.CheckWarns, fmt.Sprintf("The token expires in %s", left.Round(time.Minute)),
			"Exchange it for a long-lived token before you paste it. If you log in here instead, Adtally does this automatically.")
	case left < warnBefore:
		i.add(adtally.CheckExpiry, adtally.CheckWarns, "The token "+ending(g), "Create a new token soon. You can set a system user's token to never expire.")
	default:
		i.add(adtally.CheckExpiry, adtally.CheckPassed, "The token "+ending(g)+access(g), "")
	}
}

func ending(g adtally.Grant) string {
	return fmt.Sprintf("expires on %s, in %d days", g.ExpiresAt.UTC().Format("2 January 2006"), int(g.ExpiresAt.Sub(g.At).Hours()/24))
}

// access returns a clause that says when the token's access to data ends. It returns an
// empty string if the access does not end.
func access(g adtally.Grant) string {
	if g.DataAccessExpiresAt.IsZero() {
		return ""
	}
	return "; its access to data ends on " + g.DataAccessExpiresAt.UTC().Format("2 January 2006") + " unless its owner logs in before then"
}

// list adds the check of how many accounts the secret sees. It returns an error if the
// platform did not answer.
func (i *inspection) list(ctx context.Context, p Platform, connector string, secret adtally.Secret, b adtally.Before) (err error) {
	if i.over {
		i.count()
		return nil
	}
	i.Grant.Accounts, err = p.Accounts(ctx, connector, secret, ids(b.Read)...)
	switch {
	case unanswered(err):
		return err
	case err != nil:
		i.fail(adtally.CheckAccounts, err)
	default:
		i.count()
	}
	return nil
}

func (i *inspection) count() {
	switch n := len(i.Grant.Accounts); n {
	case 0:
		i.record(adtally.Check{Name: adtally.CheckAccounts, Result: adtally.CheckWarns, Code: "no_accounts", Message: "The token cannot see any ad account",
			Hint: "Give the token's owner \"View performance\" on the ad account: in the Business portfolio, open Users, select the person and assign the account."})
	case 1:
		i.add(adtally.CheckAccounts, adtally.CheckPassed, "The token can see one ad account", "")
	default:
		i.add(adtally.CheckAccounts, adtally.CheckPassed, fmt.Sprintf("The token can see %d ad accounts", n), "")
	}
}

// compare adds the check that the token can see all accounts that the source reads.
func (i *inspection) compare(b adtally.Before) {
	if !i.over {
		i.Lost, i.Gained = without(b.Read, i.Grant.Accounts), without(i.Grant.Accounts, b.Seen)
	}
	switch {
	case len(b.Seen) == 0:
		i.Gained = nil
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, "The source has not read any accounts yet", "")
	case len(i.Lost) > 0:
		i.record(adtally.Check{Name: adtally.CheckSameAccounts, Result: adtally.CheckAsks, Code: "accounts_lost", Message: fmt.Sprintf("The token cannot see %s, which the source reads", named(i.Lost)),
			Hint: "With this token, the rows of these accounts stay but are no longer updated. Confirm if you want this. Otherwise, share the accounts with the token's owner, or use another token."})
	case len(i.Gained) > 0 && b.All:
		i.add(adtally.CheckSameAccounts, adtally.CheckWarns, fmt.Sprintf("The token can see the same accounts as before, and also %s, which Adtally will read from now on", named(i.Gained)), "If you do not want this, select the accounts one by one.")
	case len(i.Gained) > 0:
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, fmt.Sprintf("The token can see the same accounts as before, and also %s", named(i.Gained)), "")
	default:
		i.add(adtally.CheckSameAccounts, adtally.CheckPassed, "The token can see the same ad accounts as before", "")
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

// most is the number of accounts that a sentence names before it only counts the rest. A
// single remaining account is named too.
const most = 3

func named(all []adtally.Account) string {
	var names []string
	for n, a := range all {
		if n == most && len(all) > most+1 {
			return joined(names) + fmt.Sprintf(" and %d more", len(all)-most)
		}
		names = append(names, cmp.Or(a.Name, a.ID)) // an account may have no name
	}
	return joined(names)
}

// probe adds the check that figures can be read. It reads a few figures of one account,
// if possible of one that the source already reads.
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
		i.record(adtally.Check{Name: adtally.CheckInsights, Result: adtally.CheckWarns, Code: f.Code, Message: "The figures of " + a.Name + " cannot be read now: " + f.Message, Hint: "The first sync tries again."})
	default:
		i.fail(adtally.CheckInsights, err)
	}
}
