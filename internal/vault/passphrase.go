package vault

import (
	"crypto/cipher"
	"crypto/rand"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"adtally"
)

// What is sealed with a passphrase begins with the number of this format, which
// also says how costly each guess is: somebody with a backup can guess for years.
// RFC 9106 §4 asks for three rounds over 64 MB at the least.
const (
	passFormat = 1
	passSalt   = 16
	passRounds = 3
	passMemory = 128 << 10 // kB
	passLanes  = 4
)

// SealWith seals a text with a passphrase. about is authenticated but not encrypted.
func SealWith(passphrase, text adtally.Secret, about []byte) []byte {
	var fresh [passSalt + nonceSize]byte
	_, _ = rand.Read(fresh[:]) // crypto/rand.Read never fails
	salt, nonce := fresh[:passSalt], fresh[passSalt:]
	out := append([]byte{passFormat}, fresh[:]...)
	return passCipher(passphrase, salt).Seal(out, nonce, []byte(text.Reveal()), passAbout(about))
}

// OpenWith opens the result of SealWith. A wrong passphrase and modified data cannot
// be told apart.
func OpenWith(passphrase adtally.Secret, sealed, about []byte) (adtally.Secret, error) {
	const head = 1 + passSalt + nonceSize
	if len(sealed) < head || sealed[0] != passFormat {
		return adtally.Secret{}, passWrong()
	}
	salt, nonce := sealed[1:1+passSalt], sealed[1+passSalt:head]
	text, err := passCipher(passphrase, salt).Open(nil, nonce, sealed[head:], passAbout(about))
	if err != nil {
		return adtally.Secret{}, passWrong()
	}
	return adtally.NewSecret(string(text)), nil
}

// passCipher derives a key from a passphrase.
func passCipher(passphrase adtally.Secret, salt []byte) cipher.AEAD {
	key := argon2.IDKey([]byte(passphrase.Reveal()), salt, passRounds, passMemory, passLanes, chacha20poly1305.KeySize)
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic(err) // only for a wrong key size
	}
	return aead
}

func passAbout(about []byte) []byte { return append([]byte{passFormat}, about...) }

func passWrong() error {
	return &adtally.Fault{Act: adtally.Configure, Code: "passphrase_wrong", Message: "The passphrase does not open the keys of this backup, or the backup was modified",
		Hint: "Enter the passphrase that was used for the backup. Nothing was restored."}
}
