package main

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/vault"
)

// How long a verification and an account list stay valid. All calls of an app share one
// hourly budget (docs/meta-api.md#rate-limits), so fifty sources must not each ask the
// same question.
const (
	verifiedFor = 24 * time.Hour
	listedFor   = time.Hour
)

// answer is the platform's last answer about a secret. Sources that use copies of one
// token have separate credentials and share the answer.
type answer struct {
	mu    sync.Mutex // held during the request to the platform
	grant adtally.Grant
}

func (c *runner) answerFor(s adtally.Secret) *answer {
	one, _ := c.answers.LoadOrStore(sha256.Sum256([]byte(s.Reveal())), &answer{})
	return one.(*answer) //nolint:forcetypeassert // nothing else is stored
}

// granted returns what a secret allows and which accounts it sees. It asks the platform
// once a day, for the accounts once an hour, and immediately if the token seems to be
// invalid. For a run that a person started it always lists the accounts.
func (c *runner) granted(ctx context.Context, p connector.Connector, s adtally.SourceRecord, k key, t adtally.Trigger) (adtally.Grant, error) {
	shared := c.answerFor(k.secret)
	shared.mu.Lock()
	defer shared.mu.Unlock()
	known, err := c.remembered(ctx, k)
	if err != nil {
		return known, err
	}
	if shared.grant.Listed.After(known.Listed) {
		known = shared.grant
	}
	if t == adtally.ByHand {
		known.Listed = time.Time{}
	}
	g, err := c.asked(ctx, p, s, k, known)
	if err != nil {
		shared.grant = adtally.Grant{}
		return g, err
	}
	shared.grant = g
	return g, c.store.NoteGrant(ctx, k.version.Credential, k.version.Number, g, c.p.clock())
}

// asked returns g if it is recent enough, and asks the platform otherwise.
func (c *runner) asked(ctx context.Context, p connector.Connector, s adtally.SourceRecord, k key, g adtally.Grant) (adtally.Grant, error) {
	now := c.p.clock()
	switch {
	case !believed(g, now):
		return c.verified(ctx, p, s, k)
	case within(g.Listed, now, listedFor) && sees(g, s.Accounts):
		return g, nil
	}
	accounts, at, err := p.Accounts(ctx, k.secret, s.Accounts...)
	if err != nil && adtally.FaultOf(err).Act == adtally.Reconnect {
		return c.verified(ctx, p, s, k)
	}
	g.Accounts, g.At, g.Listed = accounts, at, c.p.clock()
	return g, err
}

// within reports whether then is less than d before now. It is false if the clock was
// set back since.
func within(then, now time.Time, d time.Duration) bool {
	return !now.Before(then) && now.Sub(then) < d
}

// believed reports whether a verification is still valid.
func believed(g adtally.Grant, now time.Time) bool {
	ended := g.ExpiryKnown && !g.ExpiresAt.IsZero() && !now.Before(g.ExpiresAt)
	return within(g.Verified, now, verifiedFor) && len(g.Missing) == 0 && !ended
}

func sees(g adtally.Grant, named []string) bool {
	return !slices.ContainsFunc(named, func(id string) bool {
		return !slices.ContainsFunc(g.Accounts, func(a adtally.Account) bool { return a.ID == id })
	})
}

// remembered returns the stored grant of a secret.
func (c *runner) remembered(ctx context.Context, k key) (adtally.Grant, error) {
	all, err := c.store.CredentialVersions(ctx, k.version.Credential)
	for _, v := range all {
		if v.Number == k.version.Number {
			return v.Grant, err
		}
	}
	return adtally.Grant{}, err
}

// verified asks the platform about the token, its permissions and its accounts.
func (c *runner) verified(ctx context.Context, p connector.Connector, s adtally.SourceRecord, k key) (adtally.Grant, error) {
	g, err := p.Verify(ctx, k.secret, s.Accounts...)
	now := c.p.clock()
	switch {
	case err != nil:
		if adtally.FaultOf(err).Act == adtally.Reconnect {
			c.doubt(ctx, k)
		}
		return g, dated(err, k.version.Grant, now)
	case len(g.Missing) > 0:
		return g, vault.Lacks(g)
	}
	g.Verified, g.Listed = now, now
	return g, nil
}

// doubt makes the next run verify a secret that seems to be invalid.
func (c *runner) doubt(ctx context.Context, k key) {
	if err := c.store.DoubtGrant(context.WithoutCancel(ctx), k.version.Credential, k.version.Number); err != nil {
		c.log.Error("a doubt about a token was not kept", "credential", k.version.Credential, "error", err)
	}
}

// forget is doubt, and also discards the answer that other sources share.
func (c *runner) forget(ctx context.Context, k key) {
	shared := c.answerFor(k.secret)
	shared.mu.Lock()
	shared.grant = adtally.Grant{}
	shared.mu.Unlock()
	c.doubt(ctx, k)
}

// dead reports whether the platform rejected the secret during a step.
func dead(done adtally.Done, err error) bool {
	if err != nil {
		return adtally.FaultOf(err).Act == adtally.Reconnect
	}
	return slices.ContainsFunc(done.Outcomes, func(o adtally.Outcome) bool { return o.Fault != nil && o.Fault.Act == adtally.Reconnect })
}
