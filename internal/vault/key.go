package vault

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"adtally"
)

// Key seals and opens secrets. Like a secret it prints as [secret] and cannot be
// marshalled to JSON.
type Key struct {
	id [idSize]byte
	// raw is a pointer: fmt does not follow pointers, even for verbs that bypass Format.
	raw *[chacha20poly1305.KeySize]byte
}

// idSize is the size of a key's ID in bytes.
const idSize = 8

// NewKey returns a random key.
func NewKey() Key {
	var raw [chacha20poly1305.KeySize]byte
	_, _ = rand.Read(raw[:]) // crypto/rand.Read never fails
	return keyOf(raw)
}

// keyOf computes the ID of a key, which reveals nothing about the key.
func keyOf(raw [chacha20poly1305.KeySize]byte) Key {
	mac := hmac.New(sha256.New, raw[:])
	mac.Write([]byte("adtally key id"))
	return Key{id: [idSize]byte(mac.Sum(nil)), raw: &raw}
}

var errNoKey = errors.New("not 32 bytes in base64")

// ParseKey parses the output of Text, in any variant of base64.
func ParseKey(text string) (Key, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(raw) != chacha20poly1305.KeySize {
		return Key{}, errNoKey // the decoder's error would show part of the key
	}
	return keyOf([chacha20poly1305.KeySize]byte(raw)), nil
}

// ID identifies a key. It is not secret.
func (k Key) ID() string { return hex.EncodeToString(k.id[:]) }

// Text returns the key itself, for a person to keep in a safe place.
func (k Key) Text() adtally.Secret {
	return adtally.NewSecret(base64.StdEncoding.EncodeToString(k.raw[:]))
}

const masked = "[secret]"

func (k Key) String() string { return masked }

// Format prevents every verb from printing the key.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, masked) }

// LogValue keeps the key out of structured logs.
func (k Key) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalJSON always fails: a key must not appear in documents.
func (k Key) MarshalJSON() ([]byte, error) { return nil, errors.New("a key cannot be written as JSON") }

// Ring is the set of available keys.
type Ring []Key

// find returns the key with an ID.
func (r Ring) find(id string) (Key, bool) {
	i := slices.IndexFunc(r, func(k Key) bool { return k.ID() == id })
	if i < 0 {
		return Key{}, false
	}
	return r[i], true
}
