package vault

import (
	"context"

	"adtally"
)

// Admit seals a secret as the next version of a credential, and gives it to keep,
// which writes it down with all that depends on it, or refuses. A credential
// without an ID is a new one; of one with a Latest nothing newer may have come. keep
// may be asked again. The caller has asked the platform what the secret
// allows: that is the grant. The versions before stay as they are.
func (v *Vault) Admit(ctx context.Context, c adtally.Credential, secret adtally.Secret, grant adtally.Grant, by string, keep func(context.Context, adtally.Admission) error) error {
	if secret.IsZero() {
		return empty()
	}
	settled := c.ID == "" || c.Latest > 0
	if c.ID == "" {
		c.ID, c.Created, c.Latest = v.NewID(), v.Now(), 0
	}
	var last error
	for range tries {
		if !settled {
			var err error
			if c, err = v.Versions.Credential(ctx, c.ID); err != nil {
				return err
			}
		}
		last = v.admit(ctx, c, secret, grant, by, keep)
		if last == nil || settled || adtally.FaultOf(last).Code != codeConflict {
			return last
		}
	}
	return busy("the credential has got another version", last)
}

// admit seals the secret as the version after the latest. If the key changes
// meanwhile, it seals again.
func (v *Vault) admit(ctx context.Context, c adtally.Credential, secret adtally.Secret, grant adtally.Grant, by string, keep func(context.Context, adtally.Admission) error) error {
	version := adtally.CredentialVersion{Credential: c.ID, Number: c.Latest + 1, State: adtally.CurrentVersion,
		Grant: grant, By: by, Admitted: v.Now()}
	var last error
	for range tries {
		key, err := v.sealing(ctx)
		if err != nil {
			return err
		}
		err = keep(ctx, adtally.Admission{Credential: c, Version: version, Sealed: key.sealVersion(secret, c.ID, version.Number)})
		if err == nil {
			return nil
		}
		if last = err; adtally.FaultOf(err).Code != codeKeyChanged {
			return err
		}
	}
	return busy("the key has changed", last)
}

// Open returns the secret of a version; 0 = the latest. Call it just before use and do
// not keep the result.
func (v *Vault) Open(ctx context.Context, credential string, version int64) (adtally.Secret, error) {
	var last adtally.Sealed
	for range tries {
		sealed, err := v.Versions.Sealed(ctx, credential, version)
		if err != nil {
			return adtally.Secret{}, err
		}
		ring, err := v.Keys.Load()
		if err != nil {
			return adtally.Secret{}, err
		}
		key, held, err := keyFor(ring, sealed)
		if err != nil {
			return adtally.Secret{}, err
		}
		if held {
			return open(key, sealed)
		}
		last = sealed // its key may have been dropped since; then it has been resealed
	}
	return adtally.Secret{}, keyMissing(v.Keys, last.Key)
}

// keyFor returns the key with which something was sealed.
func keyFor(ring Ring, s adtally.Sealed) (key Key, held bool, err error) {
	id, err := sealedBy(s.Bytes)
	if err != nil || id != s.Key {
		return Key{}, false, damaged(s)
	}
	key, held = ring.find(id)
	return key, held, nil
}

func open(key Key, s adtally.Sealed) (adtally.Secret, error) {
	secret, err := key.openVersion(s)
	if err != nil {
		return adtally.Secret{}, damaged(s)
	}
	return secret, nil
}

// Wipe destroys the secret of a version; its history stays. Older copies of the
// database still contain it, sealed.
func (v *Vault) Wipe(ctx context.Context, credential string, version int64) error {
	return v.Versions.WipeVersion(ctx, credential, version, v.Now())
}
