package vault_test

import (
	"context"
	"testing"
	"time"

	"adtally"
	"adtally/internal/vault"
)

// fakeMaintained is one maintained credential.
type fakeMaintained struct {
	kept    adtally.Kept
	problem string
}

func (c *fakeMaintained) Kept(context.Context) ([]adtally.Kept, error) {
	return []adtally.Kept{c.kept}, nil
}

func (*fakeMaintained) BeginCheck(context.Context, string, time.Time, time.Time) (bool, error) {
	return false, nil
}

func (*fakeMaintained) BeginRefresh(context.Context, string, time.Time, time.Time) (bool, error) {
	return true, nil
}

func (*fakeMaintained) NoteGrant(context.Context, string, int64, adtally.Grant, time.Time) error {
	return nil
}

func (c *fakeMaintained) NoteExtensionError(_ context.Context, _, why string) error {
	c.problem = why
	return nil
}

// extender returns another secret and runs meanwhile in between.
type extender struct{ meanwhile func() }

func (extender) Verify(context.Context, string, adtally.Secret, ...string) (adtally.Grant, error) {
	return adtally.Grant{ExpiryKnown: true, ExpiresAt: moment.AddDate(0, 2, 0)}, nil
}

func (e extender) Identify(ctx context.Context, kind string, secret adtally.Secret) (adtally.Grant, error) {
	return e.Verify(ctx, kind, secret)
}

func (extender) Accounts(context.Context, string, adtally.Secret, ...string) ([]adtally.Account, error) {
	return nil, nil
}

func (extender) Probe(context.Context, string, adtally.Secret, adtally.Account) error { return nil }

func (e extender) Refresh(context.Context, string, adtally.Secret, adtally.Grant) (adtally.Secret, error) {
	e.meanwhile()
	return adtally.NewSecret("extended"), nil
}

// A secret that a person gives while the one before is extended stays the one in
// use.
func TestWatch_ExtensionKeepsNewerToken(t *testing.T) {
	t.Parallel()
	for person, want := range map[string]string{"": "extended", "given": "given"} {
		l, _, v := unlocked(t)
		id := admit(t, v, adtally.Credential{}, "old").Credential
		c := &fakeMaintained{kept: adtally.Kept{Credential: l.creds[id], Version: l.versions[place{id, 1}], Checked: moment}}
		c.kept.Version.Grant = adtally.Grant{ExpiryKnown: true, IssuedAt: moment.AddDate(0, -2, 0), ExpiresAt: moment.AddDate(0, 0, 5)}
		w := &vault.Watch{Vault: v, Charges: c, Now: func() time.Time { return moment }, Platform: extender{func() {
			if person != "" {
				admit(t, v, adtally.Credential{ID: id}, person)
			}
		}}}
		if err := w.RunOnce(ctx); err != nil || c.problem != "" {
			t.Errorf("%q: %v, problem %q", person, err, c.problem)
		}
		if got, err := v.Open(ctx, id, 0); err != nil || got.Reveal() != want || l.creds[id].Latest != 2 {
			t.Errorf("%q: the one in use is %q, version %d, %v", person, got.Reveal(), l.creds[id].Latest, err)
		}
	}
}
