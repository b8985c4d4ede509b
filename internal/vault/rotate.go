package vault

import (
	"context"

	"adtally"
)

// Rotation is the result of a key rotation.
type Rotation struct {
	Key      string // ID of the current key
	Resealed int    // secrets that were resealed
	Lost     int    // secrets that were deleted because no key opens them
}

// batch is how many secrets are resealed per query.
const batch = 100

// Rotate seals everything with another key: an available one that was never used, or a
// new one. All secrets stay readable at every moment, also for other processes. If
// Rotate is killed, the next call continues.
func (v *Vault) Rotate(ctx context.Context) (Rotation, error) {
	known, ring, err := v.keys(ctx)
	if err != nil {
		return Rotation{}, err
	}
	if err := v.fit(known, ring); err != nil {
		return Rotation{}, err
	}
	return v.change(ctx, known, ring, false)
}

// Discard is Rotate for a lost key: the secrets that no key opens
// are destroyed. Their credentials stay, to be connected anew.
func (v *Vault) Discard(ctx context.Context) (Rotation, error) {
	known, ring, err := v.keys(ctx)
	if err != nil {
		return Rotation{}, err
	}
	return v.change(ctx, known, ring, true)
}

func (v *Vault) change(ctx context.Context, known []adtally.SealKey, ring Ring, abandon bool) (Rotation, error) {
	key, err := v.next(ctx, known, ring)
	if err != nil {
		return Rotation{}, err
	}
	done := Rotation{Key: key.ID()}
	for {
		left, err := v.Seals.SealedOtherwise(ctx, key.ID(), batch)
		if err != nil {
			return done, err
		}
		if len(left) == 0 {
			return done, v.retire(ctx, key)
		}
		for _, s := range left {
			if err := v.reseal(ctx, key, ring, s, abandon, &done); err != nil {
				return done, err
			}
		}
	}
}

// next returns the key to rotate to. An interrupted rotation continues with its key.
func (v *Vault) next(ctx context.Context, known []adtally.SealKey, ring Ring) (Key, error) {
	now, _ := current(known)
	if key, ok := ring.find(now.ID); ok && unfinished(known) {
		return key, nil
	}
	for _, key := range ring {
		if !everUsed(known, key) {
			return key, v.use(ctx, key, now.ID)
		}
	}
	key := NewKey()
	if err := v.Keys.Add(key); err != nil {
		return Key{}, err
	}
	return key, v.use(ctx, key, now.ID)
}

func unfinished(known []adtally.SealKey) bool {
	for _, k := range known {
		if k.State == adtally.FormerKey {
			return true
		}
	}
	return false
}

func everUsed(known []adtally.SealKey, key Key) bool {
	for _, k := range known {
		if k.ID == key.ID() {
			return true
		}
	}
	return false
}

func (v *Vault) reseal(ctx context.Context, key Key, ring Ring, s adtally.Sealed, abandon bool, done *Rotation) error {
	secret, err := openWith(v.Keys, ring, s)
	switch {
	case err != nil && abandon:
		done.Lost++
		return v.Wipe(ctx, s.Credential, s.Version)
	case err != nil:
		return err
	}
	done.Resealed++
	return v.Seals.Reseal(ctx, s, key.sealVersion(secret, s.Credential, s.Version))
}

func openWith(keys Keyring, ring Ring, s adtally.Sealed) (adtally.Secret, error) {
	key, held, err := keyFor(ring, s)
	if err != nil {
		return adtally.Secret{}, err
	}
	if !held {
		return adtally.Secret{}, keyMissing(keys, s.Key)
	}
	return open(key, s)
}

// retire retires all other keys. The database is updated first: a key that stays in
// the keyring after a crash is then known as retired and not mistaken for a new one.
func (v *Vault) retire(ctx context.Context, key Key) error {
	known, err := v.Seals.SealKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.ID == key.ID() {
			continue
		}
		if k.State == adtally.FormerKey {
			if err := v.Seals.RetireSealKey(ctx, k.ID); err != nil {
				return err
			}
		}
		if err := v.Keys.Drop(k.ID); err != nil {
			return err
		}
	}
	return nil
}
