package vault

import (
	"context"
	"errors"
	"time"

	"adtally"
)

// Versions stores credentials and their sealed versions.
type Versions interface {
	// Credential returns a credential; code not_found if it does not exist.
	Credential(ctx context.Context, id string) (adtally.Credential, error)
	// AddVersion stores a new version, and the credential if it is new. It refuses a
	// version that is not the next one (conflict) or not sealed with the current key
	// (key_changed).
	AddVersion(ctx context.Context, a adtally.Admission) error
	// Sealed returns a version's secret; 0 = the latest. Codes: not_found, secret_wiped.
	Sealed(ctx context.Context, credential string, version int64) (adtally.Sealed, error)
	// WipeVersion destroys a version's secret. Its history stays.
	WipeVersion(ctx context.Context, credential string, version int64, at time.Time) error
}

// Seals stores which keys exist and what they sealed.
type Seals interface {
	// SealKeys returns all keys that were ever used.
	SealKeys(ctx context.Context) ([]adtally.SealKey, error)
	// SetSealKey makes a key the current one in place of was ("" = none yet). It refuses
	// if another key is current (conflict); if this key is already current, it succeeds.
	SetSealKey(ctx context.Context, k adtally.SealKey, was string) error
	// SealedOtherwise returns some secrets that are sealed with another key.
	SealedOtherwise(ctx context.Context, key string, limit int) ([]adtally.Sealed, error)
	// Reseal replaces was with s, if was is still stored. It refuses a seal of a key that
	// is not current (key_changed).
	Reseal(ctx context.Context, was, s adtally.Sealed) error
	// RetireSealKey retires a former key; it refuses if something is still sealed with it
	// (conflict).
	RetireSealKey(ctx context.Context, id string) error
}

// Vault stores secrets sealed and opens them.
type Vault struct {
	Versions Versions
	Seals    Seals
	Keys     Keyring
	NewID    func() string
	Now      func() time.Time
}

// tries is how often an operation is repeated after interference by another process. A
// rotation interferes once.
const tries = 5

// Unlock checks that all required keys are available, and creates the first one. It
// changes nothing if one is missing.
func (v *Vault) Unlock(ctx context.Context) error {
	for range tries {
		known, ring, err := v.keys(ctx)
		if err != nil {
			return err
		}
		if _, ok := current(known); ok {
			return v.fit(known, ring)
		}
		err = v.begin(ctx, ring)
		if err == nil || adtally.FaultOf(err).Code != codeConflict {
			return err
		}
	}
	return busy("it chose another key", nil)
}

// keys returns the keys in the database and in the keyring. Another process may
// complete a rotation between the two reads; then both are read once more.
func (v *Vault) keys(ctx context.Context) (known []adtally.SealKey, ring Ring, err error) {
	for range 2 {
		if known, err = v.Seals.SealKeys(ctx); err != nil {
			return nil, nil, err
		}
		if ring, err = v.Keys.Load(); err != nil {
			return nil, nil, err
		}
		if v.fit(known, ring) == nil {
			break
		}
	}
	return known, ring, nil
}

func current(known []adtally.SealKey) (adtally.SealKey, bool) {
	for _, k := range known {
		if k.State == adtally.CurrentKey {
			return k, true
		}
	}
	return adtally.SealKey{}, false
}

// fit returns a fault if a required key is missing or wrong.
func (v *Vault) fit(known []adtally.SealKey, ring Ring) error {
	for _, k := range known {
		if k.State == adtally.RetiredKey {
			continue
		}
		key, ok := ring.find(k.ID)
		if !ok {
			return keyMissing(v.Keys, k.ID)
		}
		if !key.fits(k) {
			return wrong(v.Keys, k.ID)
		}
	}
	return nil
}

// begin makes a key the first current one: an available one, or a new one.
func (v *Vault) begin(ctx context.Context, ring Ring) error {
	if len(ring) > 0 {
		return v.use(ctx, ring[0], "")
	}
	key := NewKey()
	if err := v.Keys.Add(key); err != nil {
		return err
	}
	// If another process was faster, the key stays in the keyring: somebody else may have
	// found and used it already.
	return v.use(ctx, key, "")
}

// use makes a key the current one in place of was.
func (v *Vault) use(ctx context.Context, key Key, was string) error {
	return v.Seals.SetSealKey(ctx, adtally.SealKey{ID: key.ID(), Check: key.check(), State: adtally.CurrentKey, Since: v.Now()}, was)
}

// sealing returns the current key.
func (v *Vault) sealing(ctx context.Context) (Key, error) {
	known, ring, err := v.keys(ctx)
	if err != nil {
		return Key{}, err
	}
	now, ok := current(known)
	if !ok {
		return Key{}, errors.New("seal a secret: the vault was never unlocked")
	}
	key, ok := ring.find(now.ID)
	if !ok {
		return Key{}, keyMissing(v.Keys, now.ID)
	}
	return key, nil
}
