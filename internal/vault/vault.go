package vault

import (
	"context"
	"errors"
	"time"

	"adtally"
)

// Versions is where credentials and their sealed versions are kept.
type Versions interface {
	// Credential returns a credential; code not_found if it does not exist.
	Credential(ctx context.Context, id string) (adtally.Credential, error)
	// AddVersion keeps a new version, and the credential where it is new. It
	// refuses one that is not the next (code conflict) and one that was not
	// sealed with the current key (key_changed).
	AddVersion(ctx context.Context, a adtally.Admission) error
	// Sealed gives a version's secret; 0 = the latest one. Codes: not_found,
	// secret_wiped.
	Sealed(ctx context.Context, credential string, version int64) (adtally.Sealed, error)
	// WipeVersion destroys a version's secret. Its history stays.
	WipeVersion(ctx context.Context, credential string, version int64, at time.Time) error
}

// Seals is what the database knows of keys, and of what they sealed.
type Seals interface {
	// SealKeys are all keys that were ever used.
	SealKeys(ctx context.Context) ([]adtally.SealKey, error)
	// SetSealKey makes a key the current one, in the place of was ("" = there is
	// none yet). Where another is current it refuses (conflict); where this one
	// is, all is well.
	SetSealKey(ctx context.Context, k adtally.SealKey, was string) error
	// SealedOtherwise are some secrets that are sealed with another key.
	SealedOtherwise(ctx context.Context, key string, limit int) ([]adtally.Sealed, error)
	// Reseal puts s in the place of was, if that is still there. It refuses a
	// seal of a key that is not current (key_changed).
	Reseal(ctx context.Context, was, s adtally.Sealed) error
	// RetireSealKey ends the use of a former key, unless something is still
	// sealed with it (conflict).
	RetireSealKey(ctx context.Context, id string) error
}

// Vault admits secrets, keeps them sealed, and opens them.
type Vault struct {
	Versions Versions
	Seals    Seals
	Keys     Keyring
	NewID    func() string
	Now      func() time.Time
}

// tries is how often something is done again that another process got in the
// way of. A change of keys does so once.
const tries = 5

// Unlock makes sure that every key is at hand that is needed, and makes the
// first one. It changes nothing where one is missing.
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

// keys are what the database knows of keys, and the keys that are at hand. Between
// the two questions another process may end a change of keys: then it is asked
// once more.
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

// fit says which of the keys that are still needed is missing, or wrong.
func (v *Vault) fit(known []adtally.SealKey, ring Ring) error {
	for _, k := range known {
		if k.State == adtally.RetiredKey {
			continue
		}
		key, ok := ring.find(k.ID)
		if !ok {
			return lacking(v.Keys, k.ID)
		}
		if !key.fits(k) {
			return wrong(v.Keys, k.ID)
		}
	}
	return nil
}

// begin makes a key the first one: one that is at hand, or a new one.
func (v *Vault) begin(ctx context.Context, ring Ring) error {
	if len(ring) > 0 {
		return v.use(ctx, ring[0], "")
	}
	key := NewKey()
	if err := v.Keys.Add(key); err != nil {
		return err
	}
	// Where another process was faster, the key stays for later: to take it out
	// again could take out one that somebody else has just found and used.
	return v.use(ctx, key, "")
}

// use makes a key the current one, in the place of was.
func (v *Vault) use(ctx context.Context, key Key, was string) error {
	return v.Seals.SetSealKey(ctx, adtally.SealKey{ID: key.ID(), Check: key.check(), State: adtally.CurrentKey, Since: v.Now()}, was)
}

// sealing is the key that seals now.
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
		return Key{}, lacking(v.Keys, now.ID)
	}
	return key, nil
}
