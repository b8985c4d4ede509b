package vault_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/vault"
)

var (
	ctx    = context.Background()
	moment = time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	token  = adtally.NewSecret("EAAtopsecret")
)

// sealedInThePast is the token as version 1 of the credential c.
var sealedInThePast, _ = base64.StdEncoding.DecodeString(
	"AacLzug9N3QR7hDNtMerTDLKfEdSmURKnHbE9itPqRFjYBMfmCLoHb3kh0Hbc92onSMbJo+G4gKxfp3V6g==")

func decode(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// over returns a vault over a store, as a new process has it.
func over(l *fakeStore, keys vault.Keyring) *vault.Vault {
	n := 0
	return &vault.Vault{Versions: l, Seals: l, Keys: keys, Now: func() time.Time { return moment },
		NewID: func() string { n++; return fmt.Sprint("id", n) }}
}

func unlocked(t *testing.T) (*fakeStore, *keyring, *vault.Vault) {
	t.Helper()
	l := newStore()
	keys := &keyring{store: l}
	v := over(l, keys)
	if err := v.Unlock(ctx); err != nil {
		t.Fatal(err)
	}
	return l, keys, v
}

func admit(t *testing.T, v *vault.Vault, c adtally.Credential, secret string) adtally.CredentialVersion {
	t.Helper()
	var version adtally.CredentialVersion
	err := v.Admit(ctx, c, adtally.NewSecret(secret), adtally.Grant{Who: "Ada"}, "user:1", func(ctx context.Context, a adtally.Admission) error {
		version = a.Version
		return v.Versions.AddVersion(ctx, a)
	})
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return adtally.FaultOf(err).Code
}

func TestWhatWasAdmittedOpensAndEveryVersionStays(t *testing.T) {
	t.Parallel()
	l, _, v := unlocked(t)
	first := admit(t, v, adtally.Credential{Connector: "facebookads", Name: "Shop"}, "one")
	second := admit(t, v, adtally.Credential{ID: first.Credential}, "two")
	want := adtally.CredentialVersion{Credential: "id1", Number: 2, State: adtally.CurrentVersion, Grant: adtally.Grant{Who: "Ada"}, By: "user:1", Admitted: moment}
	if !reflect.DeepEqual(second, want) {
		t.Errorf("%+v", second)
	}
	if c := l.creds["id1"]; c.Connector != "facebookads" || c.Name != "Shop" || !c.Created.Equal(moment) {
		t.Errorf("a new version changed the credential: %+v", c)
	}
	for number, want := range map[int64]string{0: "two", 1: "one", 2: "two"} {
		if got, err := v.Open(ctx, "id1", number); err != nil || got.Reveal() != want {
			t.Errorf("version %d: %q, %v", number, got.Reveal(), err)
		}
	}
	if err := v.Wipe(ctx, "id1", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Open(ctx, "id1", 1); code(err) != "secret_wiped" {
		t.Errorf("wiped: %v", err)
	}
	if got, err := v.Open(ctx, "id1", 0); err != nil || got.Reveal() != "two" {
		t.Errorf("the other version: %q, %v", got.Reveal(), err)
	}
}

func TestAdmit_RefusesEmptySecretsAndUnknownAuthors(t *testing.T) {
	t.Parallel()
	_, _, v := unlocked(t)
	if err := v.Admit(ctx, adtally.Credential{}, adtally.Secret{}, adtally.Grant{}, "user:1", v.Versions.AddVersion); code(err) != "secret_empty" {
		t.Errorf("an empty secret: %v", err)
	}
	if err := v.Admit(ctx, adtally.Credential{ID: "no such"}, token, adtally.Grant{}, "user:1", v.Versions.AddVersion); code(err) != "not_found" {
		t.Errorf("for a missing credential: %v", err)
	}
	if _, err := v.Open(ctx, "no such", 0); code(err) != "not_found" {
		t.Errorf("open a missing one: %v", err)
	}
}

// Two concurrent admissions both get their version.
func TestAdmit_Concurrently(t *testing.T) {
	t.Parallel()
	l, keys, v := unlocked(t)
	id := admit(t, v, adtally.Credential{}, "one").Credential
	calls := 0
	l.between = func() {
		if calls++; calls == 4 { // just before the version is added
			admit(t, over(l, keys), adtally.Credential{ID: id}, "theirs")
		}
	}
	mine := admit(t, v, adtally.Credential{ID: id}, "mine")
	l.between = nil
	if got, err := v.Open(ctx, id, mine.Number); err != nil || got.Reveal() != "mine" || mine.Number != 3 {
		t.Errorf("version %d: %q, %v", mine.Number, got.Reveal(), err)
	}
	if got, err := v.Open(ctx, id, 2); err != nil || got.Reveal() != "theirs" {
		t.Errorf("version 2: %q, %v", got.Reveal(), err)
	}
}

// A secret that was moved to another row, by somebody who can write to the database,
// does not open there; nor does a changed one. Neither says a word of it.
func TestWhatWasMovedOrChangedIsRefused(t *testing.T) {
	t.Parallel()
	l, _, v := unlocked(t)
	a := admit(t, v, adtally.Credential{}, "EAAtopsecret").Credential
	b := admit(t, v, adtally.Credential{}, "EAAother").Credential
	moved := l.sealed[place{a, 1}]
	moved.Credential = b
	l.sealed[place{b, 1}] = moved
	changed := l.sealed[place{a, 1}]
	changed.Bytes = append([]byte{}, changed.Bytes...)
	changed.Bytes[len(changed.Bytes)-1]++
	l.sealed[place{a, 1}] = changed
	// The database must not claim that another key sealed a secret: the right key could be
	// dropped.
	c := admit(t, v, adtally.Credential{}, "EAAthird").Credential
	mislaid := l.sealed[place{c, 1}]
	mislaid.Key = vault.NewKey().ID()
	l.sealed[place{c, 1}] = mislaid
	for _, id := range []string{a, b, c} {
		got, err := v.Open(ctx, id, 0)
		f := adtally.FaultOf(err)
		if f == nil || f.Code != "secret_damaged" || f.Act != adtally.Reconnect || f.Hint == "" || !got.IsZero() {
			t.Errorf("%s: %q, %+v", id, got.Reveal(), f)
		}
		if strings.Contains(fmt.Sprintf("%+v %v %s", f, err, f.Hint), "EAA") {
			t.Errorf("%s: it tells the secret: %v", id, err)
		}
	}
}

func TestUnlock_CreatesFirstKeyAndRefusesWrongOne(t *testing.T) {
	t.Parallel()
	l, keys, v := unlocked(t)
	admit(t, v, adtally.Credential{}, "one")
	if err := over(l, keys).Unlock(ctx); err != nil || len(keys.ring) != 1 || len(l.keys) != 1 {
		t.Errorf("a second start: %v, %d keys", err, len(keys.ring))
	}
	right := keys.ring[0]
	swapped := newStore()
	swapped.keys = []adtally.SealKey{{ID: right.ID(), Check: vault.Check(vault.NewKey()).Check, State: adtally.CurrentKey}}
	for what, start := range map[string]*vault.Vault{
		"key_missing":   over(l, &keyring{store: l, ring: vault.Ring{vault.NewKey()}}),
		"key_missing ":  over(l, &keyring{store: l}),
		"key_wrong":     over(swapped, keys),
		"key_malformed": over(l, vault.Given{Name: "ADTALLY_KEY", Text: adtally.NewSecret("hunter2hunter2")}),
	} {
		before := fmt.Sprintf("%+v", l.sealed) + fmt.Sprint(l.keys)
		f := adtally.FaultOf(start.Unlock(ctx))
		if f == nil || f.Code != strings.TrimSpace(what) || f.Act != adtally.Configure || f.Hint == "" || strings.Contains(f.Error(), "hunter2") {
			t.Errorf("%s: %+v", what, f)
		}
		if after := fmt.Sprintf("%+v", l.sealed) + fmt.Sprint(l.keys); after != before || len(keys.ring) != 1 {
			t.Errorf("%s: something was changed", what)
		}
	}
	given := vault.Given{Name: "ADTALLY_KEY", Text: right.Text()}
	if err := over(l, given).Unlock(ctx); err != nil {
		t.Errorf("the right key, given: %v", err)
	}
}

// Many processes that start for the first time simultaneously agree on one key.
func TestUnlock_Concurrently(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 6; at++ {
		l := newStore()
		keys := &keyring{store: l}
		calls := 0
		l.between = func() {
			if calls++; calls == at {
				if err := over(l, keys).Unlock(ctx); err != nil {
					t.Error(err)
				}
			}
		}
		v := over(l, keys)
		if err := v.Unlock(ctx); err != nil {
			t.Fatal(err)
		}
		l.between = nil
		id := admit(t, v, adtally.Credential{}, "one").Credential
		if got, err := over(l, keys).Open(ctx, id, 0); err != nil || got.Reveal() != "one" {
			t.Errorf("when the other came at call %d: %q, %v", at, got.Reveal(), err)
		}
	}
}

// What keep refuses is nowhere, and a caller that names the latest version is rejected
// where a newer one has come.
func TestAdmit_RefusalLeavesNothing(t *testing.T) {
	t.Parallel()
	l, _, v := unlocked(t)
	refused := func(context.Context, adtally.Admission) error { return refuse("stale_edit") }
	if err := v.Admit(ctx, adtally.Credential{}, token, adtally.Grant{}, "user:1", refused); code(err) != "stale_edit" || len(l.creds)+len(l.sealed) > 0 {
		t.Errorf("%v, %d credentials, %d secrets", err, len(l.creds), len(l.sealed))
	}
	id := admit(t, v, adtally.Credential{}, "one").Credential
	seen := l.creds[id]
	admit(t, v, adtally.Credential{ID: id}, "two")
	if err := v.Admit(ctx, seen, token, adtally.Grant{}, "adtally", l.AddVersion); code(err) != "conflict" || l.creds[id].Latest != 2 {
		t.Errorf("a version in the place of one that is not the latest: %v, latest %d", err, l.creds[id].Latest)
	}
}

func TestAdmit_LockedVaultIsABug(t *testing.T) {
	t.Parallel()
	l := newStore()
	err := over(l, &keyring{store: l}).Admit(ctx, adtally.Credential{}, token, adtally.Grant{}, "user:1", l.AddVersion)
	if f := adtally.FaultOf(err); f == nil || f.Act != adtally.Bug {
		t.Errorf("%v", err)
	}
}

func TestVault_PassesOnStoreFaults(t *testing.T) {
	t.Parallel()
	l, _, v := unlocked(t)
	id := admit(t, v, adtally.Credential{}, "one").Credential
	for what, f := range map[string]func() error{
		"open":   func() error { _, err := v.Open(ctx, id, 0); return err },
		"admit":  func() error { return v.Admit(ctx, adtally.Credential{}, token, adtally.Grant{}, "", l.AddVersion) },
		"wipe":   func() error { return v.Wipe(ctx, id, 1) },
		"rotate": func() error { _, err := v.Rotate(ctx); return err },
		"unlock": func() error { return v.Unlock(ctx) },
	} {
		l.calls, l.killAt = 0, 1
		if err := f(); !errors.Is(err, errKilled) {
			t.Errorf("%s: %v", what, err)
		}
		l.killAt = 0
	}
}
