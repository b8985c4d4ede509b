package vault_test

import (
	"errors"
	"fmt"
	"testing"

	"adtally"
	"adtally/internal/vault"
)

// filled returns a store with three credentials of two versions each.
func filled(t *testing.T) (*fakeStore, *keyring, map[place]string) {
	t.Helper()
	l, keys, v := unlocked(t)
	secrets := map[place]string{}
	for n := range 3 {
		first := fmt.Sprint("first", n)
		id := admit(t, v, adtally.Credential{Name: "x"}, first).Credential
		second := fmt.Sprint("second", n)
		admit(t, v, adtally.Credential{ID: id}, second)
		secrets[place{id, 1}], secrets[place{id, 2}] = first, second
	}
	return l, keys, secrets
}

// allOpen checks that every secret opens for a new process.
func allOpen(t *testing.T, l *fakeStore, keys vault.Keyring, secrets map[place]string) {
	t.Helper()
	v := over(l, keys)
	if err := v.Unlock(ctx); err != nil {
		t.Fatal(err)
	}
	for at, want := range secrets {
		if got, err := v.Open(ctx, at.credential, at.version); err != nil || got.Reveal() != want {
			t.Fatalf("%v: %q, %v", at, got.Reveal(), err)
		}
	}
}

// settled checks that a rotation is complete: one key in the keyring, and everything
// sealed with it.
func settled(t *testing.T, l *fakeStore, keys *keyring, old string) {
	t.Helper()
	if len(keys.ring) != 1 || keys.ring[0].ID() == old {
		t.Errorf("%d keys are at hand", len(keys.ring))
	}
	for at, s := range l.sealed {
		if s.Key != keys.ring[0].ID() {
			t.Errorf("%v is sealed with the key %s", at, s.Key)
		}
	}
}

func TestRotate_ResealsEverything(t *testing.T) {
	t.Parallel()
	l, keys, secrets := filled(t)
	old := keys.ring[0].ID()
	done, err := over(l, keys).Rotate(ctx)
	if err != nil || done.Resealed != 6 || done.Lost != 0 || done.Key != keys.ring[0].ID() {
		t.Errorf("%+v, %v", done, err)
	}
	allOpen(t, l, keys, secrets)
	settled(t, l, keys, old)
}

// After a kill at any call, before or after its work, everything opens, and the next
// rotation completes.
func TestRotate_SurvivesCrashes(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			l, keys, secrets := filled(t)
			old := keys.ring[0].ID()
			l.calls, l.killAt, l.after = 0, at, after
			_, err := over(l, keys).Rotate(ctx)
			died := errors.Is(err, errKilled)
			l.killAt = 0
			allOpen(t, l, keys, secrets)
			if died {
				if _, err := over(l, keys).Rotate(ctx); err != nil {
					t.Fatalf("killed at call %d, taken up again: %v", at, err)
				}
				allOpen(t, l, keys, secrets)
			}
			settled(t, l, keys, old)
			if !died {
				if err != nil || at < 10 {
					t.Fatalf("%d calls, %v", at, err)
				}
				break
			}
		}
	}
}

// Other processes admit and open at any moment of a rotation; nothing is ever sealed
// with a dropped key.
func TestRotate_OthersKeepWorking(t *testing.T) {
	t.Parallel()
	l, keys, secrets := filled(t)
	old := keys.ring[0].ID()
	other := over(l, keys)
	n := 0
	l.between = func() {
		n++
		id := fmt.Sprint("id", n%3+1)
		text := fmt.Sprint("meanwhile", n)
		if n < 40 {
			secrets[place{id, admit(t, other, adtally.Credential{ID: id}, text).Number}] = text
		}
		for at, want := range secrets {
			if got, err := other.Open(ctx, at.credential, at.version); err != nil || got.Reveal() != want {
				t.Fatalf("at call %d, %v: %q, %v", n, at, got.Reveal(), err)
			}
		}
	}
	if _, err := over(l, keys).Rotate(ctx); err != nil {
		t.Fatal(err)
	}
	l.between = nil
	allOpen(t, l, keys, secrets)
	settled(t, l, keys, old)
}

