package vault

import (
	"crypto/rand"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"adtally"
)

// What is sealed with a passphrase begins with the number of this format, which
// also says how costly each guess is: whoever has a backup may guess for years.
// RFC 9106 §4 asks for three rounds over 64 MB at the least.
const (
	passFormat = 1
	passSalt   = 16
	passRounds = 3
	passMemory = 128 << 10 // kB
	passLanes  = 4
)

// SealWith seals a text with a passphrase. What is about it is sealed with it, and
// not hidden.
func SealWith(passphrase, text adtally.Secret, about []byte) []byte {
	const head = 1 + passSalt + nonceSize
	out := make([]byte, head, head+len(text.Reveal())+chacha20poly1305.Overhead)
	_, _ = rand.Read(out) // it never fails, says crypto/rand
	out[0] = passFormat
	return passAEAD(passphrase, out[1:1+passSalt]).seal(out, text, about)
}

// OpenWith gives back what was sealed. A wrong passphrase cannot be told from
// something that was changed.
func OpenWith(passphrase adtally.Secret, sealed, about []byte) (adtally.Secret, error) {
	const head = 1 + passSalt + nonceSize
	if len(sealed) < head || sealed[0] != passFormat {
		return adtally.Secret{}, passWrong()
	}
	text, err := passAEAD(passphrase, sealed[1:1+passSalt]).open(sealed[:head], sealed[head:], about)
	if err != nil {
		return adtally.Secret{}, passWrong()
	}
	return adtally.NewSecret(text), nil
}

func passAEAD(passphrase adtally.Secret, salt []byte) passKey {
	return passKey(argon2.IDKey([]byte(passphrase.Reveal()), salt, passRounds, passMemory, passLanes, chacha20poly1305.KeySize))
}

// passKey is the key that follows from a passphrase.
type passKey []byte

func (k passKey) seal(head []byte, text adtally.Secret, about []byte) []byte {
	aead, err := chacha20poly1305.NewX(k)
	if err != nil {
		panic(err) // only of a key of another size
	}
	return aead.Seal(head, head[1+passSalt:], []byte(text.Reveal()), append(head[:1:1], about...))
}

func (k passKey) open(head, rest, about []byte) (string, error) {
	aead, err := chacha20poly1305.NewX(k)
	if err != nil {
		panic(err) // only of a key of another size
	}
	text, err := aead.Open(nil, head[1+passSalt:], rest, append(head[:1:1], about...))
	return string(text), err
}

func passWrong() error {
	return &adtally.Fault{Act: adtally.Configure, Code: "passphrase_wrong", Message: "The passphrase does not open the keys of this backup, or the backup was changed",
		Hint: "Give the passphrase that the backup was made with. Nothing was restored."}
}
