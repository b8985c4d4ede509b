package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"

	"adtally"
)

// A seal is the number of this format, the ID of the key, the nonce, and the
// ciphertext.
const (
	format    = 1
	headSize  = 1 + idSize
	nonceSize = chacha20poly1305.NonceSizeX
)

// Purposes are authenticated, so that the check of a key does not open as a secret.
const (
	forSecret = "adtally secret"
	forCheck  = "adtally key check"
)

// checkText is the plaintext of a key's check.
const checkText = "this is the right key"

var errClosed = errors.New("the seal was modified or moved")

// seal encrypts text. It opens only with the same key, purpose, credential and
// version.
func (k Key) seal(text, purpose, credential string, version int64) []byte {
	out := make([]byte, headSize+nonceSize, headSize+nonceSize+len(text)+chacha20poly1305.Overhead)
	out[0] = format
	copy(out[1:], k.id[:])
	_, _ = rand.Read(out[headSize:]) // crypto/rand.Read never fails
	aead, err := chacha20poly1305.NewX(k.raw[:])
	if err != nil {
		panic(err) // only for a wrong key size
	}
	place := about(out[:headSize], purpose, credential, version)
	return aead.Seal(out, out[headSize:], []byte(text), place)
}

// open decrypts a seal.
func (k Key) open(sealed []byte, purpose, credential string, version int64) (string, error) {
	if id, err := sealedBy(sealed); err != nil || id != k.ID() || len(sealed) < headSize+nonceSize {
		return "", errClosed
	}
	aead, err := chacha20poly1305.NewX(k.raw[:])
	if err != nil {
		panic(err) // only for a wrong key size
	}
	head, nonce, rest := sealed[:headSize], sealed[headSize:headSize+nonceSize], sealed[headSize+nonceSize:]
	text, err := aead.Open(nil, nonce, rest, about(head, purpose, credential, version))
	if err != nil {
		return "", errClosed
	}
	return string(text), nil
}

// about is the authenticated data. Its encoding is unambiguous: fields of variable
// length are prefixed with their length.
func about(head []byte, purpose, credential string, version int64) []byte {
	out := bytes.Clone(head)
	for _, part := range []string{purpose, credential} {
		out = binary.BigEndian.AppendUint64(out, uint64(len(part)))
		out = append(out, part...)
	}
	return binary.BigEndian.AppendUint64(out, uint64(version))
}

// sealedBy returns the ID of the key of a seal.
func sealedBy(sealed []byte) (id string, err error) {
	if len(sealed) < headSize || sealed[0] != format {
		return "", errClosed
	}
	return hex.EncodeToString(sealed[1:headSize]), nil
}

func (k Key) sealVersion(secret adtally.Secret, credential string, version int64) adtally.Sealed {
	return adtally.Sealed{Credential: credential, Version: version, Key: k.ID(),
		Bytes: k.seal(secret.Reveal(), forSecret, credential, version)}
}

func (k Key) openVersion(s adtally.Sealed) (adtally.Secret, error) {
	text, err := k.open(s.Bytes, forSecret, s.Credential, s.Version)
	return adtally.NewSecret(text), err
}

// check is what the database stores to recognize the key.
func (k Key) check() []byte { return k.seal(checkText, forCheck, k.ID(), 0) }

func (k Key) fits(known adtally.SealKey) bool {
	text, err := k.open(known.Check, forCheck, k.ID(), 0)
	return err == nil && text == checkText
}
