package vault

import "adtally"

// Seal seals a version's secret.
func Seal(k Key, secret adtally.Secret, credential string, version int64) adtally.Sealed {
	return k.sealVersion(secret, credential, version)
}

// Unseal opens the result of Seal.
func Unseal(k Key, s adtally.Sealed) (adtally.Secret, error) { return k.openVersion(s) }

// Check is what the database stores of a key.
func Check(k Key) adtally.SealKey { return adtally.SealKey{ID: k.ID(), Check: k.check()} }

// Fits reports whether a check was made with a key.
func Fits(k Key, known adtally.SealKey) bool { return k.fits(known) }

// NonceOf returns the nonce of a seal.
func NonceOf(sealed []byte) string { return string(sealed[headSize : headSize+nonceSize]) }