// A rotation during an admission or an opening disturbs neither.
func TestRotate_WhileOthersWork(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 6; at++ {
		l, keys, secrets := filled(t)
		calls := 0
		l.between = func() {
			if calls++; calls == at {
				if _, err := over(l, keys).Rotate(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		v := over(l, keys)
		secrets[place{"id1", admit(t, v, adtally.Credential{ID: "id1"}, "new").Number}] = "new"
		calls = 0
		if got, err := v.Open(ctx, "id2", 1); err != nil || got.Reveal() != "first1" {
			t.Errorf("opened while keys change at call %d: %q, %v", at, got.Reveal(), err)
		}
		l.between = nil
		allOpen(t, l, keys, secrets)
	}
}

// Of two concurrent rotations one may fail; nothing is lost.
func TestRotate_Concurrently(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 20; at++ {
		l, keys, secrets := filled(t)
		calls := 0
		l.between = func() {
			if calls++; calls == at {
				if _, err := over(l, keys).Rotate(ctx); err != nil && code(err) != "conflict" {
					t.Fatal(err)
				}
			}
		}
		if _, err := over(l, keys).Rotate(ctx); err != nil && code(err) != "conflict" && code(err) != "key_changed" && code(err) != "key_missing" {
			t.Fatalf("the other came at call %d: %v", at, err)
		}
		l.between = nil
		allOpen(t, l, keys, secrets)
	}
}

func TestRotate_WithGivenKey(t *testing.T) {
	t.Parallel()
	l, keys, secrets := filled(t)
	old, fresh := keys.ring[0], vault.NewKey()
	alone := vault.Given{Name: "ADTALLY_KEY", Text: old.Text()}
	f := adtally.FaultOf(rotated(over(l, alone)))
	if f == nil || f.Code != "key_fixed" || f.Hint == "" {
		t.Errorf("with no second key: %+v", f)
	}
	both := vault.Given{Name: "ADTALLY_KEY", Text: adtally.NewSecret(fresh.Text().Reveal() + ", " + old.Text().Reveal())}
	if err := rotated(over(l, both)); err != nil {
		t.Fatal(err)
	}
	allOpen(t, l, vault.Given{Name: "ADTALLY_KEY", Text: fresh.Text()}, secrets)
	// The old key is still given and is not mistaken for a new one.
	if f := adtally.FaultOf(rotated(over(l, both))); f == nil || f.Code != "key_fixed" {
		t.Errorf("back to the old key: %+v", f)
	}
	allOpen(t, l, both, secrets)
}

func rotated(v *vault.Vault) error {
	_, err := v.Rotate(ctx)
	return err
}

// Nothing changes if a required key is missing. Continuing without it takes a separate
// command, which destroys only what no key opens.
func TestRotate_LostKeyNeedsDiscard(t *testing.T) {
	t.Parallel()
	l, keys, secrets := filled(t)
	if err := rotated(over(l, &keyring{store: l})); code(err) != "key_missing" || len(l.keys) != 1 {
		t.Errorf("rotate without any key: %v, %d keys", err, len(l.keys))
	}
	l.calls, l.killAt = 0, 8 // halfway: both keys have sealed some secrets
	_ = rotated(over(l, keys))
	l.killAt = 0
	lost, left := keys.ring[0].ID(), vault.Ring{keys.ring[1]}
	keys.ring = left
	v := over(l, keys)
	if err := v.Unlock(ctx); code(err) != "key_missing" {
		t.Errorf("start: %v", err)
	}
	if err := rotated(v); code(err) != "key_missing" || len(l.sealed) != 6 {
		t.Errorf("rotate: %v, %d secrets", err, len(l.sealed))
	}
	done, err := v.Discard(ctx)
	if err != nil || done.Lost == 0 || done.Lost == 6 || len(l.sealed) != 6-done.Lost {
		t.Errorf("%+v, %v, %d secrets", done, err, len(l.sealed))
	}
	for at := range secrets {
		if _, there := l.sealed[at]; !there {
			delete(secrets, at)
		}
	}
	allOpen(t, l, keys, secrets)
	settled(t, l, keys, lost)
	admit(t, v, adtally.Credential{ID: "id1"}, "fresh")
}
