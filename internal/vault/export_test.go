package vault

import "adtally"

// Seal and Unseal are how a version's secret is hidden and found.
func Seal(k Key, secret adtally.Secret, credential string, version int64) adtally.Sealed {
	return k.sealVersion(secret, credential, version)
}

// Unseal opens what Seal gave.
func Unseal(k Key, s adtally.Sealed) (adtally.Secret, error) { return k.openVersion(s) }

// Check is what the database keeps of a key, and Fits knows the key by it.
func Check(k Key) adtally.SealKey { return adtally.SealKey{ID: k.ID(), Check: k.check()} }

// Fits says whether a check was made with a key.
func Fits(k Key, known adtally.SealKey) bool { return k.fits(known) }

// NonceOf is the nonce of what was sealed.
func NonceOf(sealed []byte) string { return string(sealed[headSize : headSize+nonceSize]) }
