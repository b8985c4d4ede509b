package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"adtally"
)

// Maintained stores what is known of maintained credentials.
type Maintained interface {
	// Kept returns the credentials of the existing sources.
	Kept(ctx context.Context) ([]adtally.Kept, error)
	// BeginCheck and BeginRefresh reserve an action; false = another process does it.
	BeginCheck(ctx context.Context, credential string, was, now time.Time) (bool, error)
	BeginRefresh(ctx context.Context, credential string, was, now time.Time) (bool, error)
	NoteGrant(ctx context.Context, credential string, version int64, g adtally.Grant, now time.Time) error
	NoteExtensionError(ctx context.Context, credential, why string) error
}

// Watch maintains credentials: it refreshes their grants, extends those that expire,
// and destroys secrets that are no longer needed. It never declares a credential dead:
// only a sync does, from the platform's answer.
type Watch struct {
	Vault    *Vault
	Charges  Maintained
	Platform Platform
	Now      func() time.Time
	Report   func(error)
	Tick     time.Duration // interval; 0 = a minute
}

// Intervals of asking the platform about a credential that no sync has checked, and of
// repeating a failed extension.
const (
	checkEvery = 24 * time.Hour
	tryEvery   = 24 * time.Hour
	usualTick  = time.Minute
)

// watcher is the author of extended versions.
const watcher = "adtally"

// Run works until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	tick := w.Tick
	if tick == 0 {
		tick = usualTick
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		if err := w.RunOnce(ctx); err != nil && ctx.Err() == nil {
			w.Report(fmt.Errorf("look after credentials: %w", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// RunOnce does once what is due.
func (w *Watch) RunOnce(ctx context.Context) error {
	all, err := w.Charges.Kept(ctx)
	for _, k := range all {
		err = errors.Join(err, w.check(ctx, &k), w.extend(ctx, k), w.clear(ctx, k))
	}
	return err
}

// check asks the platform about a credential that was not checked for a day. Errors
// are left to the next sync.
func (w *Watch) check(ctx context.Context, k *adtally.Kept) error {
	now := w.Now()
	if now.Sub(k.Checked) < checkEvery {
		return nil
	}
	mine, err := w.Charges.BeginCheck(ctx, k.Credential.ID, k.Checked, now)
	if err != nil || !mine {
		return err
	}
	secret, err := w.open(ctx, *k)
	if err != nil {
		return err
	}
	grant, err := w.Platform.Verify(ctx, k.Credential.Connector, secret)
	if err != nil {
		return nil //nolint:nilerr // the next sync finds the same error and reports it
	}
	grant.Verified, grant.Listed = now, now
	k.Version.Grant = grant
	return w.Charges.NoteGrant(ctx, k.Credential.ID, k.Version.Number, grant, now)
}

func (w *Watch) open(ctx context.Context, k adtally.Kept) (adtally.Secret, error) {
	secret, err := w.Vault.Open(ctx, k.Credential.ID, k.Version.Number)
	return secret.For(k.Version.Grant.AppID), err
}

// due reports whether two thirds of a secret's lifetime are over and it has not
// expired.
func due(g adtally.Grant, admitted, now time.Time) bool {
	if g.ExpiresAt.IsZero() || !now.Before(g.ExpiresAt) {
		return false
	}
	from := g.IssuedAt
	if from.IsZero() {
		from = admitted
	}
	return now.Sub(from) >= g.ExpiresAt.Sub(from)*2/3
}

// extend extends a secret without its owner, if the platform supports that. A secret
// that cannot be extended stays usable.
func (w *Watch) extend(ctx context.Context, k adtally.Kept) error {
	now := w.Now()
	if !due(k.Version.Grant, k.Version.Admitted, now) || now.Sub(k.Tried) < tryEvery {
		return nil
	}
	mine, err := w.Charges.BeginRefresh(ctx, k.Credential.ID, k.Tried, now)
	if err != nil || !mine {
		return err
	}
	problem := ""
	if err := w.refresh(ctx, k); err != nil {
		problem = adtally.FaultOf(err).Message
	}
	return w.Charges.NoteExtensionError(ctx, k.Credential.ID, problem)
}

// refresh stores the platform's new secret if it expires later.
func (w *Watch) refresh(ctx context.Context, k adtally.Kept) error {
	secret, err := w.open(ctx, k)
	if err != nil {
		return err
	}
	fresh, err := w.Platform.Refresh(ctx, k.Credential.Connector, secret, k.Version.Grant)
	if err != nil {
		return err
	}
	grant, err := w.Platform.Verify(ctx, k.Credential.Connector, fresh)
	switch {
	case err != nil:
		return err
	case len(grant.Missing) > 0:
		return Lacks(grant)
	case grant.ExpiryKnown && !grant.ExpiresAt.IsZero() && !grant.ExpiresAt.After(k.Version.Grant.ExpiresAt):
		return configure("not_extended", "The platform returned a token that does not expire later", "Reconnect the source before the token expires.", nil)
	}
	err = w.Vault.Admit(ctx, k.Credential, fresh, grant, watcher, w.Vault.Versions.AddVersion)
	if err != nil && adtally.FaultOf(err).Code == codeConflict {
		return nil // somebody stored another secret meanwhile, which must not be replaced
	}
	return err
}

// clear destroys the secrets of versions that are older than one with a successful
// sync.
func (w *Watch) clear(ctx context.Context, k adtally.Kept) (err error) {
	for _, number := range k.Former {
		err = errors.Join(err, w.Vault.Wipe(ctx, k.Credential.ID, number))
	}
	return err
}
